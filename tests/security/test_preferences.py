"""What people decide for themselves, held against everybody at every door that shows or does it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction

from accounts import slots
from accounts.models import Block, Friendship, User
from chatsite.errors import ChatError
from chatsite.gateway import publisher
from chatsite.gateway.events import Envelope
from messaging.schemas import SendBody
from messaging.services.send import Sent, draft, send
from messaging.services.statements import wishes_of
from presence import services as presence_services
from presence.services import show_typing
from presence.store import Move
from rooms.models import Room
from rooms.services.joining import leave
from tests.conftest import Api
from tests.factories import make_message, make_room, make_user

pytestmark = pytest.mark.django_db
SEEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
AUDIENCES = ("everyone", "contacts", "nobody")
# How somebody stands to zed. `unanswered` and `answered`: they have written to zed, who has (not) written back.
TIES = ("stranger", "staff", "former", "unanswered", "answered", "fellow", "friend", "blocked", "blocking")


class Pair:
    """Zed, who decides, and Ann, who wants something."""

    def __init__(self, tie: str) -> None:
        self.zed, self.ann = make_user("zed", last_seen_at=SEEN), make_user("ann", is_staff=tie == "staff")
        self.door, self.zeds_door = Api().by(self.ann), Api().by(self.zed)
        self.tie = tie
        self._tie()

    def _tie(self) -> None:
        match self.tie:
            case "fellow" | "former" | "blocked" | "blocking":
                room = make_room(self.zed, members=[self.ann])
                if self.tie == "former":
                    leave(user_id=self.ann.pk, room_id=room.id)
            case "friend":
                low, high = sorted((self.zed, self.ann), key=lambda u: u.pk)
                Friendship.objects.create(low=low, high=high, requested_by=low, accepted_at=SEEN)
            case "unanswered" | "answered":
                room = make_room(self.ann, "direct", [self.zed])
                make_message(room, self.ann)
                if self.tie == "answered":
                    make_message(room, self.zed)
        if self.tie in ("blocked", "blocking"):
            one, other = (self.zed, self.ann) if self.tie == "blocked" else (self.ann, self.zed)
            Block.objects.create(user=one, blocked=other)

    def decides(self, **preferences: Any) -> None:
        assert self.zeds_door.patch("/api/users/me", {"preferences": preferences}).status_code == 200

    @property
    def is_blocked(self) -> bool:
        return self.tie in ("blocked", "blocking")

    def is_admitted(self, audience: str) -> bool:
        if self.is_blocked:
            return False
        return audience == "everyone" or (audience == "contacts" and self.tie in ("fellow", "friend"))


@pytest.fixture(autouse=True)
def _no_limits(settings: Any) -> None:
    settings.RATE_LIMITS = False


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "status_of", lambda ids: dict.fromkeys(ids, "online"))


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def answers(*calls: Callable[[], Any]) -> list[str]:
    """-> "ok" or the error of each, and nothing is left of them"""
    found = []
    for call in calls:
        with undone():
            found.append(_answer(call))
    return found


def _answer(call: Callable[[], Any]) -> str:
    try:
        result = call()
    except ChatError as error:
        return error.code
    if isinstance(result, ChatError):
        return result.code
    if hasattr(result, "status_code") and result.status_code >= 300:
        return str(result.json()["code"])
    return "ok"


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("tie", TIES)
def test_who_may_write_to_me(tie: str, audience: str) -> None:
    """At every door into a conversation, also into one that was opened before I decided."""
    pair = Pair(tie)
    to_zed = {"user_id": pair.zed.pk}
    opened = answers(lambda: pair.door.post("/api/direct", to_zed)) == ["ok"]
    room = None
    if opened:
        room = make_room(pair.ann, "direct", [pair.zed])
        mine = make_message(room, pair.ann) if tie in ("unanswered", "answered") else None
    pair.decides(message_me=audience)
    wanted = "blocked" if pair.is_blocked else "permission_denied"
    if pair.is_admitted(audience) or tie == "answered":
        wanted = "ok"
    calls: list[Callable[[], Any]] = [
        lambda: pair.door.post("/api/direct", to_zed),
        lambda: send([draft(user_id=pair.ann.pk, receiver_id=pair.zed.pk, body=SendBody(content="x"))])[0],
    ]
    if room is not None:
        at = f"/api/rooms/{room.id}/messages"
        calls += [
            lambda: pair.door.post(at, {"content": "x"}),
            lambda: send([draft(user_id=pair.ann.pk, room_id=room.id, body=SendBody(content="x"))])[0],
            lambda: show_typing(user_id=pair.ann.pk, room_id=room.id),
        ]
        if mine is not None:
            at_mine = f"/api/messages/{mine.id}"
            calls += [
                lambda: pair.door.patch(at_mine, {"content": "y"}),
                lambda: pair.door.put(f"{at_mine}/reactions/👍"),
                lambda: pair.door.put(f"{at_mine}/pin"),
            ]
    assert answers(*calls) == [wanted] * len(calls)


def test_who_opens_a_conversation_wants_its_answers() -> None:
    pair = Pair("stranger")
    pair.decides(message_me="nobody")
    room = make_room(pair.zed, "direct", [pair.ann])
    assert answers(lambda: pair.door.post("/api/direct", {"user_id": pair.zed.pk})) == ["ok"]
    make_message(room, pair.zed)
    assert answers(lambda: pair.door.post(f"/api/rooms/{room.id}/messages", {"content": "x"})) == ["ok"]


def test_who_may_write_is_judged_with_as_many_queries_for_ten_as_for_two(django_assert_num_queries: Any) -> None:
    zed = make_user(preferences={})
    pairs = [(sender, make_room(sender, "direct", [zed])) for sender in (make_user() for _ in range(12))]
    make_room(zed, members=[sender for sender, _room in pairs[::2]])
    User.objects.filter(pk=zed.pk).update(preferences={"message_me": "contacts"})
    drafts = [draft(user_id=s.pk, room_id=r.id, body=SendBody(content="x")) for s, r in pairs]

    def count(some: list[Any]) -> tuple[int, list[bool]]:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with undone():
            send(some)  # who is in these rooms is known now
        with undone(), CaptureQueriesContext(connection) as queries:
            results = send(some)
        return len(queries), [isinstance(result, Sent) for result in results]

    (two, some), (ten, many) = count(drafts[:2]), count(drafts[2:])
    assert (some, many) == ([True, False], [True, False] * 5)
    assert ten == two


def test_wishes_are_read_with_the_blocks_and_only_of_those_who_have_some() -> None:
    one, other = make_user(preferences={"message_me": "nobody"}), make_user(preferences={"theme": "dark"})
    plain = make_user()
    Block.objects.create(user=other, blocked=plain)
    blocks, wishes = wishes_of([one.pk, other.pk, plain.pk])
    assert blocks == {frozenset((other.pk, plain.pk))}
    assert {user_id: json.loads(stored) for user_id, stored in wishes.items()} == {one.pk: {"message_me": "nobody"}}


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("tie", TIES)
def test_who_may_find_me(tie: str, audience: str) -> None:
    pair = Pair(tie)
    pair.decides(find_me=audience)
    for text in ("zed", "ze", "ed"):
        found = [u["id"] for u in pair.door.get("/api/users/search", q=text).json()["results"]]
        assert (text, found) == (text, [pair.zed.pk] if pair.is_admitted(audience) else [])
    assert pair.zeds_door.get("/api/users/search", q="zed").json()["results"] == []


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("tie", TIES)
def test_who_may_add_me_to_rooms(tie: str, audience: str) -> None:
    pair = Pair(tie)
    pair.decides(add_to_rooms=audience)
    rooms = [make_room(pair.ann, kind) for kind in ("public", "private")]
    body = {"user_id": pair.zed.pk}
    calls = [lambda room=room: pair.door.post(f"/api/rooms/{room.id}/members", body) for room in rooms]
    calls.append(lambda: pair.door.post("/api/groups", {"user_ids": [pair.zed.pk]}))
    wanted = "blocked" if pair.is_blocked else "ok" if pair.is_admitted(audience) else "permission_denied"
    assert answers(*calls) == [wanted] * 3
    # Coming in by oneself is no adding.
    assert answers(lambda: pair.zeds_door.post(f"/api/rooms/{rooms[0].id}/join")) == ["ok"]


def test_who_asked_to_come_in_may_be_let_in_whatever_they_decided() -> None:
    pair = Pair("stranger")
    pair.decides(add_to_rooms="nobody")
    room = make_room(pair.ann)
    pair.door.patch(f"/api/rooms/{room.id}", {"rules": {"join": "approval"}})
    assert pair.zeds_door.post(f"/api/rooms/{room.id}/join").status_code == 202
    assert pair.door.put(f"/api/rooms/{room.id}/requests/{pair.zed.pk}").status_code == 204


# ---- when I was last here


def shown_to(pair: Pair) -> list[tuple[str, str | None]]:
    """-> (status, last seen) of zed in every answer to Ann that shows zed"""
    person = pair.door.get(f"/api/users/{pair.zed.pk}").json()
    found = [person, *pair.door.get("/api/users/search", q="zed").json()["results"]]
    found += pair.door.get("/api/users/friends").json()["results"]
    rooms = pair.door.get("/api/rooms/").json()["results"]
    found += [room["peer"] for room in rooms if room["peer"]]
    for room in rooms:
        found += [m["user"] for m in pair.door.get(f"/api/rooms/{room['id']}/members").json()["results"]]
    return [(u["status"], u["last_seen_at"]) for u in found if u["id"] == pair.zed.pk]


def synced_to(pair: Pair) -> list[tuple[str, str | None]]:
    """The same of what all members of a room catch up with."""
    rooms = [room.id for room in Room.objects.of(pair.ann.pk)]
    rows = [m["user"] for r in rooms for m in pair.door.get(f"/api/rooms/{r}/changes", since=0).json()["members"]]
    return [(u["status"], u["last_seen_at"]) for u in rows if u["id"] == pair.zed.pk]


@pytest.mark.usefixtures("online")
@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("tie", TIES)
def test_who_may_know_when_i_was_last_here(tie: str, audience: str) -> None:
    pair = Pair(tie)
    pair.decides(last_seen=audience)
    shown = shown_to(pair)
    knows = tie in ("answered", "fellow", "friend", "unanswered")
    status = "online" if knows else "offline"
    seen = "2026-01-02T03:04:05Z" if knows and pair.is_admitted(audience) else None
    assert set(shown) == {(status, seen)}
    rows = synced_to(pair)
    assert bool(rows) is (tie not in ("stranger", "staff", "former", "friend"))
    assert set(rows) <= {(status, seen if audience == "everyone" else None)}
    own = pair.zeds_door.get("/api/users/me").json()
    assert (own["status"], own["last_seen_at"]) == ("online", "2026-01-02T03:04:05Z")


class Heard:
    """What goes out, as the hub would give it to a user who has these rooms on screen."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.loop = self

    def put(self, envelopes: tuple[Envelope, ...]) -> None:
        self.envelopes += envelopes

    def call_soon_threadsafe(self, *_later: Any) -> None:
        """Nothing is told a second later."""

    call_later = call_soon_threadsafe

    def by(self, user: User, *rooms: Room) -> list[tuple[str, Any]]:
        own = {room.id for room in rooms}
        frames = [json.loads(f) for e in self.envelopes if _reaches(e, user.pk, own) for f in e.frames]
        return [(frame["type"], frame["data"]) for frame in frames]


def _reaches(envelope: Envelope, user_id: int, rooms: set[int]) -> bool:
    if user_id in envelope.except_users:
        return False
    if envelope.first:
        return envelope.room_id in rooms
    return user_id == envelope.user_id or user_id in envelope.users or bool(rooms & set(envelope.rooms))


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    heard = Heard()
    monkeypatch.setattr(publisher, "publisher", lambda: heard)
    monkeypatch.setattr(transaction, "on_commit", lambda function, **_: function())
    return heard


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("tie", TIES)
def test_who_hears_when_i_was_last_here(tie: str, audience: str, heard: Heard) -> None:
    pair = Pair(tie)
    pair.decides(last_seen=audience)
    rooms = list(Room.objects.of(pair.ann.pk))
    heard.envelopes.clear()
    presence_services.announce([Move(pair.zed.pk, "online", "offline", SEEN)])
    told = [data["last_seen_at"] for kind, data in heard.by(pair.ann, *rooms) if kind == "user_offline"]
    knows = tie in ("answered", "fellow", "friend", "unanswered")
    seen = "2026-01-02T03:04:05Z" if pair.is_admitted(audience) else None
    assert set(told) == ({seen} if knows else set())


@pytest.mark.usefixtures("online")
@pytest.mark.parametrize("tie", ["blocked", "blocking"])
def test_what_goes_to_a_whole_room_hides_me_where_a_block_is_in_it(tie: str, heard: Heard) -> None:
    """Promoted, muted, thrown out and let in again: everybody hears of it, and the blocked not that I am there."""
    pair = Pair(tie)
    (room,) = Room.objects.of(pair.ann.pk)
    heard.envelopes.clear()  # of the time before the block
    boss = make_user()
    at = f"/api/rooms/{room.id}"
    pair.zeds_door.post(f"{at}/members", {"user_id": boss.pk})
    pair.zeds_door.post(f"{at}/transfer", {"user_id": boss.pk})
    door = Api().by(boss)
    door.delete(f"{at}/members/{pair.zed.pk}")
    pair.zeds_door.post(f"{at}/join")
    members = [data["member"] for kind, data in heard.by(pair.ann, room) if kind.startswith("member_")]
    of_zed = [m["user"] for m in members if m["user"]["id"] == pair.zed.pk]
    assert len(of_zed) >= 3
    assert {(u["status"], u["last_seen_at"]) for u in of_zed} == {("offline", None)}
    others = [m["user"]["status"] for m in members if m["user"]["id"] == boss.pk]
    assert others
    assert set(others) == {"online"}


@pytest.mark.usefixtures("online")
def test_a_new_group_hides_those_from_each_other_between_whom_a_block_stands(heard: Heard) -> None:
    maker, one, other = make_user(), make_user(), make_user()
    Block.objects.create(user=one, blocked=other)
    answer = Api().by(maker).post("/api/groups", {"user_ids": [one.pk, other.pk]})
    room = Room.objects.get(pk=answer.json()["id"])
    joined = [data["member"]["user"] for kind, data in heard.by(other, room) if kind == "member_joined"]
    assert {u["id"]: u["status"] for u in joined} == {maker.pk: "online", one.pk: "offline", other.pk: "offline"}


@pytest.mark.usefixtures("online")
@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("tie", TIES)
def test_asking_to_come_in_shows_the_admins_what_they_may_see_anyway(tie: str, audience: str, heard: Heard) -> None:
    pair = Pair(tie)
    pair.decides(last_seen=audience)
    room = make_room(pair.ann)
    pair.door.patch(f"/api/rooms/{room.id}", {"rules": {"join": "approval"}})
    pair.zeds_door.post(f"/api/rooms/{room.id}/join")
    (told,) = [data["user"] for kind, data in heard.by(pair.ann) if kind == "join_requested"]
    (listed,) = pair.door.get(f"/api/rooms/{room.id}/requests").json()["results"]
    assert told == listed["user"] == pair.door.get(f"/api/users/{pair.zed.pk}").json()


# ---- what I have read


@pytest.mark.parametrize("receipts", [True, False])
@pytest.mark.parametrize("tie", ["answered", "fellow", "blocked", "blocking"])
def test_who_may_know_what_i_have_read(tie: str, receipts: bool, heard: Heard) -> None:
    pair = Pair(tie)
    pair.decides(read_receipts=receipts)
    (room,) = Room.objects.of(pair.ann.pk)
    at = f"/api/rooms/{room.id}"
    message = make_message(room, pair.ann)
    heard.envelopes.clear()
    assert pair.zeds_door.post(f"{at}/read", {"seq": message.seq}).status_code == 200
    shows = receipts and not pair.is_blocked
    marks = [data for kind, data in heard.by(pair.ann, room) if kind == "read_updated"]
    assert [m["user_id"] for m in marks] == ([pair.zed.pk] if shows else [])
    assert [kind for kind, _ in heard.by(pair.zed)] == ["read_updated"]
    readers = pair.door.get(f"/api/messages/{message.id}/readers").json()
    assert [u["id"] for u in readers["read"]] == ([pair.zed.pk] if shows else [])
    assert readers["unread"] == []


@pytest.mark.parametrize("receipts", [True, False])
@pytest.mark.parametrize("tie", ["fellow", "blocked", "blocking"])
def test_who_may_know_that_i_have_read_an_announcement(tie: str, receipts: bool) -> None:
    pair = Pair(tie)
    pair.decides(read_receipts=receipts)
    (room,) = Room.objects.of(pair.ann.pk)
    at = f"/api/rooms/{room.id}"
    pair.zeds_door.patch(at, {"rules": {"announce": "everyone"}})
    pair.door.patch(at, {"announcement": "Low tide"})
    lists = []
    for _ in range(2):
        out = pair.door.get(f"{at}/announcement").json()
        lists.append(([u["id"] for u in out["read"]], [u["id"] for u in out["unread"]]))
        pair.zeds_door.post(f"{at}/announcement/read")
    zed = [pair.zed.pk] if receipts and not pair.is_blocked else []
    assert lists == [([], zed), (zed, [])]
