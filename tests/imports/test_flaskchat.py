"""The old system moves over: what is whole is kept as it was, twice is once, and passwords open."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Friendship, User
from messaging.models import Message
from rooms.models import Membership, Room, RoomCounter
from tests.conftest import Api
from tests.consistency import violations
from tests.imports.conftest import Old

HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", "accounts.hashers.WerkzeugPasswordHasher"]


@pytest.fixture(autouse=True)
def _settings(settings: Any, tmp_path: Path) -> None:
    settings.PASSWORD_HASHERS = HASHERS
    settings.RATE_LIMITS = False
    settings.VAR_DIR, settings.RUN_DIR = tmp_path, tmp_path / "run"


def bring(old: Old, **options: Any) -> str:
    """-> what the command says"""
    said = StringIO()
    call_command("import_flaskchat", source=old.url, stdout=said, **options)
    return said.getvalue()


def rows() -> dict[str, int]:
    models: list[Any] = [User, Room, RoomCounter, Membership, Friendship, Message]
    return {model.__name__: model.objects.count() for model in models}


def sign_in(name: str, password: str) -> int:
    return Api().post("/api/auth/login", {"username": name, "password": password}).status_code


def test_a_whole_installation_is_kept(old: Old) -> None:
    old.load(rows=True)
    said = bring(old)
    groups = Room.objects.exclude(kind=Room.DIRECT)
    assert (User.objects.count(), groups.count(), Message.objects.count()) == (40, 12, 2000)
    assert Friendship.objects.count() == 39
    assert [line.split("│")[1:4] for line in said.splitlines() if "users" in line] == [
        [" users        ", " 40    ", " 40   "]
    ]
    assert violations() == []


def test_old_passwords_open_and_are_hashed_anew(old: Old) -> None:
    old.load(rows=True)
    bring(old)
    people = {number: User.objects.get(email=f"user{number}@example.org") for number in (0, 1, 7, 20, 39)}
    for number, user in people.items():
        assert sign_in(user.username, f"pass-word-{number + 1}") == 401
        assert sign_in(user.email, f"pass-word-{number}") == 200
        user.refresh_from_db()
        assert user.password.startswith("md5$")
        assert sign_in(user.username, f"pass-word-{number}") == 200


def test_a_second_time_adds_nothing(old: Old) -> None:
    old.load(rows=True)
    bring(old)
    before = rows(), list(RoomCounter.objects.order_by("pk").values())
    said = bring(old)
    assert (rows(), list(RoomCounter.objects.order_by("pk").values())) == before
    assert "│ messages     │ 2000  │ 0    │ 2000" in said


def test_what_the_old_system_has_got_since_is_added(old: Old) -> None:
    old.user(1)
    old.room(1)
    old.member(1, 1, 1)
    old.message(1, room_id=1)
    bring(old)
    old.user(2)
    old.member(2, 1, 2)
    old.message(2, room_id=1, sender_id=2)
    bring(old)
    room = Room.objects.get()
    assert list(Message.objects.order_by("seq").values_list("seq", "content")) == [(1, "message 1"), (2, "message 2")]
    assert Membership.objects.filter(room_id=room.id, left_at=None).count() == 2
    assert violations() == []


def test_two_installations_do_not_take_each_others_rows_for_their_own(old: Old) -> None:
    old.user(1, created_at="2026-01-01 00:00:00")
    old.message(1, receiver_id=1)
    bring(old)
    old.sql("UPDATE users SET created_at = '2026-01-01 00:00:01', username = 'other', email = 'other@example.org'")
    bring(old)
    assert (User.objects.count(), Message.objects.count()) == (2, 2)


def test_order_and_times_are_the_old_ones(old: Old) -> None:
    old.user(1, created_at="2025-05-05 05:05:05")
    old.user(2)
    for i in range(1, 6):
        old.message(i, sender_id=i % 2 + 1, receiver_id=2 - i % 2, created_at=f"2026-01-01 00:00:0{i}")
    bring(old)
    found = Message.objects.order_by("seq").values_list("content", "created_at")
    assert [(text, f"{at:%F %T %Z}") for text, at in found] == [
        (f"message {i}", f"2026-01-01 00:00:0{i} UTC") for i in range(1, 6)
    ]
    assert f"{User.objects.get(username='user1').date_joined:%F %T}" == "2025-05-05 05:05:05"
    assert f"{RoomCounter.objects.get().last_message_at:%F %T}" == "2026-01-01 00:00:05"


def test_nothing_is_unread(old: Old) -> None:
    old.load(rows=True)
    bring(old)
    user = User.objects.get(email="user3@example.org")
    api = Api().by(user)
    found = api.get("/api/rooms/").json()["results"]
    assert len(found) > 3
    assert {room["membership"]["unread_count"] for room in found} == {0}


def test_who_has_not_read_everything_since_has_not_read_what_comes_later(old: Old) -> None:
    for i in (1, 2):
        old.user(i)
    old.message(1, sender_id=1, receiver_id=2)
    bring(old)
    me = Membership.objects.get(user_id=User.objects.get(username="user2").pk)
    Api().by(User.objects.get(username="user1")).post(f"/api/rooms/{me.room_id}/messages", {"content": "new"})
    old.message(2, sender_id=1, receiver_id=2)
    old.message(3, sender_id=2, receiver_id=1)
    bring(old)
    me.refresh_from_db()
    assert (me.last_read_seq, me.unread_count(4)) == (1, 2)
    assert violations() == []


def test_people_see_their_rooms_friends_and_conversations(old: Old) -> None:
    for i in (1, 2, 3):
        old.user(i)
    old.room(1, room_code="525127", name="后端组", description="说明", room_type="group", created_by=2)
    old.room(2, room_type="private", created_by=1)
    old.member(1, 1, 1, role="admin")
    old.member(2, 1, 2, role="admin")
    old.member(3, 2, 1, role="admin")
    old.friend(1, 1, 2, status="accepted")
    old.friend(2, 3, 1, status="pending")
    old.message(1, sender_id=2, receiver_id=1)
    bring(old)
    api = Api().by(User.objects.get(username="user1"))
    found = {room["kind"]: room for room in api.get("/api/rooms/").json()["results"]}
    public = found["public"]
    assert (public["code"], public["name"], public["description"]) == ("525127", "后端组", "说明")
    assert [found[kind]["membership"]["role"] for kind in ("public", "private")] == ["admin", "owner"]
    assert found["direct"]["peer"]["username"] == "user2"
    assert [user["username"] for user in api.get("/api/users/friends").json()["results"]] == ["user2"]
    (request,) = api.get("/api/users/friends/requests").json()["results"]
    assert (request["direction"], request["user"]["username"]) == ("in", "user3")
    assert violations() == []


def test_an_import_that_broke_off_goes_on(old: Old, monkeypatch: pytest.MonkeyPatch) -> None:
    old.user(1)
    for i in range(1, 4):
        old.message(i, receiver_id=1)
    monkeypatch.setattr("chatsite.imports.flaskchat.source.BATCH", 1)
    from chatsite.imports.flaskchat import messages

    whole, met = messages.bring, []

    def interrupted(rows: Any, **others: Any) -> None:
        met.append(rows)
        if len(met) == 2:
            raise KeyboardInterrupt
        whole(rows, **others)

    with monkeypatch.context() as patched:
        patched.setattr(messages, "bring", interrupted)
        with pytest.raises(CommandError, match="goes on where it stopped"):
            bring(old)
    assert Message.objects.count() == 1
    bring(old)
    assert Message.objects.count() == 3
    assert violations() == []


def test_it_speaks_the_language_of_the_terminal(old: Old, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    old.user(1)
    old.message(1)
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    said = bring(old, report=tmp_path / "report.txt")
    assert "未保留" in said
    assert "没有聊天室，也没有收件人" in (tmp_path / "report.txt").read_text()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("sqlite:///old.db", "must be mysql://"),
        ("mysql://root@127.0.0.1:1/old", "does not answer"),
    ],
)
def test_what_is_no_old_database_is_told_in_a_sentence(url: str, says: str, db: None) -> None:
    with pytest.raises(CommandError, match=says):
        call_command("import_flaskchat", source=url)


def test_a_database_of_something_else_is_refused(old: Old) -> None:
    old.sql("DROP TABLE friends")
    with pytest.raises(CommandError, match="not a database of the old system"):
        bring(old)
    assert User.objects.count() == 0
