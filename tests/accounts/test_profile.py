"""What people say of themselves, and who hears of it."""

import json
from typing import Any

import msgspec
import pytest

from accounts import preferences, slots
from accounts.models import Block, User
from accounts.preferences import Preferences
from accounts.slots import Circle
from tests.conftest import Api
from tests.people import Listen, Meet, Person, code_of


def patch(person: Person, **fields: Any) -> Any:
    return person.api.patch("/api/users/me", fields)


def test_me_is_the_public_user_and_what_only_i_see(ann: Person) -> None:
    me = ann.api.get("/api/users/me").json()
    public = {"id", "username", "display_name", "avatar_url", "is_bot", "status", "status_text", "last_seen_at"}
    assert set(me) == public | {"email", "bio", "locale", "timezone", "is_staff", "preferences"}
    assert (me["username"], me["email"], me["locale"], me["timezone"]) == ("ann", "ann@example.com", "en", "UTC")


def test_me_costs_one_query(ann: Person, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        ann.api.get("/api/users/me")


def test_a_patch_answers_me_and_changes_only_what_is_given(ann: Person) -> None:
    fields = {
        "display_name": "安 Lee",
        "bio": "line one\nline two",
        "locale": "zh-CN",
        "timezone": "Asia/Shanghai",
        "status_text": "at lunch 🍜",
    }
    answer = patch(ann, **fields)
    assert answer.status_code == 200
    assert {k: answer.json()[k] for k in fields} == fields
    assert patch(ann, bio="").json()["display_name"] == "安 Lee"
    assert ann.api.get("/api/users/me").json() == patch(ann).json()


def test_an_empty_display_name_falls_back_to_the_username(ann: Person) -> None:
    patch(ann, display_name="Lee")
    assert patch(ann, display_name="  ").json()["display_name"] == "ann"


@pytest.mark.parametrize(
    "fields",
    [
        {"locale": "de"},
        {"locale": "zh-cn"},
        {"timezone": "Mars/Olympus"},
        {"timezone": "../../etc/passwd"},
        {"timezone": ""},
        {"display_name": "x" * 65},
        {"bio": "x" * 501},
        {"status_text": "x" * 101},
        {"display_name": None},
        {"bio": 1},
        {"preferences": []},
        {"username": "other"},
        {"email": "other@example.com"},
        {"is_staff": True},
        {"is_superuser": True},
        {"status": "online"},
        {"avatar": "x.webp"},
        {"password": "x"},
    ],
)
def test_other_values_and_fields_are_refused(ann: Person, fields: dict[str, Any]) -> None:
    before = ann.api.get("/api/users/me").json()
    answer = patch(ann, **fields)
    assert code_of(answer) == (400, "validation_error")
    assert list(answer.json()["fields"]) == list(fields)
    assert ann.api.get("/api/users/me").json() == before


def test_names_are_kept_on_one_line(ann: Person) -> None:
    assert patch(ann, display_name="A\u202e\nB\x00").json()["display_name"] == "A B"


# ---- who hears of it


@pytest.fixture
def circle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "circle_of", lambda user_id: Circle([7, 8], [1001]))


@pytest.mark.parametrize("fields", [{"display_name": "New"}, {"status_text": "busy"}])
def test_who_shares_something_hears_of_a_new_name(
    ann: Person, circle: None, published: Listen, fields: dict[str, Any]
) -> None:
    with published() as out:
        patch(ann, **fields)
    ((envelope, kind, data),) = out.to_circles()
    assert kind == "user_updated"
    assert (envelope.rooms, envelope.users, envelope.on_screen) == ([7, 8], sorted([1001, ann.id]), False)
    assert data["user"] == {k: v for k, v in ann.api.get("/api/users/me").json().items() if k in data["user"]}
    assert "email" not in data["user"]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"bio": "x"}, True),
        ({"locale": "zh-CN"}, True),
        ({"preferences": {"theme": "dark"}}, True),
        ({"display_name": ""}, False),
        ({}, False),
    ],
)
def test_what_nobody_sees_is_told_to_my_own_devices_alone(
    ann: Person, circle: None, published: Listen, fields: dict[str, Any], told: bool
) -> None:
    with published() as out:
        patch(ann, **fields)
    assert [e.user_id for e in out.envelopes] == [ann.id] * told
    assert out.to(ann.id) == [("me_updated", {})] * told


def test_across_a_block_only_name_and_picture_go(
    ann: Person, bob: Person, circle: None, published: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slots, "status_of", lambda ids: dict.fromkeys(ids, "online"))
    Block.objects.create(user=bob.user, blocked=ann.user)
    with published() as out:
        patch(ann, status_text="at home", display_name="New")
    (full, _, seen), (bare, _, hidden) = out.to_circles()
    assert full.except_users == [bob.id]
    assert bob.id not in full.users
    assert (seen["user"]["status"], seen["user"]["status_text"]) == ("online", "at home")
    assert (bare.users, bare.rooms) == ([bob.id], [])
    assert (hidden["user"]["status"], hidden["user"]["status_text"], hidden["user"]["display_name"]) == (
        "offline",
        "",
        "New",
    )


# ---- preferences

DEFAULTS = msgspec.to_builtins(Preferences())


def test_preferences_have_defaults(ann: Person) -> None:
    out = ann.api.get("/api/users/me").json()["preferences"]
    names = ("message_me", "find_me", "add_to_rooms", "last_seen")
    assert {out[name] for name in names} == {"everyone"}
    assert out["read_receipts"] is True
    assert out["client"] == {}


def test_preferences_change_one_by_one(ann: Person) -> None:
    patch(ann, preferences={"message_me": "nobody", "theme": "dark"})
    out = patch(ann, preferences={"read_receipts": False}).json()["preferences"]
    assert out == DEFAULTS | {"message_me": "nobody", "theme": "dark", "read_receipts": False}


@pytest.mark.parametrize(
    "given",
    [{"message_me": "friends"}, {"message_me": True}, {"read_receipts": "yes"}, {"admin": True}, {"client": []}],
)
def test_preferences_have_a_schema(ann: Person, given: dict[str, Any]) -> None:
    assert code_of(patch(ann, preferences=given)) == (400, "validation_error")


def test_clients_keep_their_own_things_key_by_key(ann: Person) -> None:
    patch(ann, preferences={"client": {"sidebar": {"width": 240}, "draft": [1, "二"]}})
    out = patch(ann, preferences={"client": {"draft": None, "zoom": 1.25}}).json()["preferences"]
    assert out["client"] == {"sidebar": {"width": 240}, "zoom": 1.25}


def test_clients_keep_no_more_than_16_kib(ann: Person) -> None:
    assert patch(ann, preferences={"client": {"a": "x" * 16_000}}).status_code == 200
    assert code_of(patch(ann, preferences={"client": {"b": "x" * 1000}})) == (400, "validation_error")
    assert patch(ann, preferences={"client": {"a": None, "b": "x" * 1000}}).status_code == 200


@pytest.mark.parametrize("raw", [b'{"preferences": {"client": {"x": 1e400}}}', b'{"preferences": {"client": {"": 1}}}'])
def test_odd_client_values_are_no_server_error(ann: Person, raw: bytes) -> None:
    assert ann.api.request("PATCH", "/api/users/me", raw=raw).status_code in (200, 400)
    assert ann.api.get("/api/users/me").status_code == 200


def test_deep_nesting_is_refused(ann: Person) -> None:
    raw = b'{"preferences": {"client": {"x": ' + b"[" * 5000 + b"]" * 5000 + b"}}}"
    assert code_of(ann.api.request("PATCH", "/api/users/me", raw=raw)) == (400, "validation_error")


def test_a_stored_value_of_another_time_counts_as_not_set() -> None:
    stored = {"theme": "sepia", "message_me": "nobody", "gone": 1}
    assert preferences.read(stored) == Preferences(message_me="nobody")


def test_preferences_are_nobody_elses_business(ann: Person, bob: Person) -> None:
    assert set(bob.api.get(f"/api/users/{ann.id}").json()) & {"preferences", "bio", "timezone", "is_staff"} == set()


def test_a_megabyte_is_too_large(ann: Person) -> None:
    raw = json.dumps({"bio": "x" * 1_100_000}).encode()
    assert code_of(ann.api.request("PATCH", "/api/users/me", raw=raw)) == (413, "too_large")


def test_strangers_have_no_me(api: Api) -> None:
    for method in ("GET", "PATCH", "DELETE"):
        assert code_of(api.request(method, "/api/users/me", {})) == (401, "authentication_failed")


def test_the_names_one_is_found_by_follow_the_name(meet: Meet) -> None:
    ann = meet("ann")
    patch(ann, display_name="张三")
    assert User.objects.get(pk=ann.id).name_search.split("\n") == ["ann", "张三", "zhangsan", "zs"]
