"""Garbage in query strings, cursors and page sizes."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.db import transaction
from django.utils.timezone import now
from drf_spectacular.generators import SchemaGenerator

from chatsite.api.pagination import to_cursor
from messaging.models import Message
from tests.factories import make_message, make_room, make_user
from tests.security.rights import OWN_ROWS, ROOM_ROWS
from tests.security.test_bodies import shape
from tests.security.world import World, filled

pytestmark = pytest.mark.django_db


def b64(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).decode()


GARBAGE = [
    "", " ", "x", "-1", "0", "1.5", "+1", "1e3", "٣", "9" * 17, "9" * 400, "null", "[]", "true", "a\x00b", "\ud800",
    "' OR 1=1 --", "%", "_" * 200, "\\", "x" * 5_000, "2030-01-01", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00", "9999-12-31", "T", "🐱" * 100, "\ufdfa" * 100,
]  # fmt: skip
CURSORS = [
    to_cursor(1), to_cursor(-1), to_cursor(2**62), to_cursor("a"), to_cursor("a", 1), to_cursor(1, 1), to_cursor(),
    to_cursor("x" * 10_000, 1), to_cursor("9999-12-31T23:59:59-14:00", 1), to_cursor("2030-01-01T00:00:00", 1),
    to_cursor("a\x00", 1), b64(b"[%d]" % 2**64), b64(b"[" + b"9" * 400 + b"]"), b64(b'["a",%d]' % 2**64),
    b64(b'["2030-01-01T00:00:00Z",%d]' % 2**64), b64(b"\xff"), b64(b"[" * 50_000), b64(rb'["\ud800",1]'),
    "====", "a", "中",
]  # fmt: skip


def doors() -> list[tuple[str, list[str]]]:
    """-> [(address, names of its query parameters)]"""
    rows = {shape(row.door[1]): row.door[1] for row in [*OWN_ROWS, *ROOM_ROWS] if row.method == "GET"}
    found = []
    for path, operations in SchemaGenerator().get_schema(public=True)["paths"].items():
        parameters = operations.get("get", {}).get("parameters", [])
        if path != "/api/schema/" and (names := [p["name"] for p in parameters if p["in"] == "query"]):
            found.append((rows[shape(path.removeprefix("/api/"))], names))
    return found


@pytest.mark.parametrize(("path", "names"), doors(), ids=lambda value: value if isinstance(value, str) else "")
def test_no_query_is_too_odd(world: World, path: str, names: list[str]) -> None:
    api = world.promote("owner")
    api.client.raise_request_exception = False
    address = "/api/" + filled(path, world.places["public"].fields | world.others())
    for name in [*names, "unheard_of"]:
        for text in [*GARBAGE, *(CURSORS if name == "cursor" else [])]:
            fixed = {"scope": "public"} if "scope" in names and name != "scope" else {}
            with transaction.atomic():
                response = api.get(address, **{**fixed, name: text.encode("utf-8", "surrogatepass")})
                transaction.set_rollback(True)
            assert response.status_code in (200, 400), (name, text[:50])
            if name == "unheard_of":
                assert response.status_code == (400 if "since" in names else 200), text[:50]


@pytest.mark.parametrize("what", ["messages", "pins"])
def test_page_sizes_are_clamped(api: Any, what: str) -> None:
    owner = make_user()
    room = make_room(owner)
    for _ in range(101):
        make_message(room, owner)
    Message.objects.update(pinned_at=now())
    sizes = {"1": 1, "0": 1, "-5": 1, "2": 2, "100": 100, "101": 100, "1000000000": 100, "9" * 30: 100}
    door = api.by(owner)
    found = {size: len(door.get(f"/api/rooms/{room.id}/{what}", limit=size).json()["results"]) for size in sizes}
    assert found == sizes
