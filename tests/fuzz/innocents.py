"""Two people who have nothing to do with it: they must be able to talk all the while, and hear nobody else."""

from __future__ import annotations

import threading
import time

from tests.live import Server, Socket, call

PAUSE_SECONDS = 0.2
OWN = {
    "ready",
    "ack",
    "new_message",
    "user_online",
    "user_offline",
    "presence_changed",
    "read_updated",
    "member_joined",
}


class Innocents(threading.Thread):
    """Sends, waits for the other side to receive, asks for the health: round after round, until stopped."""

    def __init__(self, server: Server) -> None:
        super().__init__(daemon=True, name="innocents")
        self.server = server
        self.rounds = 0
        self.worst_seconds = 0.0
        self.complaint = ""
        self._over = threading.Event()
        self.ann, self.ben = server.register(), server.register()
        self.room_id: int = self.ann.make_room("quiet", kind="private")["id"]
        self.ann.ok("POST", f"/api/rooms/{self.room_id}/members", {"user_id": self.ben.id})

    def run(self) -> None:
        try:
            with self.ann.socket() as mine, self.ben.socket() as theirs:
                while not self._over.is_set():
                    self._round(mine, theirs)
                    self._over.wait(PAUSE_SECONDS)
        except Exception as error:
            self.complaint = f"after {self.rounds} rounds: {error!r}"

    def _round(self, mine: Socket, theirs: Socket) -> None:
        started = time.monotonic()
        content = f"round {self.rounds}"
        sent = mine.ask("send_message", {"room_id": self.room_id, "content": content})
        heard = theirs.expect("new_message", room_id=self.room_id)
        assert (heard["message"]["id"], heard["message"]["content"]) == (sent["message_id"], content)
        status, health = call(self.server.base, "GET", "/api/health")
        assert (status, health["status"]) == (200, "ok")
        self.worst_seconds = max(self.worst_seconds, time.monotonic() - started)
        self.rounds += 1
        for socket in (mine, theirs):
            self._hear_nobody_else(socket)

    def _hear_nobody_else(self, socket: Socket) -> None:
        for frame in socket.frames:
            assert frame["type"] in OWN, frame
            assert frame["data"].get("room_id", self.room_id) == self.room_id, frame
        del socket.frames[:]
        socket._seen = 0

    def finish(self) -> None:
        self._over.set()
        self.join(60)
