"""Two workers are replaced one after the other (SIGHUP): everybody is told, nobody finds the door closed."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.live import PATIENCE_SECONDS, Person, Server, Socket
from tests.trouble.conftest import OwnRedis

SOCKETS = 8  # enough for both workers to have some
RESTART_SECONDS = 180  # two new workers, READY_SECONDS each at most, and two that drain


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory, redis: OwnRedis) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("workers"), REDIS_URL=redis.url, WEB_CONCURRENCY="2").prepare().start()
    yield server
    server.destroy()


class Sender(threading.Thread):
    """Sends one message after the other, again under the same nonce when it was cut off before the ack."""

    def __init__(self, person: Person, room_id: int) -> None:
        super().__init__()
        self.person, self.room_id = person, room_id
        self.acked: list[dict[str, Any]] = []
        self.endings: list[tuple[int | None, bool]] = []  # close code, whether it was told before
        self.done = threading.Event()
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.done.is_set():
                with self.person.socket() as socket:
                    self._send_until_cut(socket)
        except BaseException as failure:  # told by the test
            self.failure = failure

    def _send_until_cut(self, socket: Socket) -> None:
        try:
            while not self.done.is_set():
                number = len(self.acked)
                body = {"room_id": self.room_id, "content": f"m{number}", "nonce": f"n{number}"}
                self.acked.append(socket.ask("send_message", body))
        except ConnectionClosed:
            code = socket.closed_with()  # a send can find it closed before all that came was taken in
            self.endings.append((code, bool(socket.of("reconnect"))))


def told_to_come_back(socket: Socket) -> bool:
    code = socket.closed_with(RESTART_SECONDS)
    return code == 1012 and socket.of("reconnect")[0]["retry_after"] > 0


def test_everybody_is_told_and_what_was_acked_is_there_once(workers: Server) -> None:
    ada, bob = workers.register(), workers.register()
    room_id = ada.make_room()["id"]
    sockets = [ada.socket() for _ in range(SOCKETS)]
    sender = Sender(ada, room_id)
    sender.start()
    assert workers.process is not None
    workers.process.send_signal(signal.SIGHUP)
    for socket in sockets:
        assert told_to_come_back(socket)
        with bob.socket() as newcomer:  # the door is open all the time
            newcomer.settle()
    sender.done.set()
    sender.join(PATIENCE_SECONDS)
    assert sender.failure is None
    assert set(sender.endings) <= {(1012, True)}
    assert sender.acked, "it was sending all the time"
    said = _all_of(ada, room_id)
    assert [m["seq"] for m in said] == [ack["seq"] for ack in sender.acked]
    assert [m["content"] for m in said] == [f"m{n}" for n in range(len(sender.acked))]


def _all_of(person: Person, room_id: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        after = found[-1]["seq"] if found else 0
        page = person.ok("GET", f"/api/rooms/{room_id}/messages?limit=100&after={after}")
        found += [m for m in page["results"] if m["kind"] == "text"]
        if not page["has_after"]:
            return found


def test_a_full_stop_says_goodbye_to_all_and_ends(workers: Server) -> None:
    ada = workers.register()
    sockets = [ada.socket() for _ in range(SOCKETS)]
    silent = Socket.open(workers)  # has not said who it is
    assert workers.process is not None
    workers.process.send_signal(signal.SIGTERM)
    assert all(told_to_come_back(socket) for socket in sockets)
    assert silent.closed_with() == 1012
    assert workers.process.wait(PATIENCE_SECONDS + 10) is not None
    log = Path(workers.log).read_text()
    assert "Traceback" not in log, json.dumps(log[-2000:])
