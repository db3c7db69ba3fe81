"""The benchmark's generator notices a server that lies: this one can lose, double, swap and damage."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from tests.benchmarks.crowds import rooms_of, write
from tests.benchmarks.load import Load, Outcome
from tests.benchmarks.ours import PROTOCOL

pytestmark = pytest.mark.once

SENDERS = 2
CROWD = rooms_of(1, 3, senders=SENDERS)
FAULTS = ("lost", "doubled", "reordered", "damaged")


class Liar:
    """Acknowledges every send, and gives out pairs: as `fault` says, and honestly where it says nothing."""

    def __init__(self, fault: str) -> None:
        self.fault = fault
        self.people: list[ServerConnection] = []
        self.seq = 0
        self.pair: list[str] = []
        self.lock = threading.Lock()

    def __call__(self, connection: ServerConnection) -> None:
        try:
            for text in connection:
                self.take(connection, json.loads(text))
        except ConnectionClosed:
            return

    def take(self, connection: ServerConnection, frame: dict[str, dict[str, str] | str]) -> None:
        with self.lock:
            if frame["type"] == "authenticate":
                self.people.append(connection)
                connection.send('{"type":"ready","id":"1","data":{}}')
                return
            self.seq += 1
            answer = {"room_id": 1, "message_id": self.seq, "seq": self.seq}
            connection.send(json.dumps({"type": "ack", "id": frame["id"], "data": answer}, separators=(",", ":")))
            self.pair.append(dict(frame["data"])["content"])
            if len(self.pair) == SENDERS:
                self.give_out()

    def give_out(self) -> None:
        first, second = self.pair
        self.pair = []
        texts = {
            "lost": [first],
            "doubled": [first, second, second],
            "reordered": [second, first],
            "damaged": [first, second.replace("z", "y")],
        }.get(self.fault, [first, second])
        for person in self.people:
            for text in texts:
                person.send(json.dumps({"type": "new_message", "data": {"content": text}}))


@contextmanager
def served(liar: Liar) -> Iterator[int]:
    with serve(liar, "127.0.0.1", 0, compression=None) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield int(server.socket.getsockname()[1])
        server.shutdown()
        thread.join()


def heard(fault: str, folder: Path) -> Outcome:
    with served(Liar(fault)) as port:
        people = write(CROWD, ["token"] * len(CROWD), [1], folder / "people")
        load = Load(PROTOCOL, [port], lambda: [os.getpid()])
        return load.run(people, acks=folder / "acks", rate=100, warm=0.1, seconds=0.3, drain=0.5)


def test_an_honest_server_has_no_faults(tmp_path: Path) -> None:
    outcome = heard("", tmp_path)
    assert outcome["acked"] == outcome["sent"] > SENDERS
    assert outcome["doubled"] == outcome["reordered"] == outcome["damaged"] == 0
    assert outcome["lost"] == outcome["sent"] % SENDERS * len(CROWD)  # a last one that waits for its pair


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_counted_at_every_receiver(fault: str, tmp_path: Path) -> None:
    outcome = heard(fault, tmp_path)
    pairs = outcome["sent"] // SENDERS - 1  # the load goes once it has all messages: it may miss the last one's copy
    assert outcome[fault] >= pairs * len(CROWD) > 0
