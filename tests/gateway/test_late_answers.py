"""What once went wrong when an answer came late: cut down to the steps that it took."""

from __future__ import annotations

from contextlib import suppress

import pytest

from chatsite.errors import ChatError
from chatsite.gateway.events import Envelope
from tests.gateway.test_sync_machine import PEOPLE, Machine, machine

__all__ = ["machine"]


@pytest.mark.django_db(transaction=True)
def test_an_answer_for_a_room_that_was_forgotten_leaves_the_new_one_alone(machine: type[Machine]) -> None:
    state = machine()
    state.people_and_rooms()
    state.catch_on()
    state.say(who=PEOPLE, where=0)
    state.poll()
    state.settle()
    state.wait(0.25)
    state.go_on()
    assert len(state.pool.answers) == 1  # what the room has missed
    for who in range(PEOPLE):
        state.disconnect(who)
        state.go_on()
    state.connect(0)
    while not (state.hub.rooms and len(state.pool.answers) == 1):
        if len(state.pool.answers) > 1:
            state.pool.answer(1)
        state.go_on()
    state.settle()
    state.say(who=PEOPLE, where=0)
    state.teardown()


@pytest.mark.django_db(transaction=True)
def test_who_has_hung_up_meanwhile_is_not_brought_into_a_room(machine: type[Machine]) -> None:
    state = machine()
    state.people_and_rooms()
    state.move(0, 0, "leave")
    state.catch_on()
    state.move(0, 0, "join")
    state.poll()
    state.pool.answer(0)
    state.go_on()
    state.go_on()
    assert len(state.pool.answers) == 1  # the welcome
    state.disconnect(0)
    state.teardown()


@pytest.mark.django_db(transaction=True)
def test_who_is_thrown_out_while_catching_up_hears_no_more_of_it(machine: type[Machine]) -> None:
    state = machine()
    state.people_and_rooms()
    state.disconnect(0)
    state.settle()
    for _ in range(6):
        state.say(who=PEOPLE, where=0)
    state.catch_on()
    state.connect(0)
    held = state.clients[0].rooms[state.rooms[0].pk]
    before = held["version"]
    while held["version"] == before:
        if state.pool.answers:
            state.pool.answer(0)
        state.go_on()
    state.wire.clear()
    state.move(0, 0, "kick")
    for envelope in state.wire:
        state.hub.accept(envelope)
    state.settle()
    state.nobody_has_heard_what_is_wrong()
    state.teardown()


def come_late(state: Machine, *, words: int) -> list[Envelope]:
    """Somebody comes into a room where so much is said before the gateway hears of it. -> what it is to hear."""
    state.people_and_rooms()
    state.move(0, 0, "leave")
    state.catch_on()
    state.wire.clear()
    state.move(0, 0, "join")
    welcome = next(envelope for envelope in state.wire if envelope.attach)
    state.wire.remove(welcome)
    for _ in range(words):
        state.say(who=PEOPLE, where=0)
    return [*state.wire, welcome]


@pytest.mark.django_db(transaction=True)
def test_who_comes_into_a_room_late_hears_first_what_was_said_meanwhile(machine: type[Machine]) -> None:
    state = machine()
    *before, newest, welcome = come_late(state, words=2)
    for envelope in (*before, welcome, newest):  # in one turn of the loop
        state.hub.accept(envelope)
    state.settle()
    state.nobody_has_heard_what_is_wrong()
    state.teardown()


@pytest.mark.django_db(transaction=True)
def test_who_has_come_late_hears_nothing_newer_where_a_second_question_fails(machine: type[Machine]) -> None:
    state = machine()
    *before, newest, welcome = come_late(state, words=12)
    for envelope in (*before, welcome):
        state.hub.accept(envelope)
    state.go_on()
    (connection,) = state.hub.users[state.users[0].pk]

    async def ask_again() -> None:
        with suppress(ChatError):
            await state.hub.sync(connection, state.rooms[0].pk, welcome.attach.version)

    state.hub.spawn(ask_again())
    state.go_on()
    state.hub.accept(newest)
    state.go_on()
    state.pool.answer(0)
    while not state.pool.answers:
        state.go_on()
    state.pool.refuse(0)
    state.settle()
    state.nobody_has_heard_what_is_wrong()
    state.teardown()


@pytest.mark.django_db(transaction=True)
def test_who_comes_back_hears_first_what_they_missed_though_another_room_is_gone(machine: type[Machine]) -> None:
    state = machine()
    state.people_and_rooms()
    state.disconnect(0)
    state.settle()
    state.say(who=PEOPLE, where=0)
    state.move(0, 1, "kick")
    state.catch_on()
    state.wire.clear()
    state.connect(0)
    while not state.clients[0].is_ready:
        if state.pool.answers:
            state.pool.answer(0)
        state.go_on()
    state.say(who=PEOPLE, where=0)
    for envelope in state.wire:
        state.hub.accept(envelope)
    state.go_on()
    state.nobody_has_heard_what_is_wrong()
    state.settle()
    state.nobody_has_heard_what_is_wrong()
    state.teardown()
