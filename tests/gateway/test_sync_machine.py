"""Random writes, joins, kicks, disconnects and lost publishes: what clients hold is what the database holds.

Sign-ins, pulls and polls are left in flight while others write: an answer may come when it is old. Nothing here
depends on the clock, neither the loop's time nor when an answer comes.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from chatsite import pool
from chatsite.errors import ChatError
from chatsite.gateway import hub as hubs
from chatsite.gateway.events import Envelope
from chatsite.gateway.hub import Hub
from chatsite.pool import in_pool
from messaging.schemas import SendBody
from messaging.services import heads, pull
from messaging.services.edits import edit
from messaging.services.reactions import add_reaction
from messaging.services.recall import recall
from messaging.services.send import send_one
from rooms.models import Membership, Room
from rooms.services.joining import join, leave
from rooms.services.members import kick
from tests.factories import make_room, make_user, sign_in
from tests.gateway.sync_world import Client, Door, Loop, Pool, current

PEOPLE, ROOMS = 3, 2
EXAMPLES = int(os.environ.get("SYNC_EXAMPLES", "60"))
whoever, wherever = st.integers(0, PEOPLE - 1), st.integers(0, ROOMS - 1)


@contextmanager
def may_refuse(*codes: str) -> Iterator[None]:
    try:
        yield
    except ChatError as error:
        if error.code not in codes:
            raise


class Machine(RuleBasedStateMachine):
    loop: Loop
    pool: Pool

    @initialize()
    def people_and_rooms(self) -> None:
        self.undo = ExitStack()
        self.hub = Hub(self.loop)
        self.wire: list[Envelope] = []
        put = "chatsite.gateway.publisher.Publisher.put"
        self.undo.enter_context(patch(put, lambda _, envelopes: self.wire.extend(envelopes)))
        self.undo.enter_context(patch.dict(hubs._hubs, {self.loop: self.hub}))
        self.undo.enter_context(patch.object(pull, "FRAME_ROWS_MAX", 2))
        self.owner = make_user()
        self.users = [make_user() for _ in range(PEOPLE)]
        self.rooms = [make_room(self.owner) for _ in range(ROOMS)]
        self.clients = [Client(user.pk, sign_in(user)) for user in self.users]
        self.messages: list[tuple[int, int]] = []  # (sender id, message id)
        self.talks: set[asyncio.Task[None]] = set()
        for who in range(PEOPLE):
            for where in range(ROOMS):
                self.move(who, where, "join")
            self.connect(who)
        self.settle()
        self.fetch()
        self.wire.clear()

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
        if client.wire is None:
            talk = self.loop.create_task(Door().serve(client.connect(), "en"))
            self.talks.add(talk)
            talk.add_done_callback(self.talks.discard)
            self.loop.step()

    @rule(who=whoever)
    def disconnect(self, who: int) -> None:
        wire, self.clients[who].wire = self.clients[who].wire, None
        if wire is not None:
            wire.incoming.put_nowait(None)
            self.loop.step()

    # --- the wire

    @rule(
        pick=st.randoms(use_true_random=False),
        fates=st.lists(st.sampled_from(["deliver", "deliver", "repeat", "lose"]), min_size=1, max_size=4),
    )
    def publish(self, pick: random.Random, fates: list[str]) -> None:
        """What comes in one message is taken in one turn of the loop."""
        for fate in fates[: len(self.wire)]:
            index = pick.randrange(min(3, len(self.wire)))
            envelope = self.wire[index] if fate == "repeat" else self.wire.pop(index)
            if fate != "lose":
                self.hub.accept(envelope)
        self.loop.step()

    # --- what was begun goes on

    @rule()
    def go_on(self) -> None:
        self.loop.step()

    @rule(pick=st.randoms(use_true_random=False))
    def answer(self, pick: random.Random) -> None:
        """Of what the database was asked, in whatever order."""
        if self.pool.answers:
            self.pool.answer(pick.randrange(len(self.pool.answers)))
            self.loop.step()

    @rule()
    def settle(self) -> None:
        """Until nothing is in flight any more."""
        self.loop.step()
        while self.pool.answers or self.loop.is_busy:
            if self.pool.answers:
                self.pool.answer(0)
            self.loop.step()

    @rule(seconds=st.sampled_from([0.05, 0.25]))
    def wait(self, seconds: float) -> None:
        self.loop.moment += seconds
        self.loop.step()

    @rule()
    def poll(self) -> None:
        """The tailer's turn."""
        self.hub.spawn(self._poll())
        self.loop.step()

    async def _poll(self) -> None:
        await self.hub.catch_on(await in_pool(heads.recent, self.owner.date_joined))

    @rule()
    def fetch(self) -> None:
        for client in self.clients:
            if client.wire is not None and client.is_ready:
                client.fetch()

    # --- all is well within two turns of the tailer

    def teardown(self) -> None:
        if not hasattr(self, "hub"):
            return
        with self.undo:
            try:
                self.all_is_well()
            finally:
                self.hang_up()

    def catch_on(self) -> None:
        """A whole turn of the tailer, and what follows from it."""
        self.poll()
        self.settle()
        self.loop.moment += 1.0
        self.settle()

    def all_is_well(self) -> None:
        self.settle()
        for _ in range(2):
            self.catch_on()
        self.fetch()
        for client in self.clients:
            if client.wire is not None:
                self.assert_same(client)
        self.hang_up()
        assert (self.hub.users, self.hub.rooms, self.talks) == ({}, {}, set())

    def hang_up(self) -> None:
        for who in range(PEOPLE):
            self.disconnect(who)
        self.settle()

    @invariant()
    def nobody_has_heard_what_is_wrong(self) -> None:
        for client in self.clients if hasattr(self, "clients") else ():
            assert client.wrong == []

    def assert_same(self, client: Client) -> None:
        mine = {r.pk: r for r in Room.objects.of(client.user_id)}
        assert set(client.rooms) == set(mine)
        for room_id, held in client.rooms.items():
            messages, members = current(room_id)
            assert held["version"] == pull.room_changes(user_id=client.user_id, room_id=room_id, since=0).version
            assert held["messages"] == {message["id"]: message for message in messages}
            for member in members:
                if member["role"] is not None:
                    assert held["members"][member["user"]["id"]] == member


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Machine]]:
    Machine.loop, Machine.pool = Loop(), Pool()
    monkeypatch.setattr(pool, "_executor", Machine.pool)
    yield Machine
    Machine.loop.close()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_clients_hold_what_the_database_holds(machine: type[Machine]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
