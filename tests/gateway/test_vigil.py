"""Who is silent is asked, then closed; who sends is left alone; nobody is looked at before something may be due."""

from __future__ import annotations

import asyncio
import json
import time
from types import SimpleNamespace
from typing import Any

import pytest

from chatsite.gateway.connection import Batch, Connection
from chatsite.gateway.frames import Close
from chatsite.gateway.vigil import PING_SECONDS, SILENT_SECONDS, Vigil

NEVER = 10.0**10


class Clock:
    """The loop's time, told by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def time(self) -> float:
        return self.now


class Wire:
    """Stands where the socket does."""

    def __init__(self) -> None:
        self.pings = 0
        self.codes: list[int] = []
        self.frames: list[Any] = []

    def ping(self) -> None:
        self.pings += 1

    def write(self, batch: Batch) -> bool:
        self.frames += map(json.loads, batch.texts)
        return True

    def close(self, code: int) -> None:
        self.codes.append(code)


class Scene:
    def __init__(self) -> None:
        self.clock = Clock()
        self.vigil = Vigil(self.clock)  # type: ignore[arg-type]
        self.hub = SimpleNamespace(loop=self.clock, leave=self.vigil.forget)

    def join(self, *, expires_at: float = NEVER) -> tuple[Connection, Wire]:
        wire = Wire()
        connection = Connection(
            hub=self.hub,  # type: ignore[arg-type]
            wire=wire,  # type: ignore[arg-type]
            user_id=1,
            session_id=1,
            locale="en",
            expires_at=expires_at,
        )
        connection.heard()
        self.vigil.watch(connection)
        return connection, wire

    def wait(self, seconds: float) -> None:
        """Second by second, as the loop does."""
        end = self.clock.now + seconds
        while self.clock.now < end:
            self.clock.now += 1
            self.vigil.look(int(self.clock.now))


@pytest.fixture
async def scene() -> Scene:
    return Scene()


async def test_silence_is_asked_once_and_then_closed(scene: Scene) -> None:
    _, wire = scene.join()
    scene.wait(PING_SECONDS - 1)
    assert (wire.pings, wire.codes) == (0, [])
    scene.wait(3)
    assert (wire.pings, wire.codes) == (1, [])
    scene.wait(SILENT_SECONDS - PING_SECONDS - 3)
    assert wire.codes == []
    scene.wait(3)
    assert (wire.pings, wire.codes) == (1, [Close.SILENT])
    assert len(scene.vigil) == 0


async def test_who_answers_pings_stays_for_ever(scene: Scene) -> None:
    connection, wire = scene.join()
    for _ in range(20):
        before = wire.pings
        while wire.pings == before:
            scene.wait(1)
        connection.heard()
    assert wire.codes == []
    assert len(scene.vigil) == 1


async def test_who_sends_heartbeats_is_never_asked(scene: Scene) -> None:
    connection, wire = scene.join()
    for _ in range(40):
        scene.wait(25)
        connection.heard()
    assert (wire.pings, wire.codes) == (0, [])


async def test_a_token_that_has_run_out_is_told_and_closed(scene: Scene) -> None:
    connection, wire = scene.join(expires_at=time.time() + 3600)
    scene.wait(10)
    assert wire.codes == []
    connection.expires_at = time.time() - 1
    scene.wait(PING_SECONDS)
    assert [f["data"]["code"] for f in wire.frames] == ["token_expired"]
    assert wire.codes == [Close.UNAUTHENTICATED]


async def test_a_short_token_is_looked_at_when_it_runs_out(scene: Scene) -> None:
    connection, _ = scene.join(expires_at=time.time() + 5)
    assert connection.look_at <= scene.clock.now + 7


async def test_whoever_leaves_is_forgotten_at_once(scene: Scene) -> None:
    joined = [scene.join()[0] for _ in range(100)]
    assert len(scene.vigil) == 100
    for connection in joined:
        scene.vigil.forget(connection)
    assert len(scene.vigil) == 0
    assert not scene.vigil._slots


async def test_a_loop_that_was_stopped_looks_at_all_it_has_missed(scene: Scene) -> None:
    wires = [scene.join()[1] for _ in range(3)]
    scene.clock.now += 500
    scene.vigil.look(int(scene.clock.now))
    assert [wire.codes for wire in wires] == [[Close.SILENT]] * 3
    await asyncio.sleep(0)
