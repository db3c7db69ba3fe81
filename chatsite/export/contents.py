"""What stands in an export. Every page is one reading of its own: it may be made by another thread than the last."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, TypeVar

import msgspec
from django.db.models import Q, QuerySet

from accounts import avatars
from accounts.models import Block, Friendship, Remark, Session, User
from accounts.public import me_out, senders_out
from accounts.services.sessions import session_out
from chatsite import pool
from chatsite.export.archive import Entry
from chatsite.export.schemas import (
    Blocked,
    Called,
    Friend,
    Named,
    OwnMessage,
    OwnReaction,
    OwnReport,
    OwnRoom,
    Profile,
)
from messaging.models import Message, Reaction, Report
from rooms.models import Membership, Room

PAGE_ROWS = 500
FILE_PAGES = 40  # of one room's messages in one file
T = TypeVar("T")
Page = Sequence[Any]


def contents(user_id: int) -> Iterator[Entry]:
    """-> the files, one after the other."""
    yield Entry("profile.json", _alone(lambda: _profile(user_id)))
    yield Entry("sessions.json", _at_once(lambda: _sessions(user_id)))
    yield Entry("friends.json", _at_once(lambda: _friends(user_id)))
    yield Entry("blocks.json", _at_once(lambda: _blocks(user_id)))
    yield Entry("remarks.json", _at_once(lambda: _remarks(user_id)))
    yield Entry("rooms.json", _array(map(_rooms, _pages(Membership.objects.filter(user_id=user_id)))))
    yield Entry("reactions.json", _array(map(_reactions, _pages(Reaction.objects.filter(user_id=user_id)))))
    yield Entry("reports.json", _array(map(_reports, _pages(Report.objects.filter(reporter_id=user_id)))))
    for memberships in _pages(Membership.objects.filter(user_id=user_id)):
        for membership, room in pool.run(_with_rooms, memberships):
            yield from _files(room.id, _messages(membership, room))
    yield from _picture(user_id)


# ---- pages


def _pages(rows: QuerySet[Any], key: str = "id") -> Iterator[Page]:
    """By this key; the next page begins after the last row's."""
    last = 0
    while page := pool.run(list, rows.filter(**{f"{key}__gt": last}).order_by(key)[:PAGE_ROWS]):
        yield page
        last = getattr(page[-1], key)


def _array(pages: Iterator[Page]) -> Iterator[bytes]:
    """One row a line."""
    separator = b"[\n"
    for page in pages:
        yield separator + b",\n".join(map(msgspec.json.encode, page))
        separator = b",\n"
    yield (b"[" if separator == b"[\n" else b"\n") + b"]\n"


def _at_once(read: Callable[[], Page]) -> Iterator[bytes]:
    yield from _array(iter([rows] if (rows := pool.run(read)) else []))


def _alone(read: Callable[[], Any]) -> Iterator[bytes]:
    yield msgspec.json.format(msgspec.json.encode(pool.run(read))) + b"\n"


# ---- people


def _profile(user_id: int) -> Profile:
    user = User.objects.get(pk=user_id)
    me = msgspec.structs.asdict(me_out(user))
    return Profile(**me, email_verified_at=user.email_verified_at, date_joined=user.date_joined)


def _sessions(user_id: int) -> Page:
    return [session_out(session) for session in Session.objects.filter(user_id=user_id).order_by("pk")]


def _friends(user_id: int) -> Page:
    rows = list(Friendship.objects.filter(Q(low_id=user_id) | Q(high_id=user_id)).order_by("pk"))
    others = [row.high_id if row.low_id == user_id else row.low_id for row in rows]
    names = _named(others)
    return [
        Friend(
            user=names.get(other),
            asked_by="me" if row.requested_by_id == user_id else "them",
            message=row.message,
            created_at=row.created_at,
            accepted_at=row.accepted_at,
        )
        for row, other in zip(rows, others, strict=True)
    ]


def _blocks(user_id: int) -> Page:
    """Those that I have made; of others' I know nothing."""
    rows = list(Block.objects.filter(user_id=user_id).order_by("pk"))
    names = _named([row.blocked_id for row in rows])
    return [Blocked(user=names.get(row.blocked_id), created_at=row.created_at) for row in rows]


def _remarks(user_id: int) -> Page:
    rows = list(Remark.objects.filter(user_id=user_id).order_by("pk"))
    names = _named([row.about_id for row in rows])
    return [Called(user=names.get(row.about_id), name=row.name) for row in rows]


def _named(user_ids: Sequence[int]) -> dict[int, Named]:
    people = senders_out(user_ids)
    return {i: Named(id=i, username=p.username, display_name=p.display_name) for i, p in people.items()}


def _picture(user_id: int) -> Iterator[Entry]:
    name = pool.run(lambda: User.objects.values_list("avatar", flat=True).get(pk=user_id))
    path = avatars.directory() / name
    if name and path.is_file():
        yield Entry("picture.webp", iter([path.read_bytes()]))


# ---- rooms


def _rooms(memberships: Page) -> Page:
    return pool.run(_own_rooms, memberships)


def _own_rooms(memberships: Sequence[Membership]) -> Page:
    pairs = _with_rooms(memberships)
    names = _named([i for m, room in pairs if (i := room.peer_id(m.user_id)) is not None])
    return [_room(m, room, names) for m, room in pairs]


def _with_rooms(memberships: Sequence[Membership]) -> list[tuple[Membership, Room]]:
    """A direct room that its other side has opened and said nothing in is not known to me."""
    rooms = Room.objects.in_bulk([m.room_id for m in memberships])
    return [(m, rooms[m.room_id]) for m in memberships if not m.is_hidden]


def _room(membership: Membership, room: Room, names: dict[int, Named]) -> OwnRoom:
    is_mine = membership.is_current
    return OwnRoom(
        room_id=room.id,
        room=room.name if is_mine else None,
        kind=room.kind if is_mine else None,
        peer=names.get(room.peer_id(membership.user_id) or 0),
        role=membership.role,
        joined_at=membership.joined_at,
        left_at=membership.left_at,
        notify=membership.notify,
        pinned_at=membership.pinned_at,
        last_read_seq=membership.last_read_seq,
    )


def _files(room_id: int, pages: Iterator[Page]) -> Iterator[Entry]:
    """A room's messages in files of a bearable size; none where there are none."""
    for number, first in enumerate(pages, 1):
        name = f"messages/{room_id}.json" if number == 1 else f"messages/{room_id}-{number}.json"
        yield Entry(name, _array(chain([first], islice(pages, FILE_PAGES - 1))))


def _messages(membership: Membership, room: Room) -> Iterator[Page]:
    """What I said there; in a direct room, where all that was said was said to me, everything."""
    said = Message.objects.filter(room_id=room.id, kind=Message.TEXT)
    mine = said if room.is_direct else said.filter(sender_id=membership.user_id)
    for page in _pages(mine, "seq"):
        yield [_message(message) for message in page]


def _message(message: Message) -> OwnMessage:
    return OwnMessage(
        id=message.id,
        room_id=message.room_id,
        seq=message.seq,
        sender_id=message.sender_id,
        content=message.content,
        reply_to=message.reply_to_id,
        mentions=message.mentions,
        mention_all=message.mention_all,
        mention_here=message.mention_here,
        created_at=message.created_at,
        edited_at=message.edited_at,
        recalled_at=message.recalled_at,
    )


def _reactions(rows: Page) -> Page:
    return [
        OwnReaction(room_id=r.room_id, message_id=r.message_id, emoji=r.emoji, created_at=r.created_at) for r in rows
    ]


def _reports(rows: Page) -> Page:
    return [
        OwnReport(
            user_id=r.user_id,
            room_id=r.room_id,
            message_id=r.message_id,
            reason=r.reason,
            text=r.text,
            created_at=r.created_at,
        )
        for r in rows
    ]
