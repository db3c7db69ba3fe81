"""REST calls without end: a few connections, each of somebody with a room, messages and people around."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from tests.fuzz.calls import STANDING, Call, CallMaker, Operation, fresh_name
from tests.fuzz.contract import ERROR_MEMBERS, STATUS_OF
from tests.fuzz.failures import Failure
from tests.fuzz.grammar import Random
from tests.fuzz.http import Answer, HttpConnection, Silence
from tests.live import Server

CONNECTIONS = 6
CALLS_EACH = 200  # then somebody new goes on: this one may have signed out, or closed the account
FAILURES_MAX = 10


class Somebody:
    """A caller and what the names in their calls stand for."""

    def __init__(self, server: Server) -> None:
        self.me, self.peer = server.register(), server.register()
        room_id = self.me.make_room("odd")["id"]
        self.me.ok("POST", f"/api/rooms/{room_id}/members", {"user_id": self.peer.id})
        message_id = self.peer.say(room_id, "odd")["id"]
        invite = self.me.ok("POST", f"/api/rooms/{room_id}/invites", {})
        own = self.me.say(room_id, "odd")["id"]
        self._known: dict[str, Any] = STANDING | {
            "room_id": room_id, "user_id": self.peer.id, "message_id": own, "refresh": self.me.refresh,
            "id@rooms": room_id, "room_id@rooms": room_id, "id@messages": own, "message_id@messages": own,
            "invite_id@invites": invite["id"], "id@invites": invite["id"], "token@invites": invite["token"],
            "emoji@reactions": "👍", "token": invite["token"], "seq": 1,
            "reply_to": message_id, "mentions": [self.peer.id],
        }  # fmt: skip

    def sense(self, dice: Random, name: str) -> bytes | None:
        if name in ("username", "display_name"):
            return json.dumps(fresh_name(dice)).encode()
        if name == "email":
            return json.dumps(f"{fresh_name(dice)}@example.com").encode()
        if "@" in name and name not in self._known:
            return str(self.peer.id).encode()
        return json.dumps(self._known[name]).encode() if name in self._known else None


class Calling:
    """`calls` have been made and judged; `statuses` counts their answers."""

    def __init__(
        self,
        server: Server,
        seed: int,
        operations: list[Operation],
        numbers: Iterator[int],
        enough: int,
        tell: Callable[[int], None],
    ) -> None:
        self.server = server
        self.seed = seed
        self.operations = operations
        self.enough = enough
        self.calls = 0
        self.statuses: Counter[int] = Counter()
        self.reached: Counter[str] = Counter()  # operations that answered 2xx
        self.failures: list[Failure] = []
        self._numbers = numbers
        self._tell = tell

    async def run(self) -> None:
        await asyncio.gather(*(self._connection() for _ in range(CONNECTIONS)))
        await asyncio.sleep(0)  # what was closed last is gone only now, and uvloop's loops close no sooner

    @property
    def _goes_on(self) -> bool:
        return self.calls < self.enough and len(self.failures) < FAILURES_MAX

    async def _connection(self) -> None:
        link = await HttpConnection.open(self.server.port)
        while self._goes_on:
            who = await asyncio.to_thread(Somebody, self.server)
            for _ in range(CALLS_EACH):
                if not self._goes_on:
                    break
                if not link.is_open:
                    link.close()  # the server has said that it will; who waits for it may leave it open at the end
                    link = await HttpConnection.open(self.server.port)
                await self._one(link, who, next(self._numbers))
        link.close()

    async def _one(self, link: HttpConnection, who: Somebody, number: int) -> None:
        dice = Random(f"{self.seed}/call/{number}")
        call = CallMaker(dice, self.operations, lambda name: who.sense(dice, name)).call()
        wrong = await self._ask(link, who, call)
        self.calls += 1
        self._tell(1)
        if wrong:
            kept = {
                "kind": call.kind,
                "operation": call.operation,
                "raw": call.raw.decode("latin-1"),
                "is_http": call.is_http,
            }
            self.failures.append(Failure("calls", number, [wrong], [kept]))

    async def _ask(self, link: HttpConnection, who: Somebody, call: Call) -> str:
        try:
            answer = await link.call(call.raw.replace(b"<TOKEN>", who.me.access.encode()))
        except Silence as silence:
            return str(silence)
        self.statuses[answer.status] += 1
        if answer.status < 300:
            self.reached[call.operation] += 1
        return wrong_with(call, answer)


def wrong_with(call: Call, answer: Answer) -> str:
    """-> what the contract has against this answer, or ''"""
    if answer.status >= 500:
        return f"{answer.status} {answer.body[:300]!r}"
    if answer.status < 400 or call.raw.startswith(b"HEAD ") or (not call.is_http and answer.status in (400, 404)):
        return ""
    return wrong_error(answer)


def wrong_error(answer: Answer) -> str:
    try:
        error = json.loads(answer.body)
    except ValueError:
        return f"{answer.status} and no JSON: {answer.body[:200]!r}"
    if not isinstance(error, dict) or set(error) != ERROR_MEMBERS:
        return f"{answer.status} and not the error of the contract: {answer.body[:200]!r}"
    if STATUS_OF.get(error["code"]) != answer.status:
        return f"{error['code']} with {answer.status}"
    return ""
