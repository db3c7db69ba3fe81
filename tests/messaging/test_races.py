"""What happens at the same moment: nothing is lost, doubled or miscounted."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.utils.timezone import now

from chatsite.errors import ChatError
from messaging.models import Message, Reaction
from messaging.schemas import SendBody
from messaging.services import retention
from messaging.services.edits import edit
from messaging.services.pins import pin
from messaging.services.reactions import add_reaction, remove_reaction
from messaging.services.read_state import mark_read, mark_unread
from messaging.services.recall import recall
from messaging.services.send import send_one
from rooms.models import Membership, Room, RoomCounter
from tests.consistency import violations
from tests.factories import make_room
from tests.messaging.test_read_state import recount
from tests.people import Person

pytestmark = pytest.mark.django_db(transaction=True)

Work = Callable[[], Any]


@pytest.fixture(autouse=True)
def _database(transactional_db: None, settings: Any) -> None:
    settings.RATE_LIMITS = False


def at_once(*works: Work) -> list[Any]:
    """-> what each returned, or the code of the error that refused it."""
    barrier = threading.Barrier(len(works))

    def run(work: Work) -> Any:
        barrier.wait()
        try:
            return work()
        except ChatError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def versions(room: Room) -> list[int]:
    return sorted(Message.objects.in_room(room.id).values_list("version", flat=True))


def test_marks_sends_and_set_backs_at_once_leave_exact_counts(ann: Person, bob: Person) -> None:
    room = make_room(ann.user, members=[bob.user])

    def chatter(person: Person, start: int) -> Work:
        def work() -> None:
            for number in range(8):
                send_one(user_id=person.id, room_id=room.id, body=SendBody(content="x"))
                mark_read(user_id=person.id, room_id=room.id, seq=start + number)
                if number % 3 == 0:
                    mark_unread(user_id=person.id, room_id=room.id, seq=number)

        return work

    at_once(chatter(ann, 1), chatter(bob, 3), chatter(bob, 0), chatter(ann, 2))
    counter = RoomCounter.objects.get(pk=room.id)
    assert counter.message_count == 32
    for membership in Membership.objects.filter(room_id=room.id):
        assert membership.unread_count(counter.message_count) == recount(membership)[0]


def test_deletions_sends_and_marks_at_once_leave_a_whole_room(
    ann: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)
    room = make_room(ann.user, members=[bob.user])
    for number in range(20):
        (ann, bob)[number % 3 == 0].say(room)
    ann.ok("PATCH", f"/api/rooms/{room.id}", {"rules": {"keep_days": 1}})
    Message.objects.filter(room_id=room.id).update(created_at=now() - timedelta(days=2))

    def marks(person: Person) -> Work:
        def work() -> None:
            for number in range(8):
                mark_read(user_id=person.id, room_id=room.id, seq=2 * number)
                mark_unread(user_id=person.id, room_id=room.id, seq=number)
                send_one(user_id=person.id, room_id=room.id, body=SendBody(content="x"))

        return work

    deleting = partial(retention.delete_old_of, room.id)
    first, second, *_ = at_once(deleting, deleting, marks(ann), marks(bob))
    assert first + second == 21  # and the line that says who came in
    assert RoomCounter.objects.get(pk=room.id).purged_seq == 21
    assert violations() == []


def test_the_same_reaction_at_once_is_one(ann: Person, bob: Person) -> None:
    room = make_room(ann.user, members=[bob.user])
    message = ann.say(room)
    answers = at_once(*[lambda: add_reaction(user_id=bob.id, message_id=message["id"], emoji="👍")] * 6)
    assert {out.version for out in answers} == {message["version"] + 1}
    assert Reaction.objects.filter(message_id=message["id"]).count() == 1
    assert RoomCounter.objects.get(pk=room.id).version == message["version"] + 1


def test_changes_of_one_message_at_once_take_a_version_each(ann: Person, bob: Person) -> None:
    room = make_room(ann.user, members=[bob.user])
    message = ann.say(room)
    to_message = {"message_id": message["id"]}
    at_once(
        lambda: edit(user_id=ann.id, content="one", **to_message),
        lambda: edit(user_id=ann.id, content="two", **to_message),
        lambda: add_reaction(user_id=bob.id, emoji="👍", **to_message),
        lambda: add_reaction(user_id=ann.id, emoji="👍", **to_message),
        lambda: pin(user_id=bob.id, **to_message),
    )
    row = Message.objects.get(pk=message["id"])
    assert row.version == RoomCounter.objects.get(pk=room.id).version == message["version"] + 5
    assert row.content in {"one", "two"}
    assert row.pinned_at is not None
    assert ann.see(message)["reactions"][0]["count"] == 2


def test_whatever_races_with_a_recall_nothing_of_the_message_comes_back(ann: Person, bob: Person) -> None:
    room = make_room(ann.user, members=[bob.user])
    for _ in range(5):
        message = ann.say(room, "secret", mentions=[bob.id])
        to_message = {"message_id": message["id"]}
        answers = at_once(
            lambda m=to_message: recall(user_id=ann.id, **m),
            lambda m=to_message: edit(user_id=ann.id, content="secret too", **m),
            lambda m=to_message: add_reaction(user_id=bob.id, emoji="👍", **m),
            lambda m=to_message: remove_reaction(user_id=bob.id, emoji="👍", **m),
            lambda m=to_message: pin(user_id=bob.id, **m),
        )
        assert not isinstance(answers[0], str)
        assert {a for a in answers if isinstance(a, str)} <= {"conflict"}
        after = ann.see(message)
        assert (after["content"], after["reactions"], after["mentions"], after["pinned_at"]) == ("", [], [], None)
        assert not Reaction.objects.filter(**to_message).exists()


def test_a_kick_and_an_edit_at_once_leave_no_edit_after_the_kick(ann: Person, bob: Person) -> None:
    for _ in range(5):
        room = make_room(ann.user, members=[bob.user])
        message = bob.say(room)
        _, answer = at_once(
            lambda room=room: ann.ok("DELETE", f"/api/rooms/{room.id}/members/{bob.id}"),
            lambda message=message: edit(user_id=bob.id, message_id=message["id"], content="parting words"),
        )
        gone = Membership.objects.get(room_id=room.id, user_id=bob.id)
        if answer == "not_a_member":
            assert ann.see(message)["content"] == "hello"
        else:
            assert answer.version < gone.version
        assert len(set(versions(room))) == len(versions(room))
