"""Over-broadcast: every event says what the contract lists, and nothing more, to those whom it concerns, and no others.

Modelled on Mattermost GHSA-q7rx-w656-fwmv, CVE-2026-2578 and CVE-2026-19621 (events with members' private fields) and
Zulip CVE-2022-31017 (messages to who had lost access). The lists below are written by hand from the contract: a new
field in the product fails here until somebody has decided that everybody may see it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chatsite.gateway.events import Event
from chatsite.openapi import all_events
from tests.collect_examples import EXAMPLES, collect
from tests.live import Frame, Person, Server, Socket

Shape = dict[str, Any]  # member: None = a plain value, a shape = an object or null, [shape] = a list of objects

SENDER: Shape = dict.fromkeys(("id", "username", "display_name", "avatar_url", "is_bot"))
USER: Shape = SENDER | dict.fromkeys(("status", "status_text", "last_seen_at"))
MESSAGE: Shape = {
    **dict.fromkeys(("id", "room_id", "seq", "version", "kind", "content", "nonce", "mention_all", "pinned_at")),
    "mention_here": None,
    **dict.fromkeys(("edited_at", "recalled_at", "created_at", "mentions")),
    "sender": SENDER,
    "reply_to": {**dict.fromkeys(("id", "seq", "excerpt")), "sender": SENDER},
    "attachments": [
        dict.fromkeys(("id", "name", "size", "content_type", "width", "height", "url", "thumbnail_url")),
    ],
    "reactions": [dict.fromkeys(("emoji", "count", "user_ids"))],
    "system": {"event": None, "actor": SENDER, "target": SENDER, "value": None},
}
MEMBERSHIP: Shape = {
    **dict.fromkeys(("role", "last_read_seq", "unread_count", "mention_count", "first_mention_seq", "notify")),
    **dict.fromkeys(("notify_until", "muted_until", "pinned_at", "joined_at", "announcement_read_at")),
}
RULES: Shape = {
    **dict.fromkeys(("post", "links", "upload", "mention_all", "react", "pin", "invite", "add", "rename", "announce")),
    **dict.fromkeys(("mention_here", "join", "history", "slow_seconds", "recall_seconds", "edit_seconds", "keep_days")),
}
ROOM: Shape = {
    **dict.fromkeys(("id", "code", "name", "description", "announcement", "kind", "avatar_url", "created_by")),
    **dict.fromkeys(("created_at", "archived_at", "announced_at", "member_count", "version", "last_seq")),
    "first_seq": None,
    "rules": RULES,
    "last_message": MESSAGE,
    "peer": USER,
    "membership": MEMBERSHIP,
}
MEMBER: Shape = {**dict.fromkeys(("role", "joined_at", "muted_until", "version")), "user": USER}
OF_MANY = ROOM | {"peer": {}, "membership": {}}  # null in what goes to many
VERSIONED: Shape = {"room_id": None, "version": None}
LIMITS: Shape = dict.fromkeys(("content_chars", "frame_bytes", "upload_bytes", "recall_seconds", "keep_days"))
SERVER: Shape = dict.fromkeys(("name", "message", "registration", "email_verification", "edit_seconds"))

ALLOWED: dict[str, Shape] = {
    "new_message": VERSIONED | {"message": MESSAGE},
    "message_updated": VERSIONED | {"message": MESSAGE},
    "member_joined": VERSIONED | {"member": MEMBER},
    "member_left": VERSIONED | {"member": MEMBER},
    "member_updated": VERSIONED | {"member": MEMBER},
    "membership_updated": {"room_id": None, "membership": MEMBERSHIP, "last_seq": None},
    "user_updated": {"user": USER},
    "room_updated": VERSIONED | {"room": OF_MANY},
    "room_added": {"room": ROOM},
    "room_removed": {"room_id": None, "reason": None},
    "room_sync": {
        **dict.fromkeys(("room_id", "from_version", "version", "complete")),
        "room": ROOM,
        "members": [MEMBER],
        "messages": [MESSAGE],
    },
    "server_updated": {"server": SERVER, "limits": LIMITS},
    "join_requested": {"room_id": None, "user": USER, "message": None},
    "joined_room": VERSIONED | {"room": ROOM},
    "left_room": {"room_id": None},
    "read_updated": dict.fromkeys(("room_id", "user_id", "last_read_seq")),
    "typing": {"room_id": None, "user_id": None},
    "user_online": {"user_id": None, "username": None},
    "user_offline": {"user_id": None, "last_seen_at": None},
    "presence_changed": dict.fromkeys(("user_id", "status", "status_text")),
    "friend_request": {"user": USER, "message": None},
    "friend_request_sent": {"user": USER, "message": None},
    "friend_request_accepted": {"user": USER},
    "friend_removed": {"user": USER},
    "remark_updated": {"user_id": None, "name": None},
    "block_updated": {"user_id": None, "is_blocked": None},
    "me_updated": {},
    "new_session": {
        "session": dict.fromkeys(("id", "name", "user_agent", "ip", "created_at", "last_used_at", "current")),
    },
    "session_revoked": {"reason": None},
    "reconnect": {"retry_after": None},
    "error": dict.fromkeys(("code", "message", "fields", "retry_after", "request_id")),
    "ready": {
        **dict.fromkeys(("session_id", "protocol", "epoch", "server_time", "heartbeat_seconds")),
        "user": USER,
        "limits": LIMITS,
        "server": SERVER,
        "rooms": [
            dict.fromkeys(("room_id", "version", "last_seq", "last_read_seq", "unread_count", "mention_count")),
        ],
    },
}


def too_much(value: Any, shape: Any, path: str) -> list[str]:
    """-> paths of what stands in the value and not in its shape."""
    if shape is None or value is None:
        return []
    if isinstance(shape, list):
        return [found for item in value for found in too_much(item, shape[0], f"{path}[]")]
    extra = [f"{path}.{key}" for key in value if key not in shape]
    return extra + [
        found for key in shape.keys() & value.keys() for found in too_much(value[key], shape[key], f"{path}.{key}")
    ]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Frame]]:
    """A frame of every type, as a server sends it to two people who do all that people can do."""
    server = Server(tmp_path_factory.mktemp("broadcast")).prepare()
    try:
        yield collect(server.start())
    finally:
        server.destroy()


def test_every_event_has_a_list_of_what_it_may_say() -> None:
    assert set(ALLOWED) == {event.type for event in all_events(Event)} | {"error"}


def test_events_say_nothing_beyond_their_list(lived: dict[str, Frame]) -> None:
    frames = {**lived, **{path.stem: json.loads(path.read_text()) for path in Path(EXAMPLES).glob("*.json")}}
    assert set(lived) >= set(ALLOWED)
    assert [found for kind in ALLOWED for found in too_much(frames[kind]["data"], ALLOWED[kind], kind)] == []
    assert [found for kind in ALLOWED for found in too_much(lived[kind]["data"], ALLOWED[kind], kind)] == []


def test_no_event_carries_an_address_or_a_token(lived: dict[str, Frame]) -> None:
    text = json.dumps(lived)
    assert "@example.com" not in text
    assert "eyJ" not in text
    assert "refresh" not in text


def test_the_lists_see_a_field_too_many() -> None:
    message = {"room_id": 1, "message": {"sender": {"email": "x"}, "reactions": [{"ip": 1}]}}
    found = too_much(message, ALLOWED["new_message"], "m")
    assert sorted(found) == ["m.message.reactions[].ip", "m.message.sender.email"]
    room = {"room": {"membership": {"role": "owner"}}}
    assert too_much(room, ALLOWED["room_updated"], "r") == ["r.room.membership.role"]


class Circle:
    """An owner and a member, and people around them who may not hear of their room."""

    def __init__(self, server: Server, kind: str) -> None:
        names = ("owner", "member", "stranger", "former", "banned")
        self.people: dict[str, Person] = {name: server.register() for name in names}
        self.owner, self.member = self.people["owner"], self.people["member"]
        self.room_id: int = self.owner.make_room("rosebud", kind=kind)["id"]
        self.here = f"/api/rooms/{self.room_id}"
        for name in ("member", "former", "banned"):
            self.owner.ok("POST", f"{self.here}/members", {"user_id": self.people[name].id})
        self.people["former"].ok("POST", f"{self.here}/leave")
        self.owner.ok("PUT", f"{self.here}/bans/{self.people['banned'].id}")

    def live_through_everything(self, server: Server) -> None:
        own, here, member = self.owner, self.here, self.member
        message = own.say(self.room_id, "rosebud")["id"]
        own.ok("PATCH", f"/api/messages/{message}", {"content": "rosebud again"})
        member.ok("PUT", f"/api/messages/{message}/reactions/%F0%9F%91%8D")
        own.ok("PUT", f"/api/messages/{message}/pin")
        own.ok("PATCH", here, {"announcement": "rosebud"})
        own.ok("PATCH", f"{here}/members/{member.id}", {"role": "admin"})
        member.ok("POST", f"{here}/read", {"seq": 1})
        newcomer = server.register()
        own.ok("POST", f"{here}/members", {"user_id": newcomer.id})
        own.ok("DELETE", f"{here}/members/{newcomer.id}")
        own.ok("POST", f"/api/messages/{message}/recall")
        own.ok("DELETE", here)


@pytest.mark.parametrize("kind", ["public", "private"])
def test_nobody_outside_hears_of_what_happens_in_a_room(server: Server, kind: str) -> None:
    circle = Circle(server, kind)
    sockets: dict[str, Socket] = {name: person.socket() for name, person in circle.people.items()}
    circle.live_through_everything(server)
    sockets["member"].expect("room_updated")
    sockets["member"].settle()
    assert "rosebud" in str(sockets["member"].frames)
    for name in ("stranger", "former", "banned"):
        socket = sockets[name]
        socket.settle()
        own = circle.people[name].id
        heard = [f for f in socket.frames if f["type"] not in ("ready", "ack")]
        about_others = [f for f in heard if f["data"].get("user_id") != own]
        assert (name, about_others) == (name, [])
        assert socket.ready["rooms"] == []
    for socket in sockets.values():
        socket.close()


def test_versions_of_rooms_that_are_not_mine_tell_nothing(server: Server) -> None:
    """A private room and one that never was are answered alike."""
    owner, stranger = server.register(), server.register()
    secret = owner.make_room(kind="private")["id"]
    nowhere = 2**53 - 1
    with stranger.socket(rooms={str(secret): 0, str(nowhere): 0}) as socket:
        socket.settle()
        answers = {f["data"]["room_id"]: f["data"]["reason"] for f in socket.frames if f["type"] == "room_removed"}
        assert set(answers) in ({secret, nowhere}, set())
        assert len(set(answers.values())) <= 1
        assert not socket.of("room_sync")
        for command in ("join_room", "typing"):
            assert {socket.refused(command, {"room_id": room}) for room in (secret, nowhere)} == {"not_found"}
