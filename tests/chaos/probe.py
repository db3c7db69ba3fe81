"""In the quiet after a fault: what is said at one node is heard at every other within two seconds.

While people talk, the next message of the same room shows every gap and heals it; only quiet shows who is deaf.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from tests.chaos.client import Device, Lost, Refused
from tests.chaos.history import OK, History

PROMISED_SECONDS = 2.0
LOOK_SECONDS = 0.25
GLANCES = 10  # within a look: who has heard is not waited for


async def probe(devices: Sequence[Device], room: int, history: History, pace: float) -> bool:
    """One message through each node. Nobody else does anything meanwhile. `pace`: times slower than promised for.

    -> whether people are at more than one node.
    """
    speakers = {device.node: device for device in devices if device.node is not None and room in device.rooms}
    for speaker in speakers.values():
        sent = speaker.send(room, "does everybody hear me?")
        await speaker.sent(room)
        if sent.outcome == OK:
            there = [device for device in devices if device.is_connected.is_set() and room in device.rooms]
            heard = await asyncio.gather(*(_hears(device, room, sent.seq, pace) for device in there))
            history.late += [_late(d, room, sent.seq) for d, in_time in zip(there, heard, strict=True) if not in_time]
    return len(speakers) > 1


def _late(device: Device, room: int, seq: int) -> str:
    return f"{device.name} has not heard seq {seq} of room {room} within {PROMISED_SECONDS} s, in quiet"


async def _hears(device: Device, room: int, seq: int, pace: float) -> bool:
    """-> whether it does in time. What its node takes to answer from the database comes on top: that is the machine."""
    for _ in range(round(PROMISED_SECONDS * pace / LOOK_SECONDS)):
        if device.has(room, seq) or room not in device.rooms:
            return True
        with contextlib.suppress(Lost, Refused):
            await device.ask("mark_read", {"room_id": room, "seq": 1})
        await _look(device, room, seq)
    return device.has(room, seq) or not device.is_connected.is_set()


async def _look(device: Device, room: int, seq: int) -> None:
    for _ in range(GLANCES):
        if device.has(room, seq):
            return
        await asyncio.sleep(LOOK_SECONDS / GLANCES)
