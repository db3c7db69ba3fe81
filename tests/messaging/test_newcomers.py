"""Rooms that keep from newcomers what was said before them: at every door, for them alone."""

from __future__ import annotations

from typing import Any

import pytest

from chatsite.gateway.pull import Wanted
from messaging.services import pull, shared_pull
from messaging.services.send import send
from rooms.models import Room, RoomCounter
from rooms.services import memberships
from tests.factories import make_room
from tests.messaging.conftest import crowd
from tests.messaging.test_batches import codes, say
from tests.people import Listen, Meet, Person, queries_of

SECRET = "rosebud"
UNSEEN = (404, "not_found")


@pytest.fixture
def old(ann: Person, bob: Person, room: Room) -> Any:
    """What was said before the rule, by Bob, to all, and pinned."""
    message = bob.say(room, SECRET, mention_all=True)
    ann.ok("PUT", f"/api/messages/{message['id']}/pin")
    ann.ok("PATCH", f"/api/rooms/{room.id}", {"rules": {"history": "since_joining"}})
    return message


@pytest.fixture
def newcomer(cat: Person, room: Room, old: Any) -> Person:
    cat.ok("POST", f"/api/rooms/{room.id}/join")
    return cat


def contents(person: Person, room: Room, **query: Any) -> list[str]:
    return [m["content"] for m in person.page(room, **query)["results"] if m["kind"] == "text"]


@pytest.mark.parametrize("place", ["", "before", "after", "around", "at"])
def test_a_newcomers_history_begins_with_them(ann: Person, newcomer: Person, room: Room, old: Any, place: str) -> None:
    ann.say(room, "new")
    where: Any = {"": {}, "before": {"before": 10**6}, "after": {"after": 0}, "around": {"around": old["seq"]}}
    query = where.get(place, {"at": "2020-01-01T00:00:00Z"})
    for size in (1, 2, 50):
        page = newcomer.page(room, **query, limit=size)
        assert SECRET not in str(page)
        assert page["results"][0]["seq"] > old["seq"]
    assert (contents(newcomer, room, **query), page["has_before"]) == (["new"], False)
    assert newcomer.page(room, before=old["seq"])["results"] == []
    assert contents(ann, room) == [SECRET, "new"]


def test_for_a_newcomer_older_messages_do_not_exist(newcomer: Person, bob: Person, room: Room, old: Any) -> None:
    at = f"/api/messages/{old['id']}"
    bob.ok("GET", at)
    for method, path, body in (
        ("GET", at, None),
        ("GET", f"{at}/readers", None),
        ("PUT", f"{at}/reactions/👍", None),
        ("DELETE", f"{at}/pin", None),
        ("POST", f"{at}/report", {"reason": "spam"}),
        ("POST", f"{at}/recall", None),
        ("PATCH", at, {"content": "x"}),
    ):
        assert newcomer.refused(method, path, body) == UNSEEN, path
    replies = [say(p.id, room, reply_to=old["id"]) for p in (newcomer, bob)]
    assert codes(send(replies)) == ["not_found", "sent"]
    assert newcomer.ok("GET", f"/api/rooms/{room.id}/pins")["results"] == []
    assert newcomer.ok("GET", "/api/users/me/mentions")["results"] == []
    assert len(bob.ok("GET", f"/api/rooms/{room.id}/pins")["results"]) == 1


def test_catching_up_shows_a_newcomer_what_is_theirs(ann: Person, newcomer: Person, room: Room, old: Any) -> None:
    assert SECRET not in str(newcomer.ok("GET", f"/api/rooms/{room.id}/changes", since=0))
    assert SECRET in str(ann.ok("GET", f"/api/rooms/{room.id}/changes", since=0))
    wanted = [Wanted({room.id: 0}, p.id, True) for p in (newcomer, ann)]
    theirs, anns = shared_pull.changes_for(wanted)
    assert isinstance(theirs, dict)
    assert isinstance(anns, dict)
    assert SECRET.encode() not in b"".join(theirs[room.id].frames)
    assert SECRET.encode() in b"".join(anns[room.id].frames)
    (for_all,) = pull.changes({room.id: 0}, reader_id=None)[room.id].frames
    assert SECRET.encode() not in for_all
    assert b'"complete":false' in for_all


def test_a_change_of_an_older_message_is_told_without_it(
    ann: Person, newcomer: Person, room: Room, old: Any, published: Listen
) -> None:
    with published() as out:
        ann.ok("PUT", f"/api/messages/{old['id']}/reactions/👍")
    ((version, kind, data),) = out.of_room(room.id)
    assert (kind, data["from_version"], data["version"], data["complete"]) == (
        "room_sync",
        version - 1,
        version,
        False,
    )
    assert data["messages"] == []
    assert RoomCounter.objects.get(pk=room.id).version == version
    new = ann.say(room, "new")
    with published() as out:
        newcomer.ok("PUT", f"/api/messages/{new['id']}/reactions/👍")
    assert [kind for _, kind, _ in out.of_room(room.id)] == ["message_updated"]


def test_an_answer_shows_a_newcomer_nothing_of_what_it_answers(
    ann: Person, bob: Person, newcomer: Person, room: Room, old: Any, published: Listen
) -> None:
    with published() as out:
        answer = ann.say(room, "indeed", reply_to=old["id"], mentions=[newcomer.id])
        ann.ok("PUT", f"/api/messages/{answer['id']}/pin")
    kinds = [kind for _, kind, _ in out.of_room(room.id)]
    assert (kinds, SECRET in str(out.envelopes)) == (["new_message", "message_updated"], False)
    wanted = Wanted({room.id: 0}, newcomer.id, True)
    (caught_up,) = shared_pull.changes_for([wanted])
    assert isinstance(caught_up, dict)
    assert SECRET.encode() not in b"".join(caught_up[room.id].frames)
    for person in (bob, newcomer, bob, newcomer):  # pages are kept
        (shown,) = (m for m in person.page(room)["results"] if m["id"] == answer["id"])
        assert shown["reply_to"]["excerpt"] == (SECRET if person is bob else "…")
    for path in ("", "/messages", "/pins", "/changes?since=0"):
        assert SECRET not in str(newcomer.ok("GET", f"/api/rooms/{room.id}{path}")), path
    for path in ("/api/rooms/", "/api/users/me/mentions", f"/api/messages/{answer['id']}"):
        assert SECRET not in str(newcomer.ok("GET", path)), path


def test_what_a_newcomer_may_not_read_is_neither_unread_nor_read(
    ann: Person, newcomer: Person, room: Room, old: Any
) -> None:
    ann.say(room, "new", mention_all=True)
    newcomer.ok("POST", f"/api/rooms/{room.id}/unread", {"seq": 1})
    mine = newcomer.membership(room)
    assert (mine["unread_count"], mine["mention_count"]) == (1, 1)
    readers = ann.ok("GET", f"/api/messages/{old['id']}/readers")
    assert newcomer.id not in {user["id"] for user in readers["read"] + readers["unread"]}


def test_the_newest_message_is_not_shown_when_it_is_older_than_the_newcomer(
    ann: Person, cat: Person, room: Room, old: Any, published: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memberships, "LINE_MEMBERS", 0)
    with published() as out:
        assert cat.ok("POST", f"/api/rooms/{room.id}/join")["last_message"] is None
        ann.ok("PATCH", f"/api/rooms/{room.id}", {"description": "x"})
    assert SECRET not in str(out.envelopes)
    assert cat.ok("GET", f"/api/rooms/{room.id}")["last_message"] is None
    assert ann.ok("GET", f"/api/rooms/{room.id}")["last_message"]["content"] == SECRET


def test_who_was_in_keeps_everything_and_who_comes_later_under_another_rule_gets_it(
    ann: Person, bob: Person, newcomer: Person, room: Room, old: Any, meet: Meet
) -> None:
    ann.ok("PATCH", f"/api/rooms/{room.id}", {"rules": {"history": "all"}})
    late = meet()
    late.ok("POST", f"/api/rooms/{room.id}/join")
    for person, sees in ((bob, True), (late, True), (newcomer, False)):
        assert (SECRET in contents(person, room)) is sees


def test_keeping_history_from_newcomers_costs_no_query_more(ann: Person, newcomer: Person, room: Room) -> None:
    other = make_room(ann.user)
    for own in (room, other):
        crowd(own, 2)
    for place in ("messages", "changes?since=0"):
        paths = [f"/api/rooms/{own.id}/{place}" for own in (room, other)]
        one, two = (len(queries_of(lambda path=path: ann.ok("GET", path))) for path in paths)
        assert one == two, place
