"""How far each member has read. A mark is one's own: it takes no version and never waits for the room's lock."""

from collections.abc import Collection
from functools import partial

from django.db import transaction

from accounts.models import User
from accounts.preferences import read as read_preferences
from accounts.public import users_by_id
from accounts.relations import all_blocked, blocked_among
from chatsite.errors import NotAMember
from chatsite.gateway.events import publish, to_circle, to_user
from chatsite.transactions import repeated_on_conflict
from messaging.models import Message
from messaging.read_news import read_news
from messaging.schemas import ReadersOut, ReadOut, ReadUpdated
from messaging.services.message_changes import message_for_member
from rooms.models import Membership, Room, RoomCounter
from rooms.rendering import membership_updated
from rooms.services.rooms import room_for_member

MARK = ["last_read_seq", "read_number", "own_after_mark", "shown_read_seq"]


@repeated_on_conflict
def mark_read(*, user_id: int, room_id: int, seq: int) -> ReadOut:
    """Moves the reader's mark forward to `seq`, at most to the newest message, never back."""
    room, me = room_for_member(user_id, room_id)
    seq = min(seq, _newest(room_id))
    if seq > me.last_read_seq:
        me = _advance(room, user_id, seq)
    return ReadOut(last_read_seq=me.last_read_seq)


def _advance(room: Room, user_id: int, seq: int) -> Membership:
    with transaction.atomic():
        me = _locked(room.id, user_id)
        shown = me.seen_seq
        if seq > me.last_read_seq:
            _put_mark(me, seq)
            publish(to_user(user_id, _read_updated(me)))
        if me.seen_seq > shown:
            _tell_others(room, me)
    return me


def _locked(room_id: int, user_id: int) -> Membership:
    """Sends move the same mark: each waits for the other, and counts what the other has committed."""
    me = Membership.objects.select_for_update().current().filter(room_id=room_id, user_id=user_id).first()
    if me is None:
        raise NotAMember
    return me


def _put_mark(me: Membership, seq: int) -> None:
    messages = Message.objects.in_room(me.room_id)
    me.last_read_seq = seq
    me.read_number = _number_at(me.room_id, seq)
    me.own_after_mark = messages.filter(sender_id=me.user_id, seq__gt=seq).count()
    me.save(update_fields=MARK)


def _number_at(room_id: int, seq: int) -> int:
    """-> how many people's messages stand at or before this place, which may be the last deleted one's."""
    number = Message.objects.in_room(room_id).filter(seq=seq).values_list("number", flat=True).first()
    if number is None:
        return RoomCounter.objects.values_list("purged_number", flat=True).get(pk=room_id)
    return number


def _read_updated(me: Membership) -> ReadUpdated:
    return ReadUpdated(room_id=me.room_id, user_id=me.user_id, last_read_seq=me.last_read_seq)


def _tell_others(room: Room, me: Membership) -> None:
    """The peer of a direct room and whoever has the room on screen, if the reader lets them know."""
    if not shows_receipts(User.objects.get(pk=me.user_id)):
        return
    peer_id = room.peer_id(me.user_id)
    peers = [peer_id] if peer_id is not None and peer_id != me.user_id else []
    hidden = all_blocked(me.user_id) | {me.user_id}
    news = to_circle(_read_updated(me), rooms=[room.id], users=peers, on_screen=True, except_users=hidden)
    transaction.on_commit(partial(read_news.tell, room.id, me.user_id, news))


def shows_receipts(user: User) -> bool:
    return read_preferences(user.preferences).read_receipts


@repeated_on_conflict
def mark_unread(*, user_id: int, room_id: int, seq: int) -> None:
    """Sets the reader's own mark back before `seq`; what others saw read stays read for them."""
    room_for_member(user_id, room_id)
    with transaction.atomic():
        # The one mark that goes back: it must not land before what retention is deleting at this moment.
        counter = RoomCounter.objects.select_for_update().get(pk=room_id)
        me = _locked(room_id, user_id)
        mark = max(seq - 1, counter.purged_seq, me.history_after_seq)  # what one may not read cannot be unread
        if mark >= me.last_read_seq:
            return
        me.shown_read_seq = me.seen_seq
        _put_mark(me, mark)
        publish(to_user(user_id, membership_updated(me, counter)))


def _newest(room_id: int) -> int:
    return RoomCounter.objects.values_list("last_seq", flat=True).get(pk=room_id)


def readers(*, user_id: int, message_id: int) -> ReadersOut:
    """Who of the other members has read a message and who has not.

    The secretive, the blocked and those whose history begins after it are in neither.
    """
    message = message_for_member(user_id, message_id)
    members = Membership.objects.current().filter(room_id=message.room_id).order_by("user_id")
    others = [m for m in members if m.user_id != message.sender_id and m.history_after_seq < message.seq]
    marks = {m.user_id: m.seen_seq for m in others}
    hidden = blocked_among(user_id, marks)
    people = users_by_id(_with_receipts(marks.keys() - hidden), viewer_id=user_id)
    return ReadersOut(
        read=[user for i, user in people.items() if marks[i] >= message.seq],
        unread=[user for i, user in people.items() if marks[i] < message.seq],
    )


def _with_receipts(user_ids: Collection[int]) -> list[int]:
    users = User.objects.filter(pk__in=user_ids).order_by("pk").only("preferences")
    return [user.pk for user in users if shows_receipts(user)]
