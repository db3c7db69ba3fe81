"""Every command × every kind of caller × every kind of room, on live sockets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chatsite.routing import router
from tests.live import Frame, Person, Server, Socket
from tests.security.rights import COMMAND_ROWS, COMMANDS_OF_NO_ROOM, KINDS, OK, Command
from tests.security.world import filled

OUTSIDERS = ("stranger", "former", "banned", "outlaw")
INSIDERS = ("member", "muted", "admin", "author", "former", "banned")


class LiveWorld:
    """The rooms of world.py, made through the public door; everybody holds a socket."""

    def __init__(self, server: Server) -> None:
        names = ("stranger", "former", "banned", "outlaw", "member", "muted", "admin", "owner", "author")
        self.people: dict[str, Person] = {name: server.register() for name in names}
        self.places = {kind: self._place(kind) for kind in KINDS}
        self.sockets: dict[str, Socket] = {name: person.socket() for name, person in self.people.items()}

    def _place(self, kind: str) -> Frame:
        room_id = self._direct() if kind == "direct" else self._room("private" if kind == "private" else "public")
        place = {"room_id": room_id, "message_id": self.people["author"].say(room_id, "rosebud")["id"]}
        if kind == "archived":
            self.people["owner"].ok("DELETE", f"/api/rooms/{room_id}")
        return place

    def _room(self, kind: str) -> int:
        owner = self.people["owner"]
        room_id: int = owner.make_room(kind=kind)["id"]
        here = f"/api/rooms/{room_id}"
        ids = {name: person.id for name, person in self.people.items()}
        for name in INSIDERS:
            owner.ok("POST", f"{here}/members", {"user_id": ids[name]})
        owner.ok("PATCH", f"{here}/members/{ids['admin']}", {"role": "admin"})
        owner.ok("PATCH", f"{here}/members/{ids['muted']}", {"muted_until": "2999-01-01T00:00:00Z"})
        self.people["former"].ok("POST", f"{here}/leave")
        for name in ("banned", "outlaw"):
            owner.ok("PUT", f"{here}/bans/{ids[name]}")
        return room_id

    def _direct(self) -> int:
        member, author = self.people["member"], self.people["author"]
        room_id: int = member.ok("POST", "/api/direct", {"user_id": author.id})["id"]
        member.say(room_id, "rosebud")
        return room_id

    def ask(self, caller: str, kind: str, data: Frame) -> str:
        frame = self.sockets[caller].reply(kind, data)
        return frame["data"]["code"] if frame["type"] == "error" else OK


@pytest.fixture(scope="module")
def world(server: Server) -> Iterator[LiveWorld]:
    world = LiveWorld(server)
    yield world
    for socket in world.sockets.values():
        socket.settle()  # the client library closes slowly over unread frames
        socket.close()


def test_every_command_has_a_row() -> None:
    assert {row.command for row in COMMAND_ROWS} | set(COMMANDS_OF_NO_ROOM) == set(router.routes)


def name_of(row: Any) -> str:
    return str(getattr(row, "command", row))


@pytest.mark.parametrize("row", COMMAND_ROWS, ids=name_of)
def test_in_a_room_everybody_may_what_the_contract_says(world: LiveWorld, row: Command) -> None:
    for kind in KINDS:
        wanted = row.group.answers(row, kind)
        del wanted["anonymous"]
        found = {}
        for caller, answer in wanted.items():
            place = dict(world.places[kind])
            if row.command == "recall_message" and answer == OK:
                place["message_id"] = world.people["author"].say(place["room_id"], "oops")["id"]
            found[caller] = world.ask(caller, row.command, filled(row.data, place))
        assert (kind, found) == (kind, wanted)


@pytest.mark.parametrize("command", COMMANDS_OF_NO_ROOM)
def test_outside_of_rooms_everybody_may(world: LiveWorld, command: str) -> None:
    assert world.ask("stranger", command, COMMANDS_OF_NO_ROOM[command]) == OK


@pytest.mark.parametrize("command", [row.command for row in COMMAND_ROWS] + list(COMMANDS_OF_NO_ROOM))
def test_nothing_is_answered_before_signing_in(server: Server, command: str) -> None:
    with Socket.open(server) as socket:
        assert socket.refused(command, COMMANDS_OF_NO_ROOM.get(command, {})) == "authentication_failed"
        assert socket.closed_with() == 4401


def test_what_is_no_ones_is_not_found(world: LiveWorld) -> None:
    nowhere = {"room_id": 2**53 - 1, "message_id": 2**53 - 1}
    for row in COMMAND_ROWS:
        assert (row.command, world.ask("owner", row.command, filled(row.data, nowhere))) == (row.command, "not_found")


def test_with_all_that_outsiders_heard_nothing(world: LiveWorld) -> None:
    world.people["author"].say(world.places["public"]["room_id"], "rosebud at last")
    world.sockets["member"].expect("new_message", room_id=world.places["public"]["room_id"])
    for name in OUTSIDERS:
        socket = world.sockets[name]
        socket.settle()
        about_others = [f["type"] for f in socket.frames if f["data"].get("user_id") != world.people[name].id]
        assert set(about_others) <= {"ready", "ack", "error", "left_room"}
        assert "rosebud" not in str(socket.frames)
