"""Frames: the sample commands of tests/examples, bent in every way that the contract has a word about."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.fuzz import values
from tests.fuzz.contract import INVALID, answers_to

SAMPLES = Path(__file__).parents[1] / "examples" / "commands"
Fields = dict[bytes, bytes]
Random = random.Random
NOBODY: frozenset[int] = frozenset()


class Case(NamedTuple):
    """One frame and what may become of it. `"<ROOM>"` and the like in `payload` stand for what is there."""

    kind: str  # of the mutation
    payload: bytes
    reply_to: str | None  # the id that its one reply must carry
    answers: frozenset[str] = frozenset()  # codes of errors and types of replies
    closes: frozenset[int] = NOBODY  # if not empty, it ends the connection with one of these
    travel: str = "text"  # "binary", "fragments", "raw": bytes as they are, or the name of a control frame
    cuts: tuple[int, ...] = ()


# name: its kind in JSON; a question mark where it may be left out (protocol.md §3)
COMMANDS = {
    "ping": "idle?bool",
    "join_room": "room_id:int version?int",
    "leave_room": "room_id:int",
    "send_message": "room_id:int content:text nonce?text reply_to?int mentions?list mention_all?bool "
    "attachment_ids?list",
    "edit_message": "message_id:int content:text",
    "recall_message": "message_id:int",
    "add_reaction": "message_id:int emoji:text",
    "remove_reaction": "message_id:int emoji:text",
    "mark_read": "room_id:int seq:int",
    "typing": "room_id:int",
    "set_status": "status:text status_text?text",
    "sync_room": "room_id:int version:int",
}
PLACES = {"room_id": b'"<ROOM>"', "message_id": b'"<MESSAGE>"', "mentions": b'["<USER>"]', "nonce": b'"<NONCE>"'}
CHEAP = ("ping", "leave_room")  # done in memory
ODD_IDS = [b"null", b"0", b"1.5", b"[]", b"{}", b"true", b'"' + b"x" * 129 + b'"', *values.MARKS, *values.NESTED]
GOOD_IDS = ["", "x" * 110, "ид", "👍", "\x00", 'a"b', "\\", "\n", " ", "id", "\u202e", "\U0010ffff", "</script>"]


class Command(NamedTuple):
    name: str
    kinds: dict[bytes, str]
    needed: list[bytes]
    sample: Fields

    @classmethod
    def read(cls, name: str, fields: str) -> Command:
        kinds, needed = {}, []
        for field in fields.split():
            mark = "?" if "?" in field else ":"
            key, _, kind = field.partition(mark)
            kinds[key.encode()] = kind
            needed += [key.encode()] if mark == ":" else []
        return cls(name, kinds, needed, _sample(name))


def _sample(name: str) -> Fields:
    data = json.loads((SAMPLES / f"{name}.json").read_text())["data"]
    return {
        key.encode(): PLACES.get(key) or json.dumps(value, ensure_ascii=False).encode() for key, value in data.items()
    }


ALL = [Command.read(name, fields) for name, fields in COMMANDS.items()]
BY_NAME = {command.name: command for command in ALL}


def text(name: bytes, reply_to: bytes | None, data: bytes, more: bytes = b"") -> bytes:
    middle = b"" if reply_to is None else b',"id":' + reply_to
    return b'{"type":"' + name + b'"' + middle + b',"data":' + data + more + b"}"


def object_of(fields: Fields) -> bytes:
    return b"{" + b",".join([b'"' + key + b'":' + value for key, value in fields.items()]) + b"}"


class Maker:
    """Frames with ids of their own. All that is random comes from `dice`; `fill` puts ids of what is there in."""

    def __init__(self, dice: Random, prefix: str, fill: Callable[[bytes], bytes]) -> None:
        self.dice = dice
        self.prefix = prefix
        self.fill = fill
        self._number = 0

    def next_id(self) -> str:
        self._number += 1
        return f"{self.prefix}{self._number}"

    def frame(self, kind: str, name: str, data: bytes, answers: frozenset[str], more: bytes = b"") -> Case:
        own = self.next_id()
        return Case(kind, text(name.encode(), b'"' + own.encode() + b'"', data, more), own, answers)

    def one_of(self, weighted: Weighted) -> Case:
        return self.dice.choices(weighted.makers, cum_weights=weighted.weights)[0](self)


# --- refused before anything is looked up


def wrong_kind(maker: Maker) -> Case:
    command = maker.dice.choice(ALL)
    field = maker.dice.choice(list(command.kinds))
    odd = maker.dice.choice(values.OTHERS[command.kinds[field]])
    return maker.frame("wrong kind", command.name, object_of(command.sample | {field: odd}), INVALID)


def unknown_field(maker: Maker) -> Case:
    command = maker.dice.choice(ALL)
    key = maker.dice.choice(STRANGERS)
    fields = command.sample | {key: maker.dice.choice(values.EVERYTHING)}
    return maker.frame("unknown field", command.name, object_of(fields), INVALID)


STRANGERS = [
    b"role",
    b"is_staff",
    b"sender_id",
    b"seq ",
    b"",
    b"__proto__",
    b"constructor",
    b"Room_id",
    b"\\u0000",
    b"$where",
]


def missing_field(maker: Maker) -> Case:
    command = maker.dice.choice([c for c in ALL if c.needed])
    gone = maker.dice.choice(command.needed)
    fields = {key: value for key, value in command.sample.items() if key != gone}
    return maker.frame("missing field", command.name, object_of(fields), INVALID)


def unknown_member(maker: Maker) -> Case:
    command = maker.dice.choice(ALL)
    more = b',"' + maker.dice.choice(STRANGERS) + b'":' + maker.dice.choice(values.EVERYTHING)
    return maker.frame("unknown member", command.name, object_of(command.sample), INVALID, more)


def unknown_type(maker: Maker) -> Case:
    name = maker.dice.choice(
        ["", "Ping", "ack", "ready", "error", "session_revoked", "ping ", "__class__", "x" * 300, "涨"]
    )
    return maker.frame("unknown type", name, b"{}", INVALID)


def no_data(maker: Maker) -> Case:
    command = maker.dice.choice([c for c in ALL if c.needed])
    data = maker.dice.choice([value for value in values.EVERYTHING if not value.startswith(b"{")])
    return maker.frame("data is no object", command.name, data, INVALID)


def odd_id(maker: Maker) -> Case:
    return Case("odd id", text(b"ping", maker.dice.choice(ODD_IDS), b"{}"), None, INVALID)


def without_id(maker: Maker) -> Case:
    command = maker.dice.choice(ALL)
    return Case("no id", text(command.name.encode(), None, b'{"odd":1}'), None, INVALID)


def lone_surrogate(maker: Maker) -> Case:
    command = maker.dice.choice(ALL)
    fields = command.sample | {maker.dice.choice(list(command.kinds)): maker.dice.choice(values.MARKS)}
    return maker.frame("lone surrogate", command.name, object_of(fields), INVALID)


def huge_number(maker: Maker) -> Case:
    fields = {b"room_id": maker.dice.choice([*values.HUGE, b"1e999", b"9" * 5_000]), b"seq": b"1"}
    return maker.frame("huge number", "mark_read", object_of(fields), INVALID)


# --- done, in memory


def fine(maker: Maker) -> Case:
    data = maker.dice.choice([b"{}", b'{"idle":true}', b'{"idle":false}', b' { "idle" : false } '])
    return maker.frame("fine", "ping", data, frozenset({"ack"}))


def fine_with_odd_id(maker: Maker) -> Case:
    own = maker.next_id() + maker.dice.choice(GOOD_IDS)
    return Case("exotic id", text(b"ping", json.dumps(own).encode(), b"{}"), own, frozenset({"ack"}))


def off_screen(maker: Maker) -> Case:
    room_id = str(maker.dice.randrange(1, 2**53)).encode()
    return maker.frame("fine", "leave_room", b'{"room_id":' + room_id + b"}", frozenset({"left_room"}))


def in_fragments(maker: Maker) -> Case:
    case = maker.one_of(SHALLOW)
    size = len(case.payload)
    cuts = tuple(sorted(maker.dice.randrange(size + 1) for _ in range(maker.dice.randint(1, 6))))
    return case if case.travel != "text" else case._replace(kind="in fragments", travel="fragments", cuts=cuts)


def control(maker: Maker) -> Case:
    payload = maker.dice.randbytes(maker.dice.choice([0, 1, 4, 125]))
    return Case("control frame", payload, None, travel=maker.dice.choice(["ping", "pong"]))


# --- looked up in the database


def sensible(maker: Maker) -> Case:
    command = maker.dice.choice(ALL)
    return maker.frame("sensible", command.name, object_of(command.sample), answers_to(command.name))


def odd_value(maker: Maker) -> Case:
    """Right in kind, odd in value."""
    command = maker.dice.choice([c for c in ALL if c.kinds])
    field = maker.dice.choice(list(command.kinds))
    fields = command.sample | {field: maker.dice.choice(values.BY_KIND[command.kinds[field]] + values.NULL)}
    return maker.frame("odd value", command.name, object_of(fields), answers_to(command.name))


def said_twice(maker: Maker) -> Case:
    command = maker.dice.choice([c for c in ALL if c.needed])
    twice = object_of(command.sample)[:-1] + b"," + object_of(command.sample)[1:]
    return maker.frame("duplicate keys", command.name, twice, answers_to(command.name))


def again(maker: Maker) -> Case:
    return maker.frame("authenticate again", "authenticate", b'{"token":"<TOKEN>"}', frozenset({"ready"}))


def to_a_person(maker: Maker) -> Case:
    who = maker.dice.choice([b'"<USER>"', b'"<OTHER>"', *values.INT])
    fields = {b"receiver_id": who, b"content": maker.dice.choice(values.TEXT)}
    return maker.frame("to a person", "send_message", object_of(fields), answers_to("send_message"))


class Weighted(NamedTuple):
    makers: list[Callable[[Maker], Case]]
    weights: list[int]  # cumulative

    @classmethod
    def of(cls, weights: dict[Callable[[Maker], Case], int]) -> Weighted:
        total, sums = 0, []
        for weight in weights.values():
            total += weight
            sums.append(total)
        return cls(list(weights), sums)


SHALLOW = Weighted.of(
    {
        wrong_kind: 30,
        unknown_field: 10,
        missing_field: 8,
        unknown_member: 6,
        unknown_type: 5,
        no_data: 8,
        odd_id: 4,
        without_id: 3,
        lone_surrogate: 4,
        huge_number: 2,
        fine: 8,
        fine_with_odd_id: 3,
        off_screen: 4,
        in_fragments: 4,
        control: 3,
    }
)
DEEP = Weighted.of({sensible: 5, odd_value: 9, said_twice: 1, again: 1, to_a_person: 2})
