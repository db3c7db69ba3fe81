"""Random writes, joins, kicks, disconnects and lost publishes: what clients hold is what the database holds."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from chatsite.errors import ChatError
from chatsite.gateway import pull as slots
from chatsite.gateway.connection import Batch, Connection
from chatsite.gateway.events import Envelope
from chatsite.gateway.hub import Hub
from chatsite.pool import in_pool
from messaging.models import Message
from messaging.rendering import messages_out
from messaging.schemas import SendBody
from messaging.services import heads, pull
from messaging.services.edits import edit
from messaging.services.reactions import add_reaction
from messaging.services.recall import recall
from messaging.services.send import send_one
from rooms.models import Membership, Room
from rooms.rendering import members_out
from rooms.services.joining import join, leave
from rooms.services.members import kick
from tests.factories import make_room, make_user

PEOPLE, ROOMS = 3, 2
whoever, wherever = st.integers(0, PEOPLE - 1), st.integers(0, ROOMS - 1)
encode = msgspec.msgpack.Encoder().encode


def plain(value: Any) -> Any:
    return json.loads(msgspec.json.encode(value))


@contextmanager
def may_refuse(*codes: str) -> Iterator[None]:
    try:
        yield
    except ChatError as error:
        if error.code not in codes:
            raise


class Client:
    """The contract's client: one version a room, rows by id, the higher version wins. It asserts the promises."""

    def __init__(self, user_id: int) -> None:
        self.user_id = user_id
        self.rooms: dict[int, dict[str, Any]] = {}
        self.connection: Connection | None = None
        self.stale: set[int] = set()  # to be fetched afresh by REST
        self.spans: dict[int, list[tuple[int, int | None]]] = {}  # room id -> versions between joining and leaving

    def write(self, batch: Batch) -> bool:
        for text in batch.texts:
            frame = json.loads(text)
            self.take(frame["type"], frame["data"])
        return True

    async def drained(self) -> None:
        await asyncio.sleep(0)

    def close(self, code: int) -> None:
        self.connection = None

    def take(self, kind: str, data: dict[str, Any]) -> None:
        if kind == "room_added":
            self.open(data["room"]["id"], data["room"]["version"])
        elif kind == "room_removed":
            self.rooms.pop(data["room_id"], None)
            self.stale.discard(data["room_id"])
        elif "version" in data:
            assert self.may_hear(data["room_id"], data["version"]), "heard what came after one's leaving"
            self.sync(data) if kind == "room_sync" else self.next(data)

    def may_hear(self, room_id: int, version: int) -> bool:
        return any(start <= version and (end is None or version < end) for start, end in self.spans[room_id])

    def open(self, room_id: int, version: int) -> None:
        self.rooms[room_id] = {"version": version, "messages": {}, "members": {}}
        self.stale.add(room_id)

    def next(self, data: dict[str, Any]) -> None:
        room = self.rooms[data["room_id"]]  # KeyError: heard of a room one is not in
        if data["version"] <= room["version"]:
            return
        assert data["version"] == room["version"] + 1, "a gap on one connection"
        room["version"] = data["version"]
        messages = [data["message"]] if "message" in data else []
        self.store(data["room_id"], messages, [data["member"]] if "member" in data else [])

    def sync(self, data: dict[str, Any]) -> None:
        room = self.rooms[data["room_id"]]
        if not data["complete"]:
            self.open(data["room_id"], data["version"])
            return
        assert data["from_version"] <= room["version"], "a gap on one connection"
        room["version"] = max(room["version"], data["version"])
        self.store(data["room_id"], data["messages"], data["members"])

    def store(self, room_id: int, messages: list[dict[str, Any]], members: list[dict[str, Any]]) -> None:
        room = self.rooms[room_id]
        for table, rows in (("messages", messages), ("members", members)):
            for row in rows:
                key = row["id"] if table == "messages" else row["user"]["id"]
                if row["version"] >= room[table].get(key, {"version": 0})["version"]:
                    room[table][key] = row

    def fetch(self) -> None:
        """What a client gets by REST after joining: history and members, as they are now."""
        for room_id in list(self.stale):
            self.store(room_id, *current(room_id))
        self.stale.clear()


def current(room_id: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    messages = messages_out(Message.objects.filter(room_id=room_id).order_by("seq"))
    members = members_out(Membership.objects.filter(room_id=room_id).order_by("user_id"))
    return plain(messages), plain(members)


class Machine(RuleBasedStateMachine):
    loop: asyncio.AbstractEventLoop

    @initialize()
    def people_and_rooms(self) -> None:
        self.hub = Hub(self.loop)
        self.wire: list[Envelope] = []
        put = "chatsite.gateway.publisher.Publisher.put"
        self.publishing = patch(put, lambda _, envelopes: self.wire.extend(envelopes))
        self.publishing.start()
        self.owner = make_user()
        self.users = [make_user() for _ in range(PEOPLE)]
        self.rooms = [make_room(self.owner) for _ in range(ROOMS)]
        self.clients = [Client(user.pk) for user in self.users]
        self.messages: list[tuple[int, int]] = []  # (sender id, message id)
        for who in range(PEOPLE):
            for where in range(ROOMS):
                self.move(who, where, "join")
            self.connect(who)
        self.wire.clear()

    def run(self, coroutine: Any) -> None:
        self.loop.run_until_complete(coroutine)

    # --- people write

    @rule(who=st.integers(0, PEOPLE), where=wherever)
    def say(self, who: int, where: int) -> None:
        user = [*self.users, self.owner][who]
        with may_refuse("not_a_member"):
            sent = send_one(user_id=user.pk, room_id=self.rooms[where].pk, body=SendBody(content="word"))
            self.messages.append((user.pk, sent.message.id))

    @rule(pick=st.randoms(use_true_random=False), deed=st.sampled_from(["edit", "recall", "react"]))
    def change(self, pick: random.Random, deed: str) -> None:
        if not self.messages:
            return
        user_id, message_id = pick.choice(self.messages)
        with may_refuse("not_a_member", "conflict"):
            if deed == "edit":
                edit(user_id=user_id, message_id=message_id, content=f"again {pick.random()}")
            elif deed == "recall":
                recall(user_id=user_id, message_id=message_id)
            else:
                add_reaction(user_id=self.owner.pk, message_id=message_id, emoji=pick.choice("👍🎉🌊"))

    @rule(who=whoever, where=wherever, deed=st.sampled_from(["join", "leave", "kick"]))
    def move(self, who: int, where: int, deed: str) -> None:
        user_id, room_id = self.users[who].pk, self.rooms[where].pk
        with may_refuse("not_a_member", "not_found"):
            if deed == "join":
                join(user_id=user_id, room_id=room_id)
            elif deed == "leave":
                leave(user_id=user_id, room_id=room_id)
            else:
                kick(user_id=self.owner.pk, room_id=room_id, member_id=user_id)
            self.note_span(self.clients[who].spans.setdefault(room_id, []), room_id, user_id)

    def note_span(self, spans: list[tuple[int, int | None]], room_id: int, user_id: int) -> None:
        membership = Membership.objects.get(room_id=room_id, user_id=user_id)
        if not membership.is_current:
            spans[-1] = (spans[-1][0], membership.version)
        elif not spans or spans[-1][1] is not None:
            spans.append((membership.version, None))

    # --- connections come and go

    @rule(who=whoever)
    def connect(self, who: int) -> None:
        client = self.clients[who]
        if client.connection is None:
            self.run(self.greet(client))
            client.fetch()

    async def greet(self, client: Client) -> None:
        """As GatewayConsumer does: enter, read the heads, follow, catch up."""
        connection = Connection(
            hub=self.hub, wire=client, user_id=client.user_id, session_id=1, locale="en", expires_at=0
        )
        client.connection = connection
        self.hub.enter(connection)
        rooms = (await in_pool(heads.heads_of, [client.user_id])).get(client.user_id, [])
        ahead = self.hub.follow(connection, rooms)
        known = {h.room_id: h.version for h in rooms}
        for room_id in client.rooms.keys() - known.keys():
            connection.send(slots.pull.farewell(room_id))
        behind = {r: room["version"] for r, room in client.rooms.items() if r in known and room["version"] != known[r]}
        for head in rooms:
            if head.room_id not in client.rooms:
                client.open(head.room_id, head.version)
        behind |= {r: known[r] for r in ahead if r not in behind}
        if behind:
            await self.hub.catch_up_all(connection, behind)

    @rule(who=whoever)
    def disconnect(self, who: int) -> None:
        client = self.clients[who]
        if client.connection is not None:
            self.hub.leave(client.connection)
            client.connection = None

    # --- the wire

    @rule(pick=st.randoms(use_true_random=False), fate=st.sampled_from(["deliver", "deliver", "repeat", "lose"]))
    def publish(self, pick: random.Random, fate: str) -> None:
        if not self.wire:
            return
        index = pick.randrange(min(3, len(self.wire)))
        envelope = self.wire[index] if fate == "repeat" else self.wire.pop(index)
        if fate != "lose":
            self.run(self.accept(envelope))

    async def accept(self, envelope: Envelope) -> None:
        self.hub.accept(envelope)
        await self.settle()

    async def settle(self) -> None:
        """Lets the hub flush, heal and catch up."""
        await asyncio.sleep(0)
        while self.hub._tasks:
            await asyncio.gather(*self.hub._tasks)

    @rule()
    def fetch(self) -> None:
        for client in self.clients:
            if client.connection is not None:
                client.fetch()

    # --- the tailer's turn, and then all is well

    async def tail(self) -> None:
        for moved in (await in_pool(heads.recent, self.owner.date_joined)).members:
            await self.hub._move(moved)
        for stream in list(self.hub.rooms.values()):
            await self.hub._heal(stream)
        await self.settle()

    def teardown(self) -> None:
        if not hasattr(self, "hub"):
            return
        try:
            self.run(self.tail())
            self.fetch()
            for client in self.clients:
                if client.connection is not None:
                    self.assert_same(client)
        finally:
            self.publishing.stop()

    def assert_same(self, client: Client) -> None:
        mine = {r.pk: r for r in Room.objects.of(client.user_id)}
        assert set(client.rooms) == set(mine)
        for room_id, held in client.rooms.items():
            messages, members = current(room_id)
            assert held["version"] == pull.room_changes(user_id=client.user_id, room_id=room_id, since=0).version
            assert list(held["messages"].values()) == messages or sorted(held["messages"]) == sorted(
                m["id"] for m in messages
            )
            for message in messages:
                assert held["messages"][message["id"]] == message
            for member in members:
                if member["role"] is not None:
                    assert held["members"][member["user"]["id"]] == member


@pytest.mark.django_db(transaction=True)
def test_clients_hold_what_the_database_holds() -> None:
    Machine.loop = asyncio.new_event_loop()
    try:
        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )
    finally:
        Machine.loop.close()
