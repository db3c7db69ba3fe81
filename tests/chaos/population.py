"""Who chats in a run, where, and with what."""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.chaos.client import Device
from tests.chaos.history import History
from tests.chaos.vue import VueClients
from tests.live import Person, Server

PEOPLE, ROOMS, ROOM_MEMBERS = 16, 8, 5
CROWD_SHARE = 0.75  # of all devices at one node
VUE_PEOPLE = 2  # of them; their client is the real one


@dataclass
class Population:
    devices: list[Device]
    vue: VueClients
    rooms: list[int]  # the first one is the hot one: all are in it
    owners: dict[int, Device]


def populate(nodes: list[Server], history: History, seed: int, *, with_vue: bool) -> Population:
    with ThreadPoolExecutor(2) as pool:
        people = list(pool.map(lambda _: nodes[0].register(), range(PEOPLE)))
    vue_people = people[-VUE_PEOPLE:] if with_vue else []
    devices = [
        Device(f"d{number}.{device}", person.sign_in_again() if device else person, nodes, history, seed)
        for number, person in enumerate(people[: PEOPLE - len(vue_people)])
        for device in range(1 + number % 2)
    ]
    rooms = _rooms(people, random.Random(f"{seed}:people"))
    owners = {room: next(d for d in devices if d.person is people[number]) for number, room in enumerate(rooms)}
    return Population(devices, VueClients(vue_people, nodes, history, seed), rooms, owners)


def _rooms(people: Sequence[Person], choose: random.Random) -> list[int]:
    rooms = []
    for number in range(ROOMS):
        owner = people[number]
        rooms.append(owner.make_room(f"room {number}")["id"])
        others = [person for person in people if person is not owner]
        for person in others if number == 0 else choose.sample(others, ROOM_MEMBERS):
            person.ok("POST", f"/api/rooms/{rooms[-1]}/join")
    return rooms


def spread(devices: Sequence[Device], nodes: Sequence[Server], choose: random.Random) -> None:
    """Whoever lost a node has come back to the other: some walk on, or nothing would go from node to node any more."""
    for node in nodes:
        there = [device for device in devices if device.node is node]
        if len(there) > CROWD_SHARE * len(devices):
            for device in choose.sample(there, len(there) // 2):
                device.cut()
