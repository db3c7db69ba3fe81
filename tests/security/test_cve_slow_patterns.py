"""ReDoS and worse: no text makes the server work more than in proportion to its length.

Modelled on Zulip CVE-2021-41115 (a pattern of links), markdown-it CVE-2026-2327, linkify-it CVE-2026-48801 and
mistune CVE-2026-33079. Eight times the text may cost about eight times the CPU; quadratic work would cost 64 times.
CPU time of this thread is what counts, the least of three, with generous slack.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import transaction
from django.test import RequestFactory, override_settings

from accounts import names
from accounts.services.sessions import describe
from chatsite.api.client_address import client_address
from chatsite.api.pagination import from_cursor
from chatsite.errors import ChatError, decode
from chatsite.gateway.authentication import origin_is_allowed
from chatsite.gateway.consumer import Ended, parse
from messaging.emoji import is_emoji
from messaging.schemas import SendMessage
from tests.security.test_bodies import DOORS, Door, Knocker
from tests.security.world import World

pytestmark = pytest.mark.once

SMALL, LARGE = 2_000, 16_000
SLACK = 3  # times what is in proportion
CHEAP_SECONDS = 0.05  # whatever costs less is fine, and too short to measure

SEEDS = [
    "a", " ", "\t", "a ", "aA", ".", "-", "_.-", "@", "a@a.", "a.", "(", "[[", "](", "\\", "<", "&", '"', "'", "`",
    "\u0301", "\u200d", "👍\u200d", "👨‍👩‍👧", "\U0001f1e6", "ﷺ", "ß", "İ", "曾", "龘", "0", "9", "9.", "1,", "::",
    "%", "%2", "://", "http://", "{", '{"a":', "\u1e9b\u0323", "가", "ᄀ", "#", "*", "**", "\r\n",
]  # fmt: skip
FRAMES = ["[", '{"a":', '"\\ud800', '{"type":"x","id":"', '{"type":"\\ud800","data":{"a":"', "[1,", "9"]


def cpu_seconds(work: Callable[[], object]) -> float:
    least = float("inf")
    for _ in range(3):
        started = time.thread_time()
        work()
        least = min(least, time.thread_time() - started)
        if least < CHEAP_SECONDS:
            break
    return least


def grows_in_proportion(work: Callable[[str], object], seed: str) -> bool:
    small, large = ((seed * size)[:size] for size in (SMALL, LARGE))
    most = cpu_seconds(lambda: work(large))
    return most < CHEAP_SECONDS or most < cpu_seconds(lambda: work(small)) * (LARGE / SMALL) * SLACK


def quiet(work: Callable[[str], object]) -> Callable[[str], None]:
    def without_errors(text: str) -> None:
        with suppress(ChatError):  # refused is as good as taken
            work(text)

    return without_errors


def forwarded(text: str) -> object:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": text.replace("\r\n", "")})
    with override_settings(TRUSTED_PROXIES="127.0.0.1,10.0.0.0/8"):
        return client_address(request)


READERS: dict[str, Callable[[str], object]] = {
    "fold": names.fold,
    "is_username": names.is_username,
    "clean_line": names.clean_line,
    "is_emoji": is_emoji,
    "describe": describe,
    "from_cursor": lambda text: from_cursor(text, tuple[int]),
    "origin": lambda text: origin_is_allowed({b"origin": text.encode("utf-8"), b"host": text.encode("utf-8")}),
    "client_address": forwarded,
    "unknown field": lambda text: decode(json.dumps({text: 1}).encode(), SendMessage),
    "wrong field": lambda text: decode(json.dumps({"nonce": text}).encode(), SendMessage),
    "message": lambda text: decode(json.dumps({"room_id": 1, "content": text}).encode(), SendMessage),
}


@pytest.mark.parametrize("name", READERS)
def test_whatever_reads_a_text_takes_time_in_proportion(name: str) -> None:
    work = quiet(READERS[name])
    work("warm")
    assert [seed for seed in SEEDS if not grows_in_proportion(work, seed)] == []


@pytest.mark.parametrize("shape", FRAMES)
def test_frames_take_time_in_proportion(shape: str) -> None:
    def read(text: str) -> None:
        with suppress(Ended):
            parse(text)

    assert grows_in_proportion(read, shape)


@pytest.mark.django_db
@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_every_text_of_every_body_takes_time_in_proportion(world: World, door: Door) -> None:
    api = world.promote("owner")
    api.client.raise_request_exception = False
    knocker = Knocker(api, world.places["public"].fields | world.others(), door)
    texts = [field for field in door.fields if "string" in json.dumps(door.schema["properties"][field])]
    knocker.send("{}")
    slow = [
        (field, seed)
        for field in texts
        for seed in ("a ", "a@a.", "\u0301", "曾", "👍\u200d", "\\", "9.")
        if not grows_in_proportion(lambda text, f=field: fill(knocker, f, text), seed)  # type: ignore[misc]
    ]
    assert slow == []


def fill(knocker: Knocker, field: str, text: str) -> Any:
    with transaction.atomic():
        status = knocker.with_field(field, json.dumps(text))
        transaction.set_rollback(True)
    assert status < 500
    return status
