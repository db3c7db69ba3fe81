"""Each class of dirt that an old installation can hold: kept as far as it can be, and told."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils.timezone import now

from accounts.hashers import STORED_MAX, from_werkzeug
from accounts.models import Block, Friendship, User
from messaging.models import Message
from rooms.models import Membership, Room
from tests.conftest import Api
from tests.consistency import violations
from tests.factories import PASSWORD, make_room, make_user
from tests.imports.conftest import HASH, Old
from tests.imports.test_flaskchat import HASHERS, sign_in

SCRYPT = (
    "scrypt:16:8:1$salt$3fd5e12916ec8226ef2b019ed6bf83a2e34863e1657ba23d3b339f369930a42c"
    "54c645922c8ecafe445376975f7f0f2ba1bb8f63580793a02441e6edaeb50c52"
)
Bring = Callable[[], str]


@pytest.fixture(autouse=True)
def _settings(settings: Any, tmp_path: Path) -> None:
    settings.PASSWORD_HASHERS = HASHERS
    settings.RATE_LIMITS = False
    settings.VAR_DIR, settings.RUN_DIR = tmp_path, tmp_path / "run"


@pytest.fixture
def bring(old: Old, tmp_path: Path, capsys: Any) -> Bring:
    """-> the report; whatever was imported, the database is whole."""

    def run() -> str:
        report = tmp_path / "report.txt"
        call_command("import_flaskchat", source=old.url, report=report)
        assert violations() == []
        return report.read_text()

    return run


def fate(report: str, table: str, number: int) -> str:
    """-> what the report says of a row; "" when it was kept as it is."""
    found = re.search(rf"^{table} {number}: (.*)$", report, re.MULTILINE)
    return found[1] if found else ""


@pytest.mark.parametrize(
    ("old_name", "username", "display_name"),
    [
        ("ann lee", "ann_lee", "ann lee"),
        ("ann@example.org", "ann_example.org", "ann@example.org"),
        ("Zoë 🚀", "Zoë", "Zoë 🚀"),
        ("🚀🚀", "user1", "🚀🚀"),
        ("x" * 80, "x" * 32, "x" * 64),
        ("陈" * 80, "陈" * 32, "陈" * 64),
        ("A", "user1", "A"),
        ("", "user1", ""),
        ("a\u202eb", "ab", ""),
    ],
)
def test_a_username_that_is_none_gives_way_to_the_nearest(
    old: Old, bring: Bring, old_name: str, username: str, display_name: str
) -> None:
    old.user(1, username=old_name)
    assert username in fate(bring(), "users", 1)
    user = User.objects.get()
    assert (user.username, user.display_name) == (username, display_name)
    assert sign_in(username, PASSWORD) == sign_in("u1@example.org", PASSWORD) == 200


def test_usernames_that_differ_in_nothing_but_case_and_width_are_told_apart(old: Old, bring: Bring) -> None:
    for i, name in enumerate(("Ann", "ann", "ANN", "ａｎｎ", "y" * 32, "Y" * 32), 1):
        old.user(i, username=name)
    bring()
    found = User.objects.order_by("pk").values_list("username", flat=True)
    assert list(found) == ["Ann", "ann-2", "ANN-3", "ann-4", "y" * 32, "Y" * 30 + "-2"]


def test_somebody_who_is_here_already_keeps_name_and_address(old: Old, bring: Bring) -> None:
    here = make_user("ann", email="ann@example.org")
    old.user(1, username="Ann", email="ANN@example.org")
    old.message(1, receiver_id=1, content="mine")
    report = bring()
    assert "Ann-2" in fate(report, "users", 1)
    assert "belongs to another account" in fate(report, "users", 1)
    assert not Membership.objects.filter(user_id=here.pk).exists()


def test_of_two_addresses_that_differ_in_case_the_first_keeps_its_own(old: Old, bring: Bring) -> None:
    old.user(1, email="Ann@Example.org")
    old.user(2, email="ann@example.org")
    report = bring()
    assert fate(report, "users", 1) == ""
    assert "ann@example.org belongs to another account" in fate(report, "users", 2)
    assert [user.email for user in User.objects.order_by("pk")] == ["Ann@Example.org", ""]
    assert sign_in("user2", PASSWORD) == 200


@pytest.mark.parametrize("email", ["", "nobody", "a b@example.org"])
def test_what_is_no_address_is_left_out(old: Old, bring: Bring, email: str) -> None:
    old.user(1, email=email)
    assert "no e-mail address" in fate(bring(), "users", 1)
    assert (User.objects.get().email, User.objects.get().email_key) == ("", None)


@pytest.mark.parametrize(
    "given",
    [
        "",
        "x",
        "plain$$secret",
        "pbkdf2:sha256:600000$salt",
        "pbkdf2:sha256:600000$salt$nothex",
        "pbkdf2:md4:1$salt$00",
        "pbkdf2:sha256:99999999999$salt$00",
        "scrypt:1048576:1024:1$salt$00",
        "scrypt:3:8:1$salt$00",
        f"pbkdf2:sha256:1${'s' * 110}$00",
    ],
)
def test_a_hash_that_does_not_parse_leaves_an_account_without_a_password(old: Old, bring: Bring, given: str) -> None:
    old.user(1, password_hash=given)
    assert "password cannot be read" in fate(bring(), "users", 1)
    assert not User.objects.get().has_usable_password()
    assert sign_in("user1", "secret") == 401


def test_both_of_werkzeugs_methods_open(old: Old, bring: Bring) -> None:
    old.user(1, password_hash=HASH)
    old.user(2, password_hash=SCRYPT)
    assert "changed" not in bring().partition("users:")[0]
    assert sign_in("user1", PASSWORD) == sign_in("user2", PASSWORD) == 200
    assert sign_in("user1", "a wrong one") == 401


def test_the_longest_hash_of_newer_installations_fits(db: None) -> None:
    stored = from_werkzeug(f"scrypt:32768:8:1${'s' * 16}${'ab' * 64}")
    assert stored is not None
    assert len(stored) <= STORED_MAX == User._meta.get_field("password").max_length


def test_the_report_holds_no_password_hash(old: Old, bring: Bring) -> None:
    old.user(1, username="a b")
    assert "pbkdf2" not in bring()


def test_a_friendship_told_from_both_sides_is_one(old: Old, bring: Bring) -> None:
    for i in (1, 2, 3, 4, 5):
        old.user(i)
    old.friend(1, 1, 2, status="accepted")
    old.friend(2, 2, 1, status="accepted")
    old.friend(3, 3, 4, status="pending")
    old.friend(4, 4, 3, status="pending")
    old.friend(5, 4, 5, status="pending")
    old.friend(6, 5, 4, status="accepted")
    old.friend(7, 1, 3, status="pending")
    old.friend(8, 1, 3, status="pending")
    report = bring()
    assert [fate(report, "friends", i) != "" for i in range(1, 9)] == [False, True] * 4
    accepted = dict(Friendship.objects.order_by("pk").values_list("requested_by__username", "accepted_at"))
    assert {name: at is not None for name, at in accepted.items()} == {
        "user1": False, "user3": True, "user4": True,
    }  # fmt: skip
    assert Friendship.objects.count() == 4


def test_friends_that_cannot_be_are_told(old: Old, bring: Bring) -> None:
    for i in (1, 2, 3):
        old.user(i)
    old.friend(1, 1, 1)
    old.friend(2, 1, 99)
    old.friend(3, 1, 2, status="enemies")
    report = bring()
    assert fate(report, "friends", 1).startswith("not kept: Nobody is a friend of themselves.")
    assert "does not exist" in fate(report, "friends", 2)
    assert "“enemies”" in fate(report, "friends", 3)
    assert Friendship.objects.count() == 0


def test_a_blocked_friend_is_blocked_and_one_without_status_is_asked(old: Old, bring: Bring) -> None:
    for i in (1, 2, 3):
        old.user(i)
    old.friend(1, 1, 2, status="blocked")
    old.friend(2, 1, 3, status=None)
    report = bring()
    assert Block.objects.get().user.username == "user1"
    assert Friendship.objects.get().accepted_at is None
    assert "it is a request" in fate(report, "friends", 2)


def test_a_message_with_both_targets_is_in_the_room_alone(old: Old, bring: Bring) -> None:
    for i in (1, 2):
        old.user(i)
    old.room(1)
    old.member(1, 1, 1)
    old.message(1, room_id=1, receiver_id=2)
    assert "it is in the room" in fate(bring(), "messages", 1)
    assert Message.objects.get().room_id == Room.objects.get().id


def test_messages_that_belong_nowhere_are_told_with_all_they_say(old: Old, bring: Bring) -> None:
    old.user(1)
    old.message(1, content="to nobody")
    old.message(2, content="to a room that is gone", room_id=9)
    old.message(3, content="", receiver_id=1)
    old.message(4, content=" \n\t ", receiver_id=1)
    report = bring()
    assert Message.objects.count() == 0
    assert "neither a room nor a receiver" in fate(report, "messages", 1)
    assert "Its room does not exist" in fate(report, "messages", 2)
    assert "It is empty" in fate(report, "messages", 3)
    assert "It is empty" in fate(report, "messages", 4)
    assert '"content": "to nobody"' in report
    assert "messages: 4 found, 0 kept, 0 here before, 0 changed, 4 not kept." in report


def test_a_message_that_is_too_long_becomes_several(old: Old, bring: Bring) -> None:
    old.user(1)
    text = "天地玄黄，宇宙洪荒。\n" * 1500
    old.message(1, content=text, receiver_id=1)
    old.message(2, content="😀" * 8001, receiver_id=1)
    report = bring()
    found = list(Message.objects.order_by("seq").values_list("content", flat=True))
    assert "".join(found[:3]) == text
    assert all(part.endswith("。\n") for part in found[:3])
    assert [len(part) for part in found[3:]] == [8000, 1]
    assert "it is 3 messages now" in fate(report, "messages", 1)
    bring()
    assert Message.objects.count() == 5


def test_what_has_no_time_gets_that_of_what_came_before(old: Old, bring: Bring) -> None:
    old.user(1, created_at=None)
    old.user(2, created_at="2026-01-01 00:00:00")
    old.user(3, created_at=None)
    old.room(1, created_at="2025-01-01 00:00:00")
    old.member(1, 1, 1, joined_at=None)
    old.message(1, room_id=1, created_at="2026-03-03 03:03:03")
    old.message(2, room_id=1, created_at=None)
    report = bring()
    assert f"{Message.objects.get(seq=2).created_at:%F %T}" == "2026-03-03 03:03:03"
    assert f"{User.objects.get(username='user3').date_joined:%F %T}" == "2026-01-01 00:00:00"
    assert f"{Membership.objects.get().joined_at:%F}" == "2025-01-01"
    assert all("no time" in fate(report, *row) for row in (("users", 1), ("room_members", 1), ("messages", 2)))


def test_what_is_yet_to_come_is_now(old: Old, bring: Bring) -> None:
    old.user(1)
    old.message(1, receiver_id=1, created_at="2099-01-01 00:00:00")
    assert "lies in the future" in fate(bring(), "messages", 1)
    assert Message.objects.get().created_at <= now()


def test_who_has_left_a_room_is_a_former_member_of_it(old: Old, bring: Bring) -> None:
    for i in (1, 2):
        old.user(i)
    old.room(1, room_type="private")
    old.member(1, 1, 1)
    old.message(1, room_id=1, sender_id=2)
    bring()
    gone = Membership.objects.get(user_id=User.objects.get(username="user2").pk)
    assert (gone.left_at is not None, gone.left_reason) == (True, "left")


def test_words_of_somebody_who_is_gone_stay_without_a_name(old: Old, bring: Bring) -> None:
    old.user(1)
    old.room(1)
    old.member(1, 1, 1)
    old.message(1, room_id=1, sender_id=99)
    old.message(2, room_id=1, sender_id=99)
    old.message(3, sender_id=99, receiver_id=1)
    bring()
    (sender_id,) = set(Message.objects.values_list("sender_id", flat=True))
    gone = User.objects.get(pk=sender_id)
    assert (gone.username, gone.is_active, gone.deleted_at is not None) == ("", False, True)
    bring()
    assert (User.objects.count(), Message.objects.count()) == (2, 3)


def test_somebody_who_is_gone_is_nobodys_friend_or_fellow_the_second_time_either(old: Old, bring: Bring) -> None:
    old.user(1)
    old.room(1)
    old.member(1, 1, 1)
    old.member(2, 1, 99, role="owner")
    old.friend(1, 1, 99, status="accepted")
    old.message(1, room_id=1, sender_id=99)
    bring()
    before = list(Membership.objects.order_by("pk").values()), Friendship.objects.count()
    said = bring()
    assert (list(Membership.objects.order_by("pk").values()), Friendship.objects.count()) == before
    assert "Its user does not exist." in fate(said, "room_members", 2)
    assert "One of the two users does not exist." in fate(said, "friends", 1)


def test_a_note_to_oneself_is_one(old: Old, bring: Bring) -> None:
    old.user(1)
    old.message(1, sender_id=1, receiver_id=1)
    bring()
    assert Membership.objects.count() == 1


def test_a_message_of_an_unknown_type_is_text(old: Old, bring: Bring) -> None:
    old.user(1)
    old.message(1, receiver_id=1, message_type="image", content="http://old/cat.png")
    assert "Its type was “image”" in fate(bring(), "messages", 1)
    assert Message.objects.get().content == "http://old/cat.png"


def test_rooms_that_do_not_fit_are_made_to(old: Old, bring: Bring) -> None:
    here = make_room(make_user("here"), name="here")
    old.user(1)
    old.room(1, name="", description="d" * 501)
    old.room(2, name="名" * 100, room_code=here.code)
    old.room(3, room_code="a code of twenty !!!")
    old.room(4, room_type="secret")
    old.room(5, room_type="private", room_code="123456")
    for i in range(1, 6):
        old.member(i, i, 1)
    report = bring()
    found = {row.name: row for row in Room.objects.exclude(pk=here.pk)}
    assert sorted(found) == sorted(["Room 1", "名" * 79 + "…", "Room 3", "Room 4", "Room 5"])
    assert len(found["Room 1"].description) == 500
    assert '"description": "ddd' in report
    assert "another one" in fate(report, "rooms", 2)
    assert "another one" in fate(report, "rooms", 3)
    assert found["Room 4"].kind == Room.PRIVATE
    assert "by invitation" in fate(report, "rooms", 5)


def test_a_room_has_one_owner_whoever_made_it(old: Old, bring: Bring) -> None:
    for i in (1, 2, 3):
        old.user(i)
    old.room(1, created_by=1)
    old.room(2, created_by=99)
    old.room(3, created_by=1)
    old.member(1, 1, 1)
    old.member(2, 1, 2, role="admin")
    old.member(3, 2, 3, joined_at="2026-01-01 00:00:00")
    old.member(4, 2, 2, role="admin", joined_at="2026-01-02 00:00:00")
    old.member(5, 3, 3, joined_at="2026-01-02 00:00:00")
    old.member(6, 3, 2, joined_at="2026-01-01 00:00:00", role="moderator")
    report = bring()
    owners = Membership.objects.filter(role="owner").order_by("room_id").values_list("user_id", flat=True)
    assert [User.objects.get(pk=i).username for i in owners] == ["user1", "user2", "user2"]
    assert "“moderator”" in fate(report, "room_members", 6)


def test_a_room_with_nobody_in_it_is_archived(old: Old, bring: Bring) -> None:
    old.user(1)
    old.room(1)
    old.message(1, room_id=1)
    assert "it is archived" in fate(bring(), "rooms", 1)
    assert Room.objects.get().archived_at is not None
    assert Message.objects.count() == 1


def test_members_that_cannot_be_are_told(old: Old, bring: Bring) -> None:
    old.user(1)
    old.room(1)
    old.member(1, 1, 1)
    old.member(2, 1, 1)
    old.member(3, 1, 99)
    old.member(4, 99, 1)
    report = bring()
    assert "in the room already" in fate(report, "room_members", 2)
    assert "Its user does not exist" in fate(report, "room_members", 3)
    assert "Its room does not exist" in fate(report, "room_members", 4)


def test_who_comes_later_does_not_read_what_the_room_keeps_from_newcomers(old: Old, bring: Bring) -> None:
    for i in (1, 2):
        old.user(i)
    old.room(1)
    old.member(1, 1, 1)
    old.message(1, room_id=1)
    bring()
    room = Room.objects.get()
    room.change_rules({"history": "since_joining"})
    room.save()
    old.member(2, 1, 2)
    bring()
    page = Api().by(User.objects.get(username="user2")).get(f"/api/rooms/{room.id}/messages").json()
    assert page["results"] == []
    assert (
        len(Api().by(User.objects.get(username="user1")).get(f"/api/rooms/{room.id}/messages").json()["results"]) == 1
    )


def test_who_has_left_here_is_not_brought_back(old: Old, bring: Bring) -> None:
    from rooms.services.joining import leave

    for i in (1, 2):
        old.user(i)
    old.room(1)
    old.member(1, 1, 1)
    old.member(2, 1, 2)
    bring()
    user = User.objects.get(username="user2")
    leave(user_id=user.pk, room_id=Room.objects.get().id)
    bring()
    assert Membership.objects.get(user_id=user.pk).left_at is not None
