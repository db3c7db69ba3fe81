"""Who may write to whom in direct rooms, for all drafts of a batch at once."""

from collections.abc import Collection, Mapping

import msgspec

from accounts import preferences
from messaging.services import statements
from rooms.contacts import contacts_among
from rooms.models import Room
from rooms.standing import Pair


def unwelcome(pairs: Collection[Pair], direct: Mapping[int, Room], wishes: Mapping[int, str]) -> set[Pair]:
    """-> (room, sender) whose peer neither lets them write nor takes part; as many queries however many.

    `wishes`: the stored preferences of peers who have said something of it.
    """
    audiences = {
        user_id: preferences.read(msgspec.json.decode(stored)).message_me for user_id, stored in wishes.items()
    }
    asking = {
        (room_id, user_id): peer_id
        for room_id, user_id in pairs
        if (room := direct.get(room_id)) is not None
        and (peer_id := room.peer_id(user_id)) is not None
        and audiences.get(peer_id, "everyone") != "everyone"
        and peer_id not in (user_id, room.created_by_id)
    }
    if not asking:
        return set()
    spoken = statements.last_said([(room_id, peer_id) for (room_id, _user), peer_id in asking.items()])
    waiting = {pair: peer_id for pair, peer_id in asking.items() if (pair[0], peer_id) not in spoken}
    among_contacts = {(user_id, p) for (_room, user_id), p in waiting.items() if audiences[p] == "contacts"}
    known = contacts_among(among_contacts) if among_contacts else set()
    return {pair for pair, peer_id in waiting.items() if (pair[1], peer_id) not in known}
