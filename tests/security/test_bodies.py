"""Every field of every REST body, given what it is not; and keys that nobody may set."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest
from django.db import transaction
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

from accounts.models import User
from messaging.models import Message
from rooms.models import Membership, Room
from tests.conftest import Api
from tests.security.rights import OWN_ROWS, ROOM_ROWS
from tests.security.world import World, filled

pytestmark = pytest.mark.django_db

SURROGATE = r'"a\ud800b"'
# JSON texts. The longest is just under what a body may be.
ODD_VALUES = {
    "null": "null",
    "int": "5",
    "negative": "-1",
    "zero": "0",
    "float": "1.5",
    "over 53 bits": str(2**53),
    "over 64 bits": str(2**64),
    "no float": "1e999",
    "400 digits": "9" * 400,
    "true": "true",
    "list": "[]",
    "list of lists": "[[1]]",
    "dict": "{}",
    "dict with a key": '{"$ne": null}',
    "digits as text": '"5"',
    "empty": '""',
    "NUL": r'"a\u0000b"',
    "10^6 characters": json.dumps("x" * 10**6),
    "wide as can be": json.dumps("\ufdfa" * 32),
    "first moment": '"0001-01-01T00:00:00+14:00"',
    "last moment": '"9999-12-31T23:59:59-14:00"',
    "no zone": '"2030-01-01T00:00:00"',
    "lone surrogate": SURROGATE,
}
NOBODYS_KEYS = {
    "role": "owner",
    "is_staff": True,
    "is_superuser": True,
    "is_bot": True,
    "owner": 1,
    "created_by": 1,
    "sender": 1,
    "sender_id": 1,
    "user": 1,
    "seq": 1,
    "version": 1,
    "created_at": "2000-01-01T00:00:00Z",
    "system": {"event": "room_renamed"},
    "last_read_seq": 5,
    "kind": "direct",
    "email_key": "x",
    "": 1,
    "__proto__": {},
}
NO_OBJECTS = ["null", "[]", "1", '"x"', "true", "NaN", "{", '{"a":1}}', "\xff", "[" * 100_000, '{"a":' * 100_000]


class Door(NamedTuple):
    """An endpoint that takes a JSON body: its schema, and a body that is good."""

    method: str
    path: str
    schema: dict[str, Any]
    good: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def fields(self) -> list[str]:
        return list(self.schema["properties"])


def found_doors() -> list[Door]:
    document = SchemaGenerator().get_schema(public=True)
    rows = {(shape(row.path), row.method): row for row in [*OWN_ROWS, *ROOM_ROWS]}
    doors = []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" not in content:
                continue
            row = rows[shape(path.removeprefix("/api/")), method.upper()]
            reference = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
            schema = document["components"]["schemas"][reference] | {"components": document["components"]}
            good = row.body if isinstance(row.body, dict) else {}
            doors.append(Door(method.upper(), row.path, schema, good))
    return doors


def shape(path: str) -> str:
    return "/".join("_" if "{" in part else part for part in path.strip("/").split("/"))


DOORS = found_doors()
every_door = pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)


class Knocker:
    """Sends texts as bodies; whatever they do is undone."""

    def __init__(self, api: Api, fields: dict[str, Any], door: Door) -> None:
        self.api = api
        self.door = door
        self.path = "/api/" + filled(door.path, fields)
        self.good = filled(door.good, fields)

    def send(self, text: str) -> int:
        with transaction.atomic():
            response = self.api.request(self.door.method, self.path, raw=text.encode("latin-1"))
            transaction.set_rollback(True)
        return response.status_code

    def with_field(self, field: str, text: str) -> int:
        return self.send(json.dumps({**self.good, field: "§"}).replace(r'"\u00a7"', text))


@pytest.fixture
def knocker(world: World, door: Door) -> Knocker:
    api = world.promote("owner")
    api.client.raise_request_exception = False
    return Knocker(api, world.places["public"].fields | world.others(), door)


@every_door
def test_every_field_takes_only_what_it_is(knocker: Knocker, door: Door) -> None:
    for field in door.fields:
        for name, text in ODD_VALUES.items():
            status = knocker.with_field(field, text)
            assert status < 500, (field, name)
            if text == SURROGATE or not is_allowed(door, field, text):
                assert status == 400, (field, name)


def is_allowed(door: Door, field: str, text: str) -> bool:
    schema = door.schema["properties"][field] | {"components": door.schema["components"]}
    if text == "1e999":
        return False
    return bool(Draft202012Validator(schema).is_valid(json.loads(text)))


@every_door
def test_what_is_no_object_is_refused(knocker: Knocker) -> None:
    for text in NO_OBJECTS:
        assert knocker.send(text) == 400, text[:20]


@every_door
def test_nobodys_keys_are_refused_and_set_nothing(knocker: Knocker, door: Door) -> None:
    before = everything()
    for key, value in NOBODYS_KEYS.items():
        if key not in door.fields:
            body = json.dumps({**knocker.good, key: value})
            response = knocker.api.request(door.method, knocker.path, raw=body.encode())
            assert (response.status_code, response.json()["code"]) == (400, "validation_error"), key
    assert everything() == before


def everything() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (User, Room, Membership, Message)]


@every_door
def test_a_body_that_says_it_is_no_json_is_refused(knocker: Knocker, door: Door) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
        response = knocker.api.client.generic(
            door.method, knocker.path, json.dumps(knocker.good or {"a": 1}), kind, headers=knocker.api.headers
        )
        assert (response.status_code, response.json()["code"]) == (415, "unsupported_media"), kind


@every_door
def test_a_body_of_two_megabytes_is_too_large(knocker: Knocker) -> None:
    assert knocker.send(" " * 2_000_000) == 413
