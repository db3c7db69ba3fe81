"""What people do meanwhile: they write, edit, recall, react, come, go, throw each other out and read."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Sequence
from itertools import islice
from typing import Any

from tests.chaos.client import Device, Lost, Refused
from tests.chaos.history import History, Mark, Page, Recall, Revoked, Send, now
from tests.chaos.vue import VueClients
from tests.live import call

RECENT = 50  # messages that people react to
BURST_MAX = 12  # messages that one device writes at once
UNSENT_MAX = 30  # messages of one device that may wait
PAUSE_SECONDS = 0.02  # between two deeds of one device, at most
QUIET_SECONDS = 20.0  # how long it may take until all is quiet, on a machine of its own
# what a device does next, and how often
DEEDS = {"send": 70, "edit": 5, "recall": 4, "react": 6, "mark_read": 6, "page": 4}
DEEDS |= {"leave": 2, "kick": 2, "rejoin": 6, "sign_out": 1}


class Workload:
    """`rooms`: ids, the first one is the hot one; `owners`: {room: the device of its owner}, who never leaves."""

    def __init__(
        self,
        seed: int,
        devices: Sequence[Device],
        rooms: Sequence[int],
        owners: dict[int, Device],
        history: History,
        vue: VueClients,
        pace: float,
    ) -> None:
        self.vue, self.pace = vue, pace
        self.devices, self.rooms, self.owners, self.history = devices, rooms, owners, history
        self._random = random.Random(f"{seed}:workload")
        self._names, self._weights = list(DEEDS), list(DEEDS.values())
        self.is_over = False
        self._may_go_on = asyncio.Event()
        self._may_go_on.set()
        self._at_it = 0  # deeds that are being done

    async def run(self) -> None:
        await asyncio.gather(*(self._behave(device) for device in self.devices), self._let_vue_act())

    async def _let_vue_act(self) -> None:
        while not self.is_over:
            await self._may_go_on.wait()
            self.vue.act(self.rooms)
            await self.vue.pause()

    @contextlib.asynccontextmanager
    async def quiet(self) -> AsyncIterator[bool]:
        """Nobody does anything. -> whether all that was begun has come to its end."""
        self._may_go_on.clear()
        try:
            yield await self._has_ended()
        finally:
            self._may_go_on.set()

    async def _has_ended(self) -> bool:
        deadline = now() + QUIET_SECONDS * self.pace
        while self._at_it or any(device.unsent or not device.is_connected.is_set() for device in self.devices):
            if now() > deadline:
                return False
            await asyncio.sleep(0.02)
        return True

    async def _behave(self, device: Device) -> None:
        while not self.is_over:
            await device.is_connected.wait()
            await self._may_go_on.wait()
            await self._do_something(device)
            await asyncio.sleep(self._random.uniform(0.0, PAUSE_SECONDS))

    async def _do_something(self, device: Device) -> None:
        (deed,) = self._random.choices(self._names, self._weights)
        self._at_it += 1
        try:
            await getattr(self, f"_{deed}")(device)
        except (Lost, Refused, OSError):
            await asyncio.sleep(0.2)
        finally:
            self._at_it -= 1

    def _room_of(self, device: Device) -> int | None:
        """Every third time the hot one."""
        mine = list(device.rooms)
        if not mine:
            return None
        hot = self.rooms[0]
        return hot if hot in device.rooms and self._random.random() < 0.3 else self._random.choice(mine)

    def _own_message(self, device: Device) -> Send | None:
        return self._random.choice(device.acked) if device.acked else None

    async def _send(self, device: Device) -> None:
        """A few at once, into several rooms."""
        for _ in range(self._random.randint(1, BURST_MAX)):
            room = self._room_of(device)
            if room is not None and device.unsent < UNSENT_MAX:
                device.send(room, self._random.choice(("hello", "你好", "👍 fine", "x" * 300)))

    async def _edit(self, device: Device) -> None:
        if send := self._own_message(device):
            self.history.edited.add(send.message)
            await device.ask("edit_message", {"message_id": send.message, "content": f"edited {now()}"})

    async def _recall(self, device: Device) -> None:
        if send := self._own_message(device):
            self.history.edited.add(send.message)
            ack = await device.ask("recall_message", {"message_id": send.message})
            self.history.recalls.append(Recall(send.room, send.message, ack["version"], now()))

    async def _react(self, device: Device) -> None:
        room = self._room_of(device)
        if room is not None and (known := device.rooms[room].messages):
            message = known[self._random.choice(list(islice(reversed(known), RECENT)))]
            kind = self._random.choice(("add_reaction", "remove_reaction"))
            await device.ask(kind, {"message_id": message["id"], "emoji": "👍"})

    async def _mark_read(self, device: Device) -> None:
        room = self._room_of(device)
        if room is not None and (known := device.rooms[room].messages):
            ack = await device.ask("mark_read", {"room_id": room, "seq": next(reversed(known))})
            self.history.marks.append(Mark(device.person.id, room, ack["last_read_seq"]))

    async def _page(self, device: Device) -> None:
        room = self._room_of(device)
        if room is not None:
            asked_at = now()
            status, page = await self._rest(device, "GET", f"/api/rooms/{room}/messages?limit=30")
            if status == 200:
                self.history.pages.append(Page(device.person.id, room, asked_at, page["results"]))

    async def _leave(self, device: Device) -> None:
        room = self._room_of(device)
        if room is not None and self.owners[room].person.id != device.person.id:
            await self._rest(device, "POST", f"/api/rooms/{room}/leave")

    async def _kick(self, device: Device) -> None:
        """By the owner of some room: whoever it is."""
        room = self._random.choice(self.rooms)
        owner, victim = self.owners[room], self._random.choice([*self.devices, *self.vue.devices]).person
        if victim.id != owner.person.id:
            await self._rest(owner, "DELETE", f"/api/rooms/{room}/members/{victim.id}")

    async def _rejoin(self, device: Device) -> None:
        missing = [room for room in self.rooms if room not in device.rooms]
        if missing:
            await self._rest(device, "POST", f"/api/rooms/{self._random.choice(missing)}/join")

    async def _sign_out(self, device: Device) -> None:
        """Another device of the same person, which signs in anew."""
        others = [d for d in self.devices if d.person.id == device.person.id and d.session != device.session]
        if others and (session := others[0].session) and others[0] not in self.owners.values():
            status, _ = await self._rest(device, "DELETE", f"/api/auth/sessions/{session}")
            if status == 204:
                self.history.revoked.append(Revoked(session, now()))

    async def _rest(self, device: Device, method: str, path: str) -> tuple[int, Any]:
        node = self._random.choice(device.nodes)
        return await asyncio.to_thread(call, node.base, method, path, None, token=device.person.access)
