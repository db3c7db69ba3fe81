"""The end of an account: a nameless user stays behind the messages."""

from typing import Any

import pytest
from django.db import connections

from accounts import slots
from accounts.models import Block, Friendship, RegistrationInvite, Session, User
from accounts.services import Device, begin_session
from accounts.slots import Circle
from tests.accounts.conftest import FORM
from tests.conftest import Api
from tests.factories import PASSWORD
from tests.people import Listen, Meet, Person, code_of


def delete(person: Person, password: str = PASSWORD) -> Any:
    return person.api.delete("/api/users/me", {"password": password})


def test_nothing_that_names_a_person_stays(meet: Meet) -> None:
    ann = meet(
        "ann", display_name="Ann Lee", bio="hi", status_text="x", locale="zh-CN", is_staff=True, is_superuser=True
    )
    begin_session(user=ann.user, device=Device("Ann's phone", "agent", "10.1.1.1"))
    ann.api.patch("/api/users/me", {"preferences": {"client": {"secret": 1}}})
    assert delete(ann).status_code == 204
    row = User.objects.get(pk=ann.id)
    assert (row.username, row.display_name, row.name, row.email, row.email_key, row.bio) == ("", "", "", "", None, "")
    assert (row.status_text, row.avatar, row.preferences, row.name_search) == ("", "", {}, "")
    assert (row.is_active, row.is_staff, row.is_superuser, row.has_usable_password()) == (False, False, False, False)
    assert row.deleted_at is not None
    assert row.date_joined == ann.user.date_joined
    assert set(Session.objects.values_list("name", "user_agent", "ip")) == {("", "", None)}


def test_every_device_is_signed_out(ann: Person, published: Listen) -> None:
    ids = {ann.session.pk, begin_session(user=ann.user, device=Device()).session.pk}
    with published() as out:
        delete(ann)
    assert out.revoked(ann.id) == ids
    assert code_of(ann.api.get("/api/users/me")) == (401, "authentication_failed")
    assert Api().post("/api/auth/login", {"username": "ann", "password": PASSWORD}).status_code == 401


def test_name_and_address_are_free_again(ann: Person, api: Api) -> None:
    delete(ann)
    assert api.post("/api/auth/register", FORM).status_code == 201


def test_many_nameless_users_stand_side_by_side(meet: Meet) -> None:
    for name in ("ann", "bob", "cat"):
        assert delete(meet(name)).status_code == 204
    assert User.objects.filter(username="").count() == 3
    User.objects.filter(username="").first().save()  # type: ignore[union-attr]


@pytest.mark.parametrize("password", ["a wrong one", ""])
def test_it_takes_the_password(ann: Person, password: str) -> None:
    answer = delete(ann, password)
    assert code_of(answer) == (400, "validation_error")
    assert list(answer.json()["fields"]) == ["password"]
    assert code_of(ann.api.delete("/api/users/me")) == (400, "validation_error")
    assert ann.api.get("/api/users/me").status_code == 200


def test_friends_requests_and_blocks_go_and_friends_are_told(
    ann: Person, bob: Person, meet: Meet, published: Listen
) -> None:
    cat, dan, eve = meet("cat"), meet("dan"), meet("eve")
    for one, other in ((ann, bob), (bob, ann), (ann, cat), (dan, ann), (bob, cat)):
        one.api.post(f"/api/users/friends/{other.id}")
    ann.api.put(f"/api/users/blocks/{eve.id}")
    eve.api.put(f"/api/users/blocks/{ann.id}")
    eve.api.put(f"/api/users/blocks/{dan.id}")
    with published() as out:
        delete(ann)
    ((envelope, data),) = [(e, data) for e, kind, data in out.to_circles() if kind == "friend_removed"]
    assert (envelope.users, envelope.rooms) == (sorted([bob.id, cat.id, dan.id]), [])
    assert (data["user"]["id"], data["user"]["username"]) == (ann.id, "")
    assert [(f.low_id, f.high_id) for f in Friendship.objects.all()] == [(bob.id, cat.id)]
    assert list(Block.objects.values_list("user_id", "blocked_id")) == [(eve.id, dan.id)]


def test_nobody_registers_any_more_by_an_invitation_of_theirs(ann: Person, meet: Meet) -> None:
    boss, other = meet("boss", is_staff=True), meet("other", is_staff=True)
    for person in (boss, other):
        person.api.post("/api/auth/invites", {})
    delete(boss)
    assert [i["id"] for i in other.api.get("/api/auth/invites").json()["results"]] == [
        RegistrationInvite.objects.get(created_by=other.user).pk
    ]


def test_who_shared_something_sees_the_name_go(ann: Person, published: Listen, monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[int] = []
    monkeypatch.setattr(slots, "circle_of", lambda user_id: Circle([] if left else [7], [] if left else [1001]))
    monkeypatch.setattr(slots, "before_deletion", left.append)
    with published() as out:
        delete(ann)
    assert left == [ann.id]
    ((envelope, kind, data),) = out.to_circles()
    assert (kind, envelope.rooms, envelope.users) == ("user_updated", [7], [1001])
    assert (data["user"]["id"], data["user"]["username"], data["user"]["display_name"]) == (ann.id, "", "")


def test_a_failure_in_the_rooms_leaves_the_account(ann: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    from chatsite.errors import Unavailable

    def fail(user_id: int) -> None:
        raise Unavailable

    monkeypatch.setattr(slots, "before_deletion", fail)
    assert code_of(delete(ann)) == (503, "unavailable")
    assert ann.api.get("/api/users/me").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_deleting_and_registering_anew_at_once_is_no_error(meet: Meet) -> None:
    from concurrent.futures import ThreadPoolExecutor

    ann = meet("ann")

    def run(call: Any) -> int:
        try:
            return int(call().status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        calls = [lambda: delete(ann), *[lambda: Api().post("/api/auth/register", FORM)] * 2]
        statuses = sorted(pool.map(run, calls))
    assert statuses[0] in (201, 204)
    assert set(statuses) <= {201, 204, 409}
