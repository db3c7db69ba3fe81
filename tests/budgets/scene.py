"""Rooms to measure in: one of 10,000 messages as people write them, and fifty small ones."""

from __future__ import annotations

import io

from PIL import Image

from tests.live import Frame, Person, Server, Socket, call

LARGE, MESSAGES = "Large", 10_000
SMALL_ROOMS, SMALL_MESSAGES = 50, 60
AT_ONCE = 200
TEXTS = (
    "早上好，今天的发布改到三点，麻烦大家再看一遍清单。",
    "ok",
    "I think the **second** option is calmer: `--row: 60px`, and the badge keeps its place.\n- one\n- two",
    "两点补充：\n1. 未读线要冻结\n2. 回到最新的时候不要跳\n\n> 上次的问题就在这里",
    "See https://design.example.org/hills for the drawings, and tell me what you think of the dark ones 🙂",
    "```js\nconst tail = rows.slice(-60)\nfor (const row of tail) draw(row)\n```",
    "好的，我来改。",
)


class Rooms:
    def __init__(self, server: Server) -> None:
        self.server = server
        self.reader = server.register("reader")
        self.writers = [server.register(f"writer{number}") for number in range(5)]
        for number, writer in enumerate(self.writers):
            give_face(writer, number)
        self.sockets = [writer.socket() for writer in self.writers]
        self.large = self.room(LARGE)
        self.fill(self.large, MESSAGES)
        self.small = [self.room(f"Small {number:02}") for number in range(SMALL_ROOMS)]
        for room in self.small:
            self.fill(room, SMALL_MESSAGES)
        for room in (self.large, *self.small):
            self.read(room)

    def room(self, name: str) -> Frame:
        room = self.writers[0].make_room(name)
        for person in (self.reader, *self.writers[1:]):
            person.ok("POST", f"/api/rooms/{room['id']}/join")
        return room

    def fill(self, room: Frame, count: int) -> None:
        """Everybody says something in turn."""
        for start in range(0, count, AT_ONCE):
            for number in range(start, min(start + AT_ONCE, count)):
                self.say(self.sockets[number % len(self.sockets)], room, f"{TEXTS[number % len(TEXTS)]} #{number + 1}")
            self.settle()

    def settle(self) -> None:
        """Waits until everything is stored that was said, and forgets what came back."""
        for socket in self.sockets:
            socket.settle()
            socket.frames.clear()
            socket._seen = 0

    def say(self, socket: Socket, room: Frame, content: str) -> None:
        socket.send("send_message", {"room_id": room["id"], "content": content})

    def read(self, room: Frame) -> None:
        newest = self.reader.ok("GET", f"/api/rooms/{room['id']}")["last_seq"]
        self.reader.ok("POST", f"/api/rooms/{room['id']}/read", {"seq": newest})

    def close(self) -> None:
        for socket in self.sockets:
            socket.close()


def give_face(person: Person, number: int) -> None:
    picture = io.BytesIO()
    Image.effect_noise((512, 512), 40 + 20 * number).convert("RGB").save(picture, "PNG")
    part = (
        b'--face\r\nContent-Disposition: form-data; name="file"; filename="face.png"\r\nContent-Type: image/png\r\n\r\n'
    )
    body = part + picture.getvalue() + b"\r\n--face--\r\n"
    kind = "multipart/form-data; boundary=face"
    base, token = person.server.base, person.access
    status, answer = call(base, "PUT", "/api/users/me/avatar", token=token, raw=body, Content_Type=kind)
    assert status < 300, answer
