"""The checks that made-up and imported databases pass are ones that people's pass, and that find what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import F

from messaging.models import Mention, Message, Reaction
from messaging.services.edits import edit
from messaging.services.pins import pin
from messaging.services.reactions import add_reaction
from messaging.services.read_state import mark_read, mark_unread
from messaging.services.recall import recall
from rooms.models import Membership, Room, RoomCounter
from rooms.services.joining import leave
from rooms.services.members import kick
from tests.consistency import violations
from tests.factories import make_message, make_room, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def room() -> Room:
    """Some people's afternoon."""
    ann, bob, cat, dan = (make_user(name) for name in ("ann", "bob", "cat", "dan"))
    room = make_room(ann, members=[bob, cat, dan])
    first = make_message(room, ann, "first")
    make_message(room, bob, "second", reply_to=first.id)
    called = make_message(room, ann, "@bob", mentions=[bob.pk])
    gone = make_message(room, ann, "@cat", mentions=[cat.pk])
    add_reaction(user_id=bob.pk, message_id=first.id, emoji="👍")
    pin(user_id=bob.pk, message_id=called.id)
    edit(user_id=ann.pk, message_id=first.id, content="first, edited")
    recall(user_id=ann.pk, message_id=gone.id)
    mark_read(user_id=bob.pk, room_id=room.id, seq=5)
    mark_unread(user_id=bob.pk, room_id=room.id, seq=4)
    make_message(room, bob, "after the mark")
    leave(user_id=cat.pk, room_id=room.id)
    kick(user_id=ann.pk, room_id=room.id, member_id=dan.pk)
    make_message(make_room(ann, "direct", [bob]), ann, "hello")
    make_room(bob, "direct", [bob])
    return room


def test_what_people_make_is_whole() -> None:
    assert violations() == []


BUGS: dict[str, Callable[[Any, Any], Any]] = {
    "a gap in the seqs": lambda counter, message: Message.objects.filter(content="after the mark").update(seq=99),
    "a number": lambda counter, message: message.update(number=F("number") + 1),
    "a version beyond the room's": lambda counter, message: message.update(version=9_999),
    "two rows of one version": lambda counter, message: Membership.objects.update(version=1),
    "the count of messages": lambda counter, message: counter.update(message_count=F("message_count") + 1),
    "the count of members": lambda counter, message: counter.update(member_count=F("member_count") + 1),
    "the newest message": lambda counter, message: counter.update(last_message_id=1),
    "a mark": lambda counter, message: Membership.objects.update(read_number=F("read_number") + 1),
    "own words after a mark": lambda counter, message: Membership.objects.update(own_after_mark=7),
    "two owners": lambda counter, message: Membership.objects.filter(left_at=None).update(role="owner"),
    "a mention that is stored nowhere": lambda counter, message: Mention.objects.all().delete(),
    "a stranger's reaction": lambda counter, message: Reaction.objects.update(user_id=9_999),
    "a reply to what comes later": lambda counter, message: message.update(reply_to_id=F("id") + 1),
    "a public room without a code": lambda counter, message: Room.objects.update(code=None),
    "a room that does not exist": lambda counter, message: Reaction.objects.update(room_id=9_999),
}


@pytest.mark.parametrize("bug", BUGS)
def test_what_is_wrong_is_found(bug: str, room: Room) -> None:
    counter = RoomCounter.objects.filter(room_id=room.id)
    message = Message.objects.filter(room_id=room.id, content="first, edited")
    BUGS[bug](counter, message)
    assert violations() != []
