"""What is older than its room keeps it is gone for good, from every door; what is left reads as before."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils.timezone import now

from chatsite import chores
from messaging import recent
from messaging.models import Mention, Message, Reaction
from messaging.services import pull, retention
from messaging.services.retention import delete_batch, delete_old
from messaging.services.send import send
from rooms.models import Membership, Room, RoomCounter
from tests.consistency import violations
from tests.messaging.test_batches import codes, say
from tests.messaging.test_read_state import recount
from tests.people import Committing, Listen, Meet, Person, queries_of

SECRET = "rosebud"


@pytest.fixture(autouse=True)
def _consistent() -> Any:
    yield
    assert violations() == []


def keep(person: Person, room: Room, days: int | None) -> None:
    person.ok("PATCH", f"/api/rooms/{room.id}", {"rules": {"keep_days": days}})


def age(room: Room, until: int, days: int = 100) -> None:
    """The messages up to this one were written so long ago."""
    Message.objects.filter(room_id=room.id, seq__lte=until).update(created_at=now() - timedelta(days=days))


@pytest.fixture
def old(ann: Person, bob: Person, room: Room) -> list[Any]:
    """Four old messages with all that can hang on one, a fresh answer to one of them, and a rule of 30 days."""
    said = [bob.say(room, SECRET, mentions=[ann.id]), ann.say(room, SECRET, mention_all=True)]
    said += [bob.say(room, SECRET), bob.say(room, SECRET)]
    ann.ok("PUT", f"/api/messages/{said[0]['id']}/reactions/👍")
    ann.ok("PUT", f"/api/messages/{said[0]['id']}/pin")
    said.append(bob.say(room, "fresh", reply_to=said[0]["id"]))
    age(room, said[3]["seq"])
    keep(ann, room, 30)
    return said


def first_seq(person: Person, room: Room) -> int:
    return int(person.ok("GET", f"/api/rooms/{room.id}")["first_seq"])


@pytest.mark.parametrize("place", ["", "before", "after", "around", "at"])
def test_history_begins_after_what_is_deleted(ann: Person, room: Room, old: Any, place: str) -> None:
    assert delete_old() == old[3]["seq"]
    where: Any = {"": {}, "before": {"before": 10**6}, "after": {"after": 0}, "around": {"around": 1}}
    query = where.get(place, {"at": "2020-01-01T00:00:00Z"})
    for size in (1, 50):
        page = ann.page(room, **query, limit=size)
        assert [m["seq"] for m in page["results"]] == [old[4]["seq"]]
        assert (page["has_before"], page["has_after"]) == (False, False)
    below = ann.page(room, before=old[2]["seq"])
    assert (below["results"], below["has_before"], below["has_after"]) == ([], False, True)
    assert first_seq(ann, room) == old[4]["seq"]


def test_nothing_of_a_deleted_message_is_left_anywhere(ann: Person, bob: Person, room: Room, old: Any) -> None:
    assert SECRET in str(bob.page(room)["results"][-1]["reply_to"])
    delete_old()
    for method, path, body in (
        ("GET", "", None),
        ("PATCH", "", {"content": "x"}),
        ("GET", "/readers", None),
        ("PUT", "/reactions/👍", None),
        ("PUT", "/pin", None),
        ("POST", "/report", {"reason": "spam"}),
        ("POST", "/recall", None),
    ):
        assert bob.refused(method, f"/api/messages/{old[0]['id']}{path}", body) == (404, "not_found"), path
    assert codes(send([say(bob.id, room, reply_to=old[0]["id"])])) == ["not_found"]
    seen = [ann.page(room), ann.ok("GET", f"/api/rooms/{room.id}/pins"), ann.ok("GET", "/api/users/me/mentions")]
    assert SECRET not in str(seen)
    assert seen[0]["results"][0]["reply_to"] == {"id": old[0]["id"], "seq": 0, "sender": None, "excerpt": ""}
    assert seen[1]["results"] == seen[2]["results"] == []
    ids = [m["id"] for m in old[:4]]
    for model, rows in (
        (Message, {"id__in": ids}),
        (Reaction, {"message_id__in": ids}),
        (Mention, {"room_id": room.id}),
    ):
        assert not model.objects.filter(**rows).exists()  # type: ignore[attr-defined]


def test_members_hear_once_a_batch_where_the_room_begins(
    ann: Person, bob: Person, room: Room, old: Any, published: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)
    before = ann.ok("GET", f"/api/rooms/{room.id}")
    with published() as out:
        delete_old()
    told = [(version, kind, data["room"]["first_seq"]) for version, kind, data in out.of_room(room.id)]
    last = old[3]["seq"]
    assert told == [(before["version"] + 1, "room_updated", 4), (before["version"] + 2, "room_updated", last + 1)]
    after = ann.ok("GET", f"/api/rooms/{room.id}")
    assert out.of_room(room.id)[-1][2]["room"] == {**after, "membership": None, "peer": None}
    kinds = {kind for kind, _data in out.to(ann.id)}
    assert kinds == {"membership_updated"}
    assert out.to(ann.id)[-1][1]["membership"] == after["membership"]


def test_members_hear_what_is_left_to_read_where_the_last_batch_was_a_full_one(
    ann: Person, room: Room, old: Any, published: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", old[3]["seq"])
    with published() as out:
        delete_old()
    ((kind, data),) = out.to(ann.id)
    assert (kind, data["membership"]) == ("membership_updated", ann.membership(room))


def test_what_is_left_to_read_counts_and_nothing_else(ann: Person, bob: Person, room: Room, old: Any) -> None:
    assert ann.membership(room)["unread_count"] == 4
    ann.ok("POST", f"/api/rooms/{room.id}/unread", {"seq": 1})
    assert ann.membership(room)["unread_count"] == 4
    delete_old()
    mine = ann.membership(room)
    assert (mine["unread_count"], mine["mention_count"], mine["last_read_seq"]) == (1, 0, old[3]["seq"])
    for membership in Membership.objects.filter(room_id=room.id):
        counter = RoomCounter.objects.get(pk=room.id)
        assert membership.unread_count(counter.message_count) == recount(membership)[0]
    ann.ok("POST", f"/api/rooms/{room.id}/read", {"seq": old[4]["seq"]})
    ann.ok("POST", f"/api/rooms/{room.id}/unread", {"seq": 1})
    assert (ann.membership(room)["unread_count"], ann.membership(room)["last_read_seq"]) == (1, old[3]["seq"])
    bob.say(room)
    assert ann.membership(room)["unread_count"] == 2


def test_catching_up_over_a_deletion_tells_of_what_is_left(ann: Person, room: Room, old: Any) -> None:
    delete_old()
    for reader in (ann.id, None):
        (sync,) = pull.room_syncs({room.id: 1}, reader_id=reader)[room.id]
        assert [m.seq for m in sync.messages] == [old[4]["seq"]]
        assert sync.complete
        assert sync.room is not None
        assert sync.room.first_seq == old[4]["seq"]


def test_a_room_of_which_nothing_is_left_goes_on_where_it_stood(ann: Person, bob: Person, room: Room, old: Any) -> None:
    age(room, old[4]["seq"])
    delete_old()
    page = bob.page(room)
    assert (page["results"], page["has_before"], page["has_after"]) == ([], False, False)
    out = bob.ok("GET", f"/api/rooms/{room.id}")
    assert (out["last_message"], out["first_seq"]) == (None, out["last_seq"] + 1)
    assert out["membership"]["unread_count"] == 0
    assert ann.say(room)["seq"] == old[4]["seq"] + 1
    assert bob.membership(room)["unread_count"] == 1
    assert len(bob.page(room)["results"]) == 1


def test_the_kept_page_in_redis_is_forgotten(ann: Person, room: Room, old: Any, committing: Committing) -> None:
    ann.page(room)
    recent.flush()
    counter = RoomCounter.objects.get(pk=room.id)
    assert recent.read(room.id, counter.version, counter.last_message_id)
    with committing():
        delete_old()
    assert recent._redis.ask(lambda redis: redis.exists(recent._key(room.id))) == 0


def test_rooms_keep_for_as_long_as_they_say_and_never_longer_than_the_server(
    ann: Person, bob: Person, meet: Meet, room: Room, settings: Any
) -> None:
    bob.say(room)
    direct = Room.objects.get(pk=bob.ok("POST", "/api/direct", {"user_id": ann.id})["id"])
    bob.say(direct)
    for one in (room, direct):
        age(one, 10**6, days=50)
    assert delete_old() == 0
    keep(ann, room, 60)
    assert delete_old() == 0
    settings.RETENTION_DAYS = 55
    assert delete_old() == 0
    settings.RETENTION_DAYS = 45
    assert delete_old() == 3  # and the line that says who came in
    assert (first_seq(ann, room), first_seq(ann, direct)) == (3, 2)


def test_admins_set_how_long_a_room_keeps_and_nobody_else(
    ann: Person, bob: Person, cat: Person, room: Room, settings: Any
) -> None:
    at, wanted = f"/api/rooms/{room.id}", {"rules": {"keep_days": 7}}
    assert bob.refused("PATCH", at, wanted) == (403, "permission_denied")
    assert cat.refused("PATCH", at, wanted)[0] == 403
    assert ann.ok("PATCH", at, wanted)["rules"]["keep_days"] == 7
    assert ann.refused("PATCH", at, {"rules": {"keep_days": 0}}) == (400, "validation_error")
    settings.RETENTION_DAYS = 30
    assert ann.refused("PATCH", at, {"rules": {"keep_days": 31}}) == (400, "validation_error")
    assert ann.ok("PATCH", at, {"rules": {"keep_days": None}})["rules"]["keep_days"] is None


def test_a_run_that_is_killed_between_batches_leaves_a_whole_room_and_goes_on(
    ann: Person, room: Room, old: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)

    def killed(seconds: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(retention.time, "sleep", killed)
        with pytest.raises(KeyboardInterrupt):
            delete_old()
    assert first_seq(ann, room) == 3
    assert violations() == []
    assert delete_old() == old[3]["seq"] - 2
    assert delete_old() == 0


@pytest.mark.django_db(transaction=True)
def test_a_batch_that_is_killed_in_the_middle_deletes_nothing(
    ann: Person, room: Room, old: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*args: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(retention, "save_room", killed)
        with pytest.raises(SystemExit):
            delete_batch(room.id)
    assert (first_seq(ann, room), len(ann.page(room)["results"])) == (1, old[4]["seq"])
    assert ann.membership(room)["unread_count"] == 4


def test_the_statements_of_a_batch_do_not_grow_with_it(ann: Person, bob: Person, room: Room) -> None:
    keep(ann, room, 30)
    counts = []
    for size in (2, 8):
        for _ in range(size):
            bob.say(room, mentions=[ann.id])
        age(room, RoomCounter.objects.get(pk=room.id).last_seq)
        counts.append(len(queries_of(lambda: delete_batch(room.id))))
    assert counts[0] == counts[1]


def test_looking_for_what_is_due_takes_two_queries_for_many_rooms(meet: Meet, ann: Person, settings: Any) -> None:
    settings.RETENTION_DAYS = 30
    counts = []
    for _ in range(2):
        for _ in range(3):
            room = Room.objects.get(pk=ann.ok("POST", "/api/rooms/", {"name": "r"})["id"])
            ann.say(room)
        counts.append(len(queries_of(lambda: list(retention.due()))))
    assert counts[0] == counts[1] == 4  # and one for the setting, one that finds no more rooms


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("retention", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_tells_what_would_go_and_deletes_only_when_told_to(ann: Person, room: Room, old: Any) -> None:
    wanted = f"Room {room.id} {room.name} (30 days): {old[3]['seq']} messages"
    for _ in range(2):
        assert f"{wanted} would be deleted." in command()
    assert f"{wanted} deleted." in command("--delete")
    assert "No message is older" in command()
    assert SECRET not in command()


def test_it_is_one_of_the_chores(ann: Person, room: Room, old: Any) -> None:
    chore = chores.chores["retention"].do
    assert chore() == old[3]["seq"]
    assert connection.in_atomic_block
