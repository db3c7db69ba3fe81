"""The screens about people: what staff may do there, that it really happens, and that it is recorded."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now
from pytest_django import DjangoAssertNumQueries

from accounts.models import RegistrationInvite, Session, User
from accounts.services import administration, invites
from chatsite.audit.models import AuditEntry
from chatsite.errors import ChatError
from chatsite.gateway import publisher
from chatsite.gateway.events import Envelope
from tests.administration.conftest import Enter, text_of
from tests.conftest import Api
from tests.factories import PASSWORD, make_user, sign_in

pytestmark = pytest.mark.django_db
USERS, SESSIONS, INVITES = "/admin/accounts/user/", "/admin/accounts/session/", "/admin/accounts/registrationinvite/"


def do(browser: Client, user: User, deed: str, **data: Any) -> Any:
    return browser.post(f"{USERS}{user.pk}/do/{deed}/", data)


def recorded() -> list[tuple[str, int | None, int | None]]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", "actor_id", "target_id"))


@pytest.fixture
def revoked(monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any) -> Callable[..., set[int]]:
    """-> the sessions whose sockets are closed by an act"""

    class Sink(list[Envelope]):
        def put(self, envelopes: tuple[Envelope, ...]) -> None:
            self.extend(envelopes)

    def listen(act: Callable[[], Any]) -> set[int]:
        sink = Sink()
        monkeypatch.setattr(publisher, "publisher", lambda: sink)
        with django_capture_on_commit_callbacks(execute=True):
            act()
        return {session_id for envelope in sink for session_id in envelope.revoke}

    return listen


DEEDS = ("disable", "sign_out_everywhere", "reset_link", "make_staff", "delete_account")


@pytest.mark.parametrize("deed", DEEDS)
def test_nobody_without_rights_does_anything(as_ann: Client, deed: str) -> None:
    bob = make_user("bob")
    for browser in (Client(), as_ann):
        assert do(browser, bob, deed).status_code == 302
    assert User.objects.get(pk=bob.pk).is_active
    assert recorded() == []


@pytest.mark.parametrize("deed", ["make_staff", "unmake_staff", "delete_account"])
def test_staff_gives_no_rights_and_deletes_nobody(as_staff: Client, ann: User, deed: str) -> None:
    assert do(as_staff, ann, deed).status_code == 403
    assert f"do/{deed}/" not in text_of(as_staff.get(f"{USERS}{ann.pk}/change/"))
    assert recorded() == []


@pytest.mark.parametrize("deed", ["disable", "sign_out_everywhere", "reset_link"])
def test_staff_does_nothing_to_staff_or_administrators(as_staff: Client, root: User, deed: str) -> None:
    for other in (root, make_user("other", is_staff=True)):
        assert do(as_staff, other, deed).status_code == 403
    assert recorded() == []


def test_nobody_disables_themselves(as_root: Client, root: User) -> None:
    assert do(as_root, root, "disable").status_code == 403
    assert User.objects.get(pk=root.pk).is_active


def test_nothing_is_done_by_get(as_root: Client, ann: User) -> None:
    for deed in DEEDS:
        assert as_root.get(f"{USERS}{ann.pk}/do/{deed}/").status_code == 200
    assert recorded() == []
    assert Client(enforce_csrf_checks=True).post(f"{USERS}{ann.pk}/do/disable/").status_code == 403


def test_a_disabled_account_is_out_at_once_and_stays_out(
    as_staff: Client, staff: User, ann: User, revoked: Callable[..., set[int]], api: Api
) -> None:
    by_token = api.by(ann)
    open_sessions = set(Session.objects.filter(user=ann).values_list("pk", flat=True))
    assert revoked(lambda: do(as_staff, ann, "disable", reason="spam")) == open_sessions
    assert by_token.get("/api/users/me").status_code == 401
    assert api.post("/api/auth/login", {"username": "ann", "password": PASSWORD}).status_code == 401
    assert recorded() == [("user.disable", staff.pk, ann.pk)]
    assert AuditEntry.objects.get().details == {"reason": "spam"}
    assert do(as_staff, ann, "disable").status_code == 409

    do(as_staff, ann, "enable")
    assert api.post("/api/auth/login", {"username": "ann", "password": PASSWORD}).status_code == 200
    assert by_token.get("/api/users/me").status_code == 401, "the old session stays ended"


def test_signing_out_everywhere_and_on_one_device(
    as_staff: Client, staff: User, ann: User, revoked: Callable[..., set[int]]
) -> None:
    for _ in range(3):
        sign_in(ann)
    first, *others = ann.sessions.order_by("pk").values_list("pk", flat=True)
    assert revoked(lambda: as_staff.post(f"{SESSIONS}{first}/do/sign_out/")) == {first}
    assert revoked(lambda: do(as_staff, ann, "sign_out_everywhere")) == set(others)
    assert recorded() == [("user.sign_out", staff.pk, ann.pk)] * 2
    assert as_staff.post(f"{SESSIONS}{first}/do/sign_out/").status_code == 404


def test_a_device_is_called_by_its_name(as_staff: Client, ann: User) -> None:
    sign_in(ann)
    session = ann.sessions.get()
    Session.objects.update(name="Ann's tablet")
    page = text_of(as_staff.get(f"{SESSIONS}{session.pk}/change/"))
    assert "Ann&#x27;s tablet | Chat administration" in page
    assert "Session object" not in page


def test_staff_signs_no_administrator_out(as_staff: Client, root: User) -> None:
    sign_in(root)
    session = root.sessions.get()
    assert as_staff.post(f"{SESSIONS}{session.pk}/do/sign_out/").status_code == 403
    session.refresh_from_db()
    assert session.revoked_at is None


def test_the_link_for_a_new_password_is_shown_once_and_opens_once(as_staff: Client, ann: User, api: Api) -> None:
    answer = do(as_staff, ann, "reset_link")
    (token,) = re.findall(r"/reset-password#([^\"]+)", text_of(answer))
    assert "no-store" in answer["Cache-Control"]
    assert token not in text_of(as_staff.get(f"{USERS}{ann.pk}/change/"))
    assert token not in str(list(AuditEntry.objects.values()))
    body = {"token": token, "new_password": "another long password"}
    assert api.post("/api/auth/password/reset/confirm", body).status_code == 204
    assert api.post("/api/auth/password/reset/confirm", body).status_code == 400


def test_rights_are_given_and_taken_by_administrators(as_root: Client, root: User, ann: User, enter: Enter) -> None:
    browser = enter(ann)
    do(as_root, ann, "make_staff")
    assert browser.get("/admin/").status_code == 200
    assert do(as_root, ann, "make_staff").status_code == 409
    do(as_root, ann, "unmake_staff")
    assert browser.get("/admin/").status_code == 302
    assert recorded() == [("user.make_staff", root.pk, ann.pk), ("user.unmake_staff", root.pk, ann.pk)]


def test_of_two_administrators_one_always_remains(root: User) -> None:
    other = make_user("other", is_staff=True, is_superuser=True)
    administration.disable(by=root, user_id=other.pk)
    with pytest.raises(ChatError, match="permission_denied"):
        administration.disable(by=other, user_id=root.pk)  # as they were signed in when they pressed the button


def test_a_deleted_account_leaves_no_name_even_in_the_log(as_root: Client, root: User, ann: User) -> None:
    do(as_root, ann, "delete_account")
    gone = User.objects.get(pk=ann.pk)
    assert (gone.username, gone.email, gone.is_active) == ("", "", False)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_id, entry.target_id, entry.target_name) == ("user.delete", root.pk, ann.pk, "")
    assert f"#{ann.pk}" in text_of(as_root.get(f"{USERS}{ann.pk}/change/"))
    assert do(as_root, ann, "delete_account").status_code == 404


def test_who_waits_is_let_in_or_turned_away(as_staff: Client, staff: User) -> None:
    first, second = (make_user(name, is_active=False, awaits_approval=True) for name in ("first", "second"))
    page = text_of(as_staff.get(f"{USERS}?state=waiting"))
    assert "first" in page
    assert "second" in page
    do(as_staff, first, "approve")
    assert as_staff.post(f"{USERS}{second.pk}/do/turn_away/")["Location"] == USERS
    assert User.objects.get(pk=first.pk).is_active
    assert not User.objects.filter(pk=second.pk).exists()
    assert recorded() == [("user.approve", staff.pk, first.pk), ("user.turn_away", staff.pk, second.pk)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=zs", {"zhang"}),
        ("q=ZHANG", {"zhang"}),
        ("q=mail@", {"bob"}),
        ("state=disabled", {"bob"}),
        ("state=open", {"zhang", "helper"}),
        ("rights=staff", {"helper"}),
        ("date_joined_since=2021-01-01&date_joined_until=2021-01-01", {"bob"}),
    ],
)
def test_people_are_found_and_narrowed(as_root: Client, query: str, found: set[str]) -> None:
    make_user("zhang", display_name="张三")
    make_user("bob", email="mail@example.com", is_active=False, date_joined=now().replace(2021, 1, 1))
    make_user("helper", is_staff=True)
    page = text_of(as_root.get(f"{USERS}?{query}"))
    assert {name for name in ("zhang", "bob", "helper") if f">{name}<" in page} == found


def test_invitations_are_made_and_revoked(as_staff: Client, staff: User, api: Api, settings: Any) -> None:
    settings.REGISTRATION = "invite"
    answer = as_staff.post(f"{INVITES}do/make/", {"max_uses": "2", "days": "7"})
    invite = RegistrationInvite.objects.get()
    assert invite.token in text_of(answer)
    assert (invite.max_uses, invite.created_by) == (2, staff)
    assert timedelta(days=6) < invite.expires_at - now() <= timedelta(days=7)
    assert invite.token not in str(list(AuditEntry.objects.values()))
    as_staff.post(f"{INVITES}{invite.pk}/do/revoke/")
    form = {"username": "new", "email": "new@example.com", "password": PASSWORD, "invite": invite.token}
    assert api.post("/api/auth/register", form).status_code == 400
    assert recorded() == [
        ("registration_invite.make", staff.pk, invite.pk),
        ("registration_invite.revoke", staff.pk, invite.pk),
    ]
    assert as_staff.post(f"{INVITES}{invite.pk}/do/revoke/").status_code == 404


def test_an_invitation_for_nobody_is_refused(as_staff: Client) -> None:
    assert as_staff.post(f"{INVITES}do/make/", {"max_uses": "0"}).status_code == 400
    assert not RegistrationInvite.objects.exists()


@pytest.mark.parametrize(("page", "queries"), [(USERS, 4), (SESSIONS, 4), (INVITES, 4)])
def test_lists_ask_as_much_for_many_rows_as_for_few(
    as_staff: Client, staff: User, page: str, queries: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for count in (2, 30):
        for _ in range(count):
            sign_in(make_user())
            invites.invite(by=make_user(is_staff=True))
        with django_assert_num_queries(queries):  # session, user, count, rows
            assert as_staff.get(page).status_code == 200


def test_the_page_of_a_person_asks_as_much_for_many_sessions_as_for_few(
    as_staff: Client, ann: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for count in (1, 12):
        for _ in range(count):
            sign_in(ann)
        with django_assert_num_queries(4):  # session, user, the person, sessions
            assert text_of(as_staff.get(f"{USERS}{ann.pk}/change/")).count("/do/sign_out/") >= count


def test_an_invitations_state_is_told(as_staff: Client, staff: User) -> None:
    good, used, late, gone = (invites.invite(by=staff) for _ in range(4))
    RegistrationInvite.objects.filter(pk=used.pk).update(uses=1)
    RegistrationInvite.objects.filter(pk=late.pk).update(expires_at=now())
    invites.withdraw(by=staff, invite_id=gone.pk)
    page = text_of(as_staff.get(f"{INVITES}?state=good"))
    assert f"#{good.pk}<" in page
    assert f"#{used.pk}<" not in page
    page = text_of(as_staff.get(f"{INVITES}?state=over"))
    assert [f"#{i.pk}<" in page for i in (good, used, late, gone)] == [False, True, True, True]
