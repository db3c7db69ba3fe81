"""What presence writes and tells."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.timezone import now

from accounts import preferences
from accounts.models import User
from accounts.public import users_out
from accounts.schemas import Status
from chatsite.gateway.events import Envelope, Event, publish, to_circle, to_user
from chatsite.transactions import repeated_on_conflict
from presence import store
from presence.audience import Audience, audiences, blocked_with, is_known_to_both, known_to
from presence.schemas import OnlineOut, PresenceChanged, Typing, UserOffline, UserOnline
from presence.store import Move
from rooms.contacts import require_may_reach
from rooms.models import Room
from rooms.permissions import require_post
from rooms.services.rooms import visible_room

ONLINE_LIST_MAX = 500  # people; the count is of all
SEEN_SECONDS = 300  # last_seen_at is written at most this often while somebody is there


@repeated_on_conflict
def set_status(*, user_id: int, status: Status, status_text: str | None = None) -> None:
    """Stores what the user wants others to see, and shows it on their own devices."""
    text = {} if status_text is None else {"status_text": status_text}
    User.objects.filter(pk=user_id).update(status=status, **text)
    stored_text = User.objects.values_list("status_text", flat=True).get(pk=user_id)
    publish(to_user(user_id, PresenceChanged(user_id=user_id, status=status, status_text=stored_text)))


def show_typing(*, user_id: int, room_id: int) -> None:
    """Tells those who have the room on screen, and the other side of a direct room, that the user is writing."""
    room, membership = visible_room(user_id, room_id)
    require_post(room, membership)
    peers = _listening_peer(room, user_id)
    event = Typing(room_id=room_id, user_id=user_id)
    hidden = {user_id} | blocked_with(user_id)
    if peers or not room.is_direct:
        publish(to_circle(event, rooms=[room_id], users=peers, on_screen=True, except_users=hidden))


def _listening_peer(room: Room, user_id: int) -> list[int]:
    """The other side of a direct room, on screen or not, if they know of it."""
    peer_id = room.peer_id(user_id)
    if peer_id is None:
        return []
    require_may_reach(room, user_id)
    return [peer_id] if peer_id != user_id and is_known_to_both(room) else []


def online_people(*, user_id: int) -> OnlineOut:
    """Who is online among those the user shares something with; a constant number of queries."""
    online = sorted(known_to(user_id) & store.reader.online_ids())
    people = users_out(User.objects.filter(pk__in=online[:ONLINE_LIST_MAX]).order_by("pk"), viewer_id=user_id)
    shown = [person for person in people if person.status != "offline"]
    return OnlineOut(count=len(online) - len(people) + len(shown), results=shown)


def online_people_ids() -> frozenset[int]:
    """-> everybody who is online, as others know it; nobody while Redis is away."""
    return frozenset(store.reader.online_ids())


def chosen_statuses(user_ids: Collection[int]) -> dict[int, str]:
    """-> {user id: the status they chose}; one query."""
    return dict(User.objects.filter(pk__in=user_ids).values_list("pk", "status"))


def note_seen(user_ids: Collection[int], at: datetime) -> None:
    """Writes when these were last here, unless that was written a moment ago; one query."""
    long_ago = Q(last_seen_at=None) | Q(last_seen_at__lte=at - timedelta(seconds=SEEN_SECONDS))
    User.objects.filter(long_ago, pk__in=user_ids).update(last_seen_at=at)


def announce(moves: Collection[Move]) -> None:
    """Tells those who may know of these users what has become of them; a constant number of queries."""
    fields = User.objects.only("username", "status_text", "preferences", "last_seen_at")
    users = fields.in_bulk({move.user_id for move in moves})
    moves = [move for move in moves if move.user_id in users]
    circles = audiences(users)
    _note_gone(users, moves)
    publish(*(e for move in moves for e in _envelopes(move, users[move.user_id], circles[move.user_id])))


def _note_gone(users: Mapping[int, User], moves: Iterable[Move]) -> None:
    gone = []
    for move in moves:
        user = users[move.user_id]
        seen_at = move.seen_at or now()
        if move.after == "offline" and (user.last_seen_at is None or user.last_seen_at < seen_at):
            user.last_seen_at = seen_at
            gone.append(user)
    if gone:
        User.objects.bulk_update(gone, ["last_seen_at"])


def _envelopes(move: Move, user: User, audience: Audience) -> list[Envelope]:
    if move.after == "offline":
        return _farewells(user, audience)
    changed = PresenceChanged(user_id=user.pk, status=move.after, status_text=user.status_text)  # type: ignore[arg-type]
    greeting = [UserOnline(user_id=user.pk, username=user.username)] if move.before == "offline" else []
    return [_to(audience, audience.peers | audience.friends, *greeting, changed)]


def _farewells(user: User, audience: Audience) -> list[Envelope]:
    """Says when the user was last here to those who may know that. A direct message alone makes nobody a contact."""
    telling = UserOffline(user_id=user.pk, last_seen_at=user.last_seen_at)
    silent = UserOffline(user_id=user.pk, last_seen_at=None)
    acquaintances = audience.peers - audience.friends
    match preferences.read(user.preferences).last_seen:
        case "everyone":
            return [_to(audience, audience.friends | acquaintances, telling)]
        case "contacts":
            strangers = to_circle(silent, users=acquaintances, except_users=audience.blocked)
            return [*([strangers] if acquaintances else []), _to(audience, audience.friends, telling)]
        case "nobody":
            return [_to(audience, audience.friends | acquaintances, silent)]


def _to(audience: Audience, users: set[int], *events: Event) -> Envelope:
    return to_circle(*events, rooms=audience.rooms, users=users, on_screen=True, except_users=audience.blocked)
