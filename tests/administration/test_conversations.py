"""The screens of rooms, members, messages, reports and words: who sees them, what they do, what they cost."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from chatsite.audit.models import AuditEntry
from messaging.models import FilteredWord, Message, Report, ReportNote
from messaging.services.words import add_words
from rooms.admin.forms import RulesForm
from rooms.models import Ban, Invite, JoinRequest, Membership, Room
from rooms.rules import Rules
from rooms.services.invites import create_invite
from rooms.services.joining import join
from tests.administration.conftest import Enter, text_of
from tests.conftest import Api
from tests.factories import make_message as send
from tests.factories import make_room, make_user

pytestmark = pytest.mark.django_db
ROOMS, MEMBERS, BANS = "/admin/rooms/room/", "/admin/rooms/membership/", "/admin/rooms/ban/"
INVITES, REQUESTS = "/admin/rooms/invite/", "/admin/rooms/joinrequest/"
MESSAGES, REPORTS, WORDS = "/admin/messaging/message/", "/admin/messaging/report/", "/admin/messaging/filteredword/"
LISTS = [ROOMS, MEMBERS, BANS, INVITES, REQUESTS, MESSAGES, f"{REPORTS}?state=open", WORDS]
SECRET = "the secret of two"


@pytest.fixture(autouse=True)
def _no_limits(settings: Any) -> None:
    settings.RATE_LIMITS = False


@pytest.fixture
def bob(db: None) -> User:
    return make_user("bob")


@pytest.fixture
def room(ann: User, bob: User) -> Room:
    """Ann owns it."""
    return make_room(ann, members=[bob], name="Harbour")


@pytest.fixture
def direct(ann: User, bob: User) -> Room:
    return make_room(ann, Room.DIRECT, [bob])


def make_message(room: Room, sender: User, content: str = "hello") -> Message:
    return Message.objects.get(pk=send(room, sender, content).id)


def member_of(room: Room, user: User) -> Membership:
    return Membership.objects.get(room_id=room.pk, user_id=user.pk)


def report_of(message: Message, by: User) -> Report:
    Api().by(by).post(f"/api/messages/{message.pk}/report", {"reason": "abuse", "text": "look"})
    return Report.objects.latest("pk")


def do(client: Client, page: str, row: Any, deed: str, **data: Any) -> int:
    """-> the status of doing it"""
    return client.post(f"{page}{row.pk}/do/{deed}/", data).status_code


def fill(count: int, root: User) -> None:
    """So many more of everything, each made by and about other people."""
    for number in range(count):
        owner, guest, outcast, asker = (make_user() for _ in range(4))
        room = make_room(owner, members=[guest], name=f"room {number}")
        create_invite(user_id=owner.pk, room_id=room.pk)
        Ban.objects.create(room_id=room.pk, user_id=outcast.pk, created_by_id=owner.pk)
        JoinRequest.objects.create(room_id=room.pk, user_id=asker.pk, message="please")
        message = make_message(room, guest)
        Report.objects.create(
            reporter_id=owner.pk,
            user_id=guest.pk,
            room_id=room.pk,
            message_id=message.pk,
            taken_by_id=root.pk,
            reason="spam",
        )
        add_words(by=root, words=[f"word{number}of{Report.objects.count()}"], action="mask")


def queries_of(client: Client, page: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(page).status_code == 200
    return len(captured)


@pytest.mark.parametrize("page", LISTS)
def test_a_list_asks_as_much_for_thirty_rows_as_for_three(as_staff: Client, root: User, page: str) -> None:
    fill(3, root)
    few = queries_of(as_staff, page)
    fill(27, root)
    assert queries_of(as_staff, page) == few
    assert few <= 8, "session, user, count, rows, and what they show of other tables"


def test_the_page_of_a_room_asks_as_much_for_thirty_members_as_for_three(as_staff: Client, ann: User) -> None:
    room = make_room(ann)

    def crowd(count: int) -> None:
        for _ in range(count):
            user = make_user()
            join(user_id=user.pk, room_id=room.pk)
            create_invite(user_id=user.pk, room_id=room.pk)
            Ban.objects.create(room_id=room.pk, user_id=make_user().pk, created_by_id=user.pk)
            JoinRequest.objects.create(room_id=room.pk, user_id=make_user().pk)

    crowd(3)
    as_staff.get(f"{ROOMS}{room.pk}/change/")  # Django remembers a content type from now on
    few = queries_of(as_staff, f"{ROOMS}{room.pk}/change/")
    crowd(27)
    assert queries_of(as_staff, f"{ROOMS}{room.pk}/change/") == few


def test_of_a_large_room_its_page_shows_the_first_and_the_list_all(as_staff: Client, ann: User) -> None:
    room = make_room(ann)
    Membership.objects.bulk_create(Membership(room_id=room.pk, user_id=make_user().pk) for _ in range(55))
    page = text_of(as_staff.get(f"{ROOMS}{room.pk}/change/"))
    assert len(re.findall(r"/admin/rooms/membership/\d+/change/", page)) == 50
    assert f"{MEMBERS}?q={room.pk}" in page
    assert "56" in text_of(as_staff.get(f"{MEMBERS}?q={room.pk}"))


def test_only_staff_of_the_server_sees_a_screen(
    as_ann: Client, as_staff: Client, room: Room, direct: Room, ann: User, root: User, bob: User
) -> None:
    """Ann owns a room, which is another kind of power."""
    message = make_message(room, bob, "hello there")
    report = report_of(message, ann)
    add_words(by=root, words=["rosebud"], action="mask")
    pages = [
        *LISTS,
        f"{ROOMS}{room.pk}/change/",
        f"{MEMBERS}{member_of(room, bob).pk}/change/",
        f"{MESSAGES}{message.pk}/change/",
        f"{REPORTS}{report.pk}/change/",
        f"{WORDS}{FilteredWord.objects.get().pk}/change/",
        f"{ROOMS}{room.pk}/do/archive/",
        f"{WORDS}do/add/",
    ]
    for page in pages:
        for outsider in (Client(), as_ann):
            answer = outsider.get(page)
            assert (answer.status_code, answer["Location"].startswith("/admin/login/")) == (302, True), page
        assert as_staff.get(page).status_code == 200, page


def attempts(
    room: Room, bob: User, message: Message, report: Report, word: FilteredWord
) -> list[Callable[[Client], int]]:
    member = member_of(room, bob)
    return [
        lambda c: do(c, ROOMS, room, "change_texts", name="Mine"),
        lambda c: do(c, ROOMS, room, "slow_mode", seconds=60),
        lambda c: do(c, ROOMS, room, "rotate_code"),
        lambda c: do(c, ROOMS, room, "ban_somebody", username="bob", minutes="0"),
        lambda c: do(c, ROOMS, room, "archive"),
        lambda c: do(c, MEMBERS, member, "mute", minutes="60"),
        lambda c: do(c, MEMBERS, member, "make_admin"),
        lambda c: do(c, MEMBERS, member, "kick"),
        lambda c: do(c, MESSAGES, message, "recall"),
        lambda c: do(c, REPORTS, report, "dismiss"),
        lambda c: do(c, REPORTS, report, "disable"),
        lambda c: do(c, WORDS, word, "remove"),
        lambda c: c.post(f"{WORDS}do/add/", {"words": "x1", "action": "block"}).status_code,
    ]


def test_nobody_else_does_a_thing(as_ann: Client, room: Room, ann: User, bob: User, root: User) -> None:
    message = make_message(room, bob)
    report = report_of(message, ann)
    add_words(by=root, words=["rosebud"], action="mask")
    before = list(Room.objects.values()), list(Membership.objects.order_by("pk").values())
    known = AuditEntry.objects.count()
    for attempt in attempts(room, bob, message, report, FilteredWord.objects.get()):
        assert attempt(Client()) == 302
        assert attempt(as_ann) == 302
    assert (list(Room.objects.values()), list(Membership.objects.order_by("pk").values())) == before
    assert Message.objects.get(pk=message.pk).recalled_at is None
    assert (Report.objects.get().closed_at, FilteredWord.objects.count()) == (None, 1)
    assert AuditEntry.objects.count() == known


def test_nothing_is_done_by_get(as_staff: Client, room: Room, bob: User) -> None:
    assert as_staff.get(f"{ROOMS}{room.pk}/do/archive/").status_code == 200
    assert as_staff.get(f"{MEMBERS}{member_of(room, bob).pk}/do/kick/").status_code == 200
    assert Room.objects.get().archived_at is None
    assert not AuditEntry.objects.exclude(action="admin.sign_in").exists()


def test_rows_are_not_written_past_the_services(as_root: Client, room: Room) -> None:
    assert as_root.get(f"{ROOMS}add/").status_code == 403
    assert as_root.post(f"{ROOMS}{room.pk}/change/", {"name": "Mine"}).status_code == 403
    assert as_root.post(f"{ROOMS}{room.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Room.objects.get().name == "Harbour"


@pytest.mark.parametrize(
    "query",
    [
        "content__startswith=the",
        "content=the",
        "content__contains=secret&room_id=1",
        "nonce=1",
        "mentions__contains=1",
    ],
)
def test_a_list_is_not_asked_about_what_it_does_not_show(as_root: Client, direct: Room, ann: User, query: str) -> None:
    """Or whoever asks often enough reads what two people say, letter by letter."""
    message = make_message(direct, ann, SECRET)
    assert f"#{message.pk}<" in text_of(as_root.get(MESSAGES))
    assert as_root.get(f"{MESSAGES}?{query}").status_code == 400


# --- rooms


def test_a_room_is_found_by_name_code_number_and_person(as_staff: Client, room: Room, direct: Room) -> None:
    room.refresh_from_db()
    for asked in ("harb", room.code, str(room.pk)):
        assert "Harbour" in text_of(as_staff.get(f"{ROOMS}?q={asked}"))
    found = text_of(as_staff.get(f"{ROOMS}?q=bob"))
    assert "ann ↔ bob" in found
    assert "Harbour" not in found
    assert "Harbour" not in text_of(as_staff.get(f"{ROOMS}?kind=private"))


def test_the_page_of_a_room_shows_who_and_what_belongs_to_it(
    as_staff: Client, room: Room, ann: User, bob: User
) -> None:
    create_invite(user_id=ann.pk, room_id=room.pk)
    Ban.objects.create(room_id=room.pk, user_id=make_user("dan").pk, created_by_id=ann.pk)
    JoinRequest.objects.create(room_id=room.pk, user_id=make_user("eve").pk, message="it is me")
    page = text_of(as_staff.get(f"{ROOMS}{room.pk}/change/"))
    for name in ("ann", "bob", "dan", "eve"):
        assert f">{name}</a>" in page
    assert "it is me" in page
    assert Invite.objects.get().token not in page


def test_a_room_is_changed_through_its_page(as_staff: Client, room: Room, bob: User) -> None:
    assert do(as_staff, ROOMS, room, "change_texts", name="Port", description="d", announcement="a") == 302
    rules = dict.fromkeys(("post", "links", "upload", "react", "pin", "invite", "add", "rename", "announce"), "admins")
    rules |= {
        "mention_all": "by_size",
        "mention_here": "admins",
        "join": "approval",
        "history": "all",
        "edit_seconds": "60",
    }
    assert do(as_staff, ROOMS, room, "change_rules", **rules) == 302
    assert do(as_staff, ROOMS, room, "slow_mode", seconds=30) == 302
    found = Room.objects.get(pk=room.pk)
    assert (found.name, found.announcement, found.rules.post, found.rules.join) == ("Port", "a", "admins", "approval")
    assert (found.rules.edit_seconds, found.rules.recall_seconds, found.rules.slow_seconds) == (60, None, 30)
    assert do(as_staff, ROOMS, room, "rotate_code") == 302
    assert Room.objects.get(pk=room.pk).code != found.code
    assert do(as_staff, ROOMS, room, "ban_somebody", username="BOB", minutes="1440") == 302
    assert Ban.objects.get().user_id == bob.pk
    assert do(as_staff, ROOMS, room, "ban_somebody", username="nobody", minutes="0") == 404
    assert do(as_staff, ROOMS, room, "archive") == 302
    assert Room.objects.get(pk=room.pk).archived_at is not None
    assert do(as_staff, ROOMS, room, "restore") == 302
    assert Room.objects.get(pk=room.pk).archived_at is None
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert actions >= {"room.change", "room.rotate_code", "member.ban"}


def test_every_rule_has_its_field() -> None:
    """Slow mode is a page of its own."""
    assert {*RulesForm.base_fields, "slow_seconds"} == set(Rules.__struct_fields__)


def test_what_a_form_does_not_take_changes_nothing(as_staff: Client, room: Room) -> None:
    assert do(as_staff, ROOMS, room, "change_texts", name="") == 400
    assert do(as_staff, ROOMS, room, "slow_mode", seconds=10**9) == 400
    assert do(as_staff, ROOMS, room, "ban_somebody", username="bob", minutes="7") == 400
    assert Room.objects.get().rules.slow_seconds == 0


def test_members_are_acted_on_from_their_page(as_staff: Client, room: Room, bob: User) -> None:
    member = member_of(room, bob)
    for deed, data in (("mute", {"minutes": "60"}), ("unmute", {}), ("make_admin", {}), ("make_member", {})):
        answer = as_staff.post(f"{MEMBERS}{member.pk}/do/{deed}/", data)
        assert (answer.status_code, answer["Location"]) == (302, f"{ROOMS}{room.pk}/change/")
    assert do(as_staff, MEMBERS, member, "make_owner") == 302
    assert member_of(room, bob).role == "owner"
    assert do(as_staff, MEMBERS, member, "kick") == 302
    assert member_of(room, bob).left_reason == "kicked"


def test_bans_invites_and_requests_end_from_their_lists(as_staff: Client, room: Room, ann: User) -> None:
    create_invite(user_id=ann.pk, room_id=room.pk)
    Ban.objects.create(room_id=room.pk, user_id=make_user("dan").pk, created_by_id=ann.pk)
    eve, fay = make_user("eve"), make_user("fay")
    asks = [JoinRequest.objects.create(room_id=room.pk, user_id=user.pk) for user in (eve, fay)]
    assert do(as_staff, BANS, Ban.objects.get(), "unban") == 302
    assert do(as_staff, INVITES, Invite.objects.get(), "revoke") == 302
    assert do(as_staff, REQUESTS, asks[0], "accept") == 302
    assert do(as_staff, REQUESTS, asks[1], "decline") == 302
    for left in (Ban.objects.all(), Invite.objects.in_force(), JoinRequest.objects.all()):
        assert not left.exists()
    assert member_of(room, eve).is_current


# --- messages


def test_messages_are_found_by_number_room_sender_and_day(as_staff: Client, room: Room, ann: User, bob: User) -> None:
    other = make_room(ann, name="Other")
    numbers = {
        "ann here": make_message(room, ann, "ann here").pk,
        "bob here": make_message(room, bob, "bob here").pk,
        "ann there": make_message(other, ann, "ann there").pk,
    }
    room.refresh_from_db()
    for query, found in {
        f"q={numbers['bob here']}": {"bob here"},
        f"q=%23{numbers['bob here']}": {"bob here"},
        "q=bob": set(),
        f"room={room.pk}": {"ann here", "bob here"},
        f"room={room.code}": {"ann here", "bob here"},
        "room=Harbour": set(),
        "sender=Ann": {"ann here", "ann there"},
        "sender=nobody": set(),
        f"sender=ann&room={room.pk}": {"ann here"},
        "created_at_until=2020-01-01": set(),
        "created_at_since=2020-01-01": set(numbers),
    }.items():
        page = text_of(as_staff.get(f"{MESSAGES}?{query}"))
        assert {text for text in numbers if text in page} == found, query


def test_filters_of_messages_need_not_read_them_all(
    as_staff: Client, room: Room, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = make_message(room, ann, "long recalled")
    Message.objects.filter(pk=old.pk).update(recalled_at=old.created_at, pinned_at=old.created_at)
    for number in range(5):
        make_message(room, ann, f"since then {number}")
    monkeypatch.setattr("messaging.admin.messages.RECALLED_AMONG", 3)
    for query, is_found in (
        ("state=recalled", False),
        (f"state=recalled&room={room.pk}", True),
        ("state=pinned", True),
        ("created_at_since=2020-01-01", True),
        ("created_at_since=2099-01-01", False),
    ):
        assert (f"#{old.pk}<" in text_of(as_staff.get(f"{MESSAGES}?{query}"))) is is_found, query
    with CaptureQueriesContext(connection) as asked:
        as_staff.get(f"{MESSAGES}?room={room.pk}")
    (rows,) = [q["sql"] for q in asked.captured_queries if "content" in q["sql"] and "ORDER BY" in q["sql"]]
    assert re.search(r"ORDER BY .messaging_message.\..seq. DESC", rows), "by the index (room, seq)"


def test_what_two_people_say_is_shown_nowhere(as_root: Client, direct: Room, ann: User, root: User) -> None:
    message = make_message(direct, ann, SECRET)
    for page in (
        MESSAGES,
        f"{MESSAGES}?room={direct.pk}",
        f"{MESSAGES}{message.pk}/change/",
        f"{ROOMS}{direct.pk}/change/",
    ):
        text = text_of(as_root.get(page))
        assert SECRET not in text, page
    answer = as_root.post(f"{MESSAGES}{message.pk}/do/ask_to_read/", {"reason": "A complaint"})
    assert (answer.status_code, SECRET in text_of(answer)) == (403, False)
    entry = AuditEntry.objects.get(action="message.ask")
    assert (entry.actor_id, entry.details["reason"]) == (root.pk, "A complaint")
    assert as_root.post(f"{MESSAGES}{message.pk}/do/ask_to_read/", {"reason": ""}).status_code == 400


def test_a_message_is_recalled_from_its_page(as_staff: Client, room: Room, bob: User) -> None:
    message = make_message(room, bob, "<b>rude</b>")
    page = text_of(as_staff.get(f"{MESSAGES}{message.pk}/change/"))
    assert "&lt;b&gt;rude&lt;/b&gt;" in page
    assert do(as_staff, MESSAGES, message, "recall") == 302
    assert Message.objects.get(pk=message.pk).content == ""
    assert "rude" not in text_of(as_staff.get(f"{MESSAGES}{message.pk}/change/"))


# --- reports


def test_the_queue_shows_what_is_open(as_staff: Client, room: Room, ann: User, bob: User) -> None:
    first, second = (report_of(make_message(room, bob, text), ann) for text in ("one", "two"))
    assert as_staff.get(REPORTS)["Location"] == "?state=open"
    assert do(as_staff, REPORTS, first, "take") == 302
    assert do(as_staff, REPORTS, second, "dismiss", note="nothing") == 302
    page = text_of(as_staff.get(f"{REPORTS}?state=open"))
    assert f"#{first.pk}<" in page
    assert f"#{second.pk}<" not in page
    assert f"#{second.pk}<" in text_of(as_staff.get(f"{REPORTS}?state=closed"))
    page = text_of(as_staff.get(f"{REPORTS}{second.pk}/change/"))
    assert "nothing" in page
    assert ">staff</a>" in page


def test_a_report_is_worked_off_on_its_page(as_staff: Client, room: Room, ann: User, bob: User) -> None:
    report = report_of(make_message(room, bob, "rude words"), ann)
    page = text_of(as_staff.get(f"{REPORTS}{report.pk}/change/"))
    assert "rude words" in page
    for deed in ("take", "recall", "mute", "kick", "ban", "disable", "dismiss", "add_note"):
        assert f"/do/{deed}/" in page
    assert do(as_staff, REPORTS, report, "add_note", text="looked at it") == 302
    assert do(as_staff, REPORTS, report, "mute", minutes="1440", note="warned") == 302
    report.refresh_from_db()
    assert (report.outcome, report.note, member_of(room, bob).muted_until is not None) == ("muted", "warned", True)
    page = text_of(as_staff.get(f"{REPORTS}{report.pk}/change/"))
    assert ReportNote.objects.get().text in page
    assert "/do/kick/" not in page
    assert do(as_staff, REPORTS, report, "kick") == 409


def test_a_message_between_two_is_shown_with_its_report(as_staff: Client, direct: Room, ann: User, bob: User) -> None:
    """One of the two has shown it, and it alone."""
    make_message(direct, ann, "something else")
    report = report_of(make_message(direct, bob, "a threat"), ann)
    page = text_of(as_staff.get(f"{REPORTS}{report.pk}/change/"))
    assert "a threat" in page
    assert "something else" not in page
    for deed in ("mute", "kick", "ban"):
        assert f"/do/{deed}/" not in page
    assert do(as_staff, REPORTS, report, "recall") == 302
    assert "a threat" not in text_of(as_staff.get(f"{REPORTS}{report.pk}/change/"))


# --- words


def test_words_are_pasted_changed_and_removed(as_staff: Client, room: Room, bob: User) -> None:
    pasted = "heroin\n 海洛因，大麻\n\nmeth, speed；ice"
    assert as_staff.post(f"{WORDS}do/add/", {"words": pasted, "action": "block"}).status_code == 302
    assert FilteredWord.objects.filter(action="block").count() == 6
    door = Api().by(bob)
    path = f"/api/rooms/{room.pk}/messages"
    assert door.post(path, {"content": "有海洛因吗"}).status_code == 400
    word = FilteredWord.objects.get(word="海洛因")
    assert do(as_staff, WORDS, word, "change", action="mask") == 302
    assert door.post(path, {"content": "有海洛因吗"}).json()["content"] == "有***吗"
    word.refresh_from_db()
    assert do(as_staff, WORDS, word, "remove") == 302
    assert door.post(path, {"content": "有海洛因吗"}).json()["content"] == "有海洛因吗"
    assert as_staff.post(f"{WORDS}do/remove_many/", {"words": "METH\nspeed\nunknown"}).status_code == 302
    assert set(FilteredWord.objects.values_list("word", flat=True)) == {"heroin", "大麻", "ice"}
    assert {"word.add", "word.remove"} <= set(AuditEntry.objects.values_list("action", flat=True))


def test_words_that_are_none_are_refused_together(as_staff: Client) -> None:
    for pasted in ("good\n***", f"good\n{'x' * 51}", "", "\n".join(f"w{n}" for n in range(5_001))):
        assert as_staff.post(f"{WORDS}do/add/", {"words": pasted, "action": "block"}).status_code == 400
    assert not FilteredWord.objects.exists()


def test_a_list_of_thousands_is_pasted_at_once(as_staff: Client) -> None:
    pasted = "\n".join(f"word{n}" for n in range(3_000))
    assert as_staff.post(f"{WORDS}do/add/", {"words": pasted, "action": "flag"}).status_code == 302
    assert FilteredWord.objects.count() == 3_000


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_screens_speak_both_languages(enter: Enter, staff: User, room: Room, language: str) -> None:
    client = enter(staff)
    client.cookies["django_language"] = language
    page = text_of(client.get(f"{ROOMS}{room.pk}/change/"))
    words = ("Slow mode", "Members", "Bans") if language == "en" else ("慢速模式", "成员", "封禁")
    assert [word for word in words if word not in page] == []
