"""Every endpoint × every kind of caller × every kind of room. A new endpoint without a row fails here."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver

from chatsite.api import exceptions
from chatsite.urls import api
from rooms.models import RoomCounter
from tests.security.rights import KINDS, OWN_ROWS, ROOM_ROWS, Own, Row
from tests.security.world import ROOM_NAME, SECRET_TEXT, World, knock

pytestmark = pytest.mark.django_db
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def doors(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, str]]:
    """-> (method, address) of everything that the URL configuration answers."""
    for pattern in patterns:
        path = prefix + re.sub(r"^\^|/\?\$$|\$$", "", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from doors(pattern.url_patterns, path)
        elif pattern.callback is not exceptions.no_such_address:
            actions = getattr(pattern.callback, "actions", None) or {"get": ""}
            yield from ((method.upper(), path) for method in actions if method != "head")


def shape(door: tuple[str, str]) -> tuple[str, str]:
    """An address with `_` for what it names: `rooms/_/members/_`."""
    method, path = door
    path = re.sub(r"\(\?P<\w+>(?:[^()]|\([^)]*\))*\)|\{\w+\}|👍", "_", path)
    return method, path


def test_every_endpoint_has_a_row() -> None:
    rows = {shape(row.door) for row in [*ROOM_ROWS, *OWN_ROWS]}
    assert {shape(door) for door in doors(api)} == rows


def knock_once(world: World, caller: str, row: Row | Own, fields: dict[str, object]) -> str:
    """Knocks, sees that a refusal tells and changes nothing, and undoes it."""
    with transaction.atomic():
        before = list(RoomCounter.objects.order_by("room_id").values())
        answer, content = knock(world.doors[caller], row, fields)
        if answer != "ok":
            assert list(RoomCounter.objects.order_by("room_id").values()) == before
            assert ROOM_NAME.encode() not in content
            assert SECRET_TEXT.encode() not in content
        transaction.set_rollback(True)
    return answer


def name_of(row: Row | Own) -> str:
    return f"{row.method} {row.path}{' ' + str(list(row.body)) if isinstance(row.body, dict) else ''}"


@pytest.mark.parametrize("row", ROOM_ROWS, ids=name_of)
def test_in_a_room_everybody_may_what_the_contract_says(world: World, row: Row) -> None:
    for kind in KINDS:
        wanted = row.group.answers(row, kind)
        fields = world.places[kind].fields
        assert (kind, {c: knock_once(world, c, row, fields) for c in wanted}) == (kind, wanted)


@pytest.mark.parametrize("row", OWN_ROWS, ids=name_of)
def test_outside_of_rooms_everybody_may_what_the_contract_says(world: World, row: Own) -> None:
    with transaction.atomic():
        fields = world.others()
        found = tuple(knock_once(world, caller, row, fields) for caller in ("anonymous", "stranger", "staff"))
        transaction.set_rollback(True)
    assert found == (row.anonymous, row.somebody, row.staff)


@pytest.mark.parametrize("path", sorted({row.door[1] for row in [*ROOM_ROWS, *OWN_ROWS]}))
def test_every_other_method_is_refused(world: World, path: str) -> None:
    known = {row.method for row in [*ROOM_ROWS, *OWN_ROWS] if shape(row.door)[1] == shape(("", path))[1]}
    fields = world.places["public"].fields | {
        "session_id": 1,
        "registration_invite_id": 1,
        "applicant_id": 1,
        "report_id": 1,
        "word_id": 1,
        "setting": "REGISTRATION",
        "export_token": "no",
    }
    fields["person_id"] = world.id_of("author")
    for method in sorted(METHODS - known):
        assert knock_once(world, "owner", Own(method, path), fields) == "method_not_allowed", method
