"""A made-up community: whole like one of people, the same for the same numbers, never among real accounts."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Max

from accounts.models import Friendship, User
from chatsite import demo
from chatsite.seeding import sowing
from messaging.models import Mention, Message, Reaction
from rooms.models import Membership, Room, RoomCounter
from tests.conftest import Api
from tests.consistency import violations
from tests.factories import make_user

MESSAGES = 1_500


@pytest.fixture(autouse=True)
def _database(db: None, settings: Any) -> None:
    settings.RATE_LIMITS = False


def sow(seed: int = 1, messages: int = MESSAGES) -> str:
    said = StringIO()
    call_command("seed", seed=seed, messages=messages, stdout=said)
    return said.getvalue()


def talk() -> list[tuple[Any, ...]]:
    """Who said what where, answering what, in order; without the ids, which are the database's."""
    users = dict(User.objects.values_list("pk", "username"))
    rooms = {
        room.pk: room.name or " ".join(sorted(users[int(i)] for i in str(room.pair_key).split(":")))
        for room in Room.objects.all()
    }
    seqs = dict(Message.objects.values_list("pk", "seq"))
    return sorted(
        (rooms[m.room_id], m.seq, users[m.sender_id or 0], m.content, seqs.get(m.reply_to_id or 0, 0), m.version)
        for m in Message.objects.all()
    )


def test_a_sown_database_is_whole_like_one_of_people() -> None:
    assert f"{MESSAGES} messages" in sow()
    assert violations() == []
    assert Message.objects.count() == MESSAGES
    assert Message.objects.exclude(reply_to_id=None).exists()
    assert Message.objects.exclude(pinned_at=None).exists()
    assert Reaction.objects.exists()
    assert Mention.objects.exists()
    assert Friendship.objects.filter(accepted_at=None).exists()


def test_nobody_was_last_here_before_they_wrote() -> None:
    sow()
    wrote = Message.objects.values("sender_id").annotate(last=Max("created_at")).values_list("sender_id", "last")
    seen = dict(User.objects.values_list("pk", "last_seen_at"))
    assert [user for user, last in wrote if user and seen[user] < last] == []


def test_people_have_chinese_and_english_names_and_one_room_has_500_of_them() -> None:
    sow()
    names = User.objects.values_list("display_name", flat=True)
    assert sum(name.isascii() for name in names) > 100
    assert sum("\u4e00" <= name[0] <= "\u9fff" for name in names) > 100
    assert RoomCounter.objects.aggregate(Max("member_count"))["member_count__max"] == 500


@pytest.mark.slow
def test_the_demo_has_a_room_of_10000_messages() -> None:
    sow(messages=demo.MESSAGES)
    counts = RoomCounter.objects.order_by("-message_count").values_list("message_count", "member_count")
    assert counts[0][0] == 10_000
    assert 500 in {members for _count, members in counts}
    assert violations() == []


def test_the_same_numbers_make_the_same_community_and_others_another() -> None:
    made = []
    for seed in (1, 1, 2):
        with transaction.atomic():
            sow(seed)
            made.append(talk())
            transaction.set_rollback(True)
    assert made[0] == made[1]
    assert made[0] != made[2]


def test_times_are_past_and_ascend_within_each_room() -> None:
    sow()
    for room in Room.objects.all():
        times = list(Message.objects.filter(room_id=room.id).order_by("seq").values_list("created_at", flat=True))
        assert times == sorted(times)
        assert room.created_at < times[0]
        assert RoomCounter.objects.get(room_id=room.id).last_message_at == times[-1]


def test_everybody_who_is_named_can_sign_in_and_has_something_to_read() -> None:
    said = sow()
    for login in demo.LOGINS:
        assert login.username in said
        answer = Api().post("/api/auth/login", {"username": login.username, "password": demo.PASSWORD})
        assert answer.status_code == 200
        rooms = Api(answer.json()["access"]).get("/api/rooms/").json()["results"]
        assert any(room["membership"]["unread_count"] for room in rooms)
        assert any(room["membership"]["unread_count"] == 0 for room in rooms)


def test_nobody_else_has_a_password() -> None:
    sow()
    assert User.objects.exclude(password__startswith="!").count() == len(demo.LOGINS)


def test_a_second_time_changes_nothing() -> None:
    sow()
    before = talk(), list(Membership.objects.order_by("pk").values())
    sow()
    assert (talk(), list(Membership.objects.order_by("pk").values())) == before


def test_what_broke_off_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction.atomic():
        sow()
        whole = talk()
        transaction.set_rollback(True)
    add_lines, calls = sowing.add_lines, []

    def interrupted(**options: Any) -> Any:
        calls.append(options)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return add_lines(**options)

    with monkeypatch.context() as patched:
        patched.setattr(sowing, "add_lines", interrupted)
        with pytest.raises(CommandError, match="goes on where it stopped"):
            sow()
    assert 0 < Message.objects.count() < MESSAGES
    sow()
    assert talk() == whole
    assert violations() == []


def test_real_accounts_get_no_made_up_company() -> None:
    make_user("ann")
    with pytest.raises(CommandError, match="accounts in this database already"):
        sow()
    assert User.objects.count() == 1


def test_production_refuses(settings: Any) -> None:
    settings.UNSAFE = "refuse"
    with pytest.raises(CommandError, match="This is production"):
        sow()
    assert not User.objects.exists()


def test_logins_are_told_by_a_demo_alone(settings: Any) -> None:
    assert Api().get("/api/demo").json() == {"logins": []}
    settings.DEMO = True
    (first, *_others) = Api().get("/api/demo").json()["logins"]
    assert first == {"username": "xiaoyu", "display_name": "林小雨", "password": demo.PASSWORD}


def test_a_handful_of_messages_is_enough() -> None:
    sow(messages=5)
    assert Message.objects.count() == 5
    assert violations() == []
