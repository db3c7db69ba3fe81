"""My rooms and the directory; every list and answer costs as many queries for fifty rows as for two."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from chatsite.api.pagination import to_cursor
from messaging.schemas import SendBody
from messaging.services.send import send_one
from rooms.models import RoomCounter
from tests.conftest import Api
from tests.factories import make_room, make_user
from tests.people import Meet, Person, code_of


def names(response: Any) -> list[str]:
    return [room["name"] for room in response.json()["results"]]


def test_my_rooms_come_latest_activity_first(ann: Person, bob: Person) -> None:
    for age, name in enumerate(("new", "old", "older")):
        room = make_room(ann.user, name=name)
        RoomCounter.objects.filter(room_id=room.id).update(last_message_at=now() - timedelta(days=age))
    make_room(bob.user, name="not mine")
    ann.api.post(f"/api/rooms/{make_room(ann.user, name='left').id}/leave")
    fresh = make_room(ann.user, name="silent, just made")
    assert names(ann.api.get("/api/rooms/")) == ["silent, just made", "new", "old", "older"]
    assert ann.api.get("/api/rooms").json() == {"results": ann.api.get("/api/rooms/").json()["results"], "next": None}
    assert ann.api.get("/api/rooms/").json()["results"][0] == ann.api.get(f"/api/rooms/{fresh.id}").json()


def test_a_room_shows_its_newest_message_to_members_only(ann: Person, bob: Person, cat: Person) -> None:
    room = make_room(ann.user, members=[bob.user])
    send_one(user_id=ann.id, room_id=room.id, body=SendBody(content="the kettle is on"))
    seen = bob.api.get("/api/rooms/").json()["results"][0]
    assert seen["last_message"]["content"] == "the kettle is on"
    assert seen["membership"]["unread_count"] == 1
    (card,) = cat.api.get("/api/rooms/", scope="public").json()["results"]
    assert card["last_message"] is card["membership"] is None
    assert card["member_count"] == 2


def test_archived_rooms_stay_in_my_list_and_leave_the_directory(ann: Person) -> None:
    room = make_room(ann.user, name="Tea")
    ann.api.delete(f"/api/rooms/{room.id}")
    assert names(ann.api.get("/api/rooms/")) == ["Tea"]
    assert names(ann.api.get("/api/rooms/", scope="public")) == []


def test_the_directory_shows_public_rooms_by_name_in_pages(ann: Person, bob: Person) -> None:
    for name in ("Cocoa", "Apple", "Berry", "Berry"):
        make_room(ann.user, name=name)
    make_room(ann.user, name="Hidden", kind="private")
    first = bob.api.get("/api/rooms/", scope="public", limit=3)
    second = bob.api.get("/api/rooms/", scope="public", limit=3, cursor=first.json()["next"])
    assert names(first) + names(second) == ["Apple", "Berry", "Berry", "Cocoa"]
    assert second.json()["next"] is None


def test_the_directory_is_searched_by_part_of_the_name_and_by_code(ann: Person, bob: Person) -> None:
    tea = make_room(ann.user, name="Tea 100% 茶")
    make_room(ann.user, name="Coffee")
    for q in ("tea", "茶", "0%", tea.code):
        assert names(bob.api.get("/api/rooms/", scope="public", q=q)) == ["Tea 100% 茶"]
    assert names(bob.api.get("/api/rooms/", scope="public", q="1%0")) == []
    assert len(names(bob.api.get("/api/rooms/", scope="public", q=" "))) == 2


@pytest.mark.parametrize("number", [2**53, 2**63, 2**64 - 1, 10**30, -(10**30)])
def test_a_cursor_beyond_all_ids_breaks_nothing(ann: Person, number: int) -> None:
    at = f"/api/rooms/{make_room(ann.user).id}"
    for path in ("members", "bans", "invites"):
        assert ann.api.get(f"{at}/{path}", cursor=to_cursor(number)).status_code == 200
    assert ann.api.get("/api/rooms/", scope="public", cursor=to_cursor("room", number)).status_code == 200


def test_a_search_longer_than_any_name_finds_nothing(ann: Person) -> None:
    make_room(ann.user)
    assert names(ann.api.get("/api/rooms/", scope="public", q="x" * 60_000)) == []


@pytest.mark.parametrize("query", [{"cursor": "x"}, {"limit": "x"}, {"limit": "1.5"}])
def test_a_page_that_makes_no_sense_is_refused(ann: Person, query: dict[str, str]) -> None:
    assert code_of(ann.api.get("/api/rooms/", scope="public", **query)) == (400, "validation_error")


def test_limits_are_clamped(ann: Person) -> None:
    for _ in range(2):
        make_room(ann.user)
    assert len(names(ann.api.get("/api/rooms/", scope="public", limit=0))) == 1
    assert len(names(ann.api.get("/api/rooms/", scope="public", limit=10**9))) == 2


# --- queries

QUERIES_MAX = 16  # of any list, who is calling included


def queries(call: Callable[[], Any]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert call().status_code < 300
    return len(caught)


def populate(ann: Person, count: int) -> None:
    """`count` rooms of ann's with a message each, `count` conversations, a room with `count` of everything."""
    for _ in range(count):
        room = make_room(ann.user)
        send_one(user_id=ann.id, room_id=room.id, body=SendBody(content="x"))
        ann.api.post("/api/direct", {"user_id": make_user().pk})
    big = make_room(ann.user, name="big", members=[make_user() for _ in range(count)])
    for _ in range(count):
        ann.api.put(f"/api/rooms/{big.id}/bans/{make_user().pk}")
        ann.api.post(f"/api/rooms/{big.id}/invites")


PATHS = ["", "?scope=public", "{big}", "{big}/members", "{big}/bans", "{big}/invites"]


def test_fifty_rows_cost_as_many_queries_as_two(ann: Person) -> None:
    def costs() -> dict[str, int]:
        big = ann.api.get("/api/rooms/", scope="public", q="big").json()["results"][-1]["id"]
        return {p: queries(lambda p=p: Api(ann.api.token).get(f"/api/rooms/{p.format(big=big)}")) for p in PATHS}

    populate(ann, 2)
    few = costs()
    populate(ann, 50)
    assert costs() == few
    assert max(few.values()) <= QUERIES_MAX


WRITES: dict[str, tuple[str, str, Any]] = {
    "rename": ("PATCH", "", {"name": "other"}),
    "archive": ("DELETE", "", None),
    "join": ("POST", "/join", None),
    "leave": ("POST", "/leave", None),
    "add": ("POST", "/members", {"user_id": "{stranger}"}),
    "promote": ("PATCH", "/members/{member}", {"role": "admin"}),
    "kick": ("DELETE", "/members/{member}", None),
    "ban": ("PUT", "/bans/{member}", {}),
    "transfer": ("POST", "/transfer", {"user_id": "{member}"}),
    "membership": ("PATCH", "/membership", {"pinned": True}),
    "invite": ("POST", "/invites", {}),
}


@pytest.mark.parametrize("act", WRITES)
def test_a_change_costs_the_same_in_large_rooms(ann: Person, meet: Meet, act: str) -> None:
    def cost(size: int) -> int:
        member, stranger = meet(), meet()
        room = make_room(ann.user, members=[member.user, *(make_user() for _ in range(size - 2))])
        ids = {"member": member.id, "stranger": stranger.id}
        method, path, body = WRITES[act]
        body = body and {k: ids.get(str(v).strip("{}"), v) for k, v in body.items()}
        by = {"join": stranger, "leave": member}.get(act, ann)
        return queries(lambda: by.api.request(method, f"/api/rooms/{room.id}{path.format(**ids)}", body))

    assert cost(2) == cost(50)
