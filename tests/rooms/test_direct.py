"""Direct conversations: one room for two, found or made, unknown to the peer until something is said."""

from typing import Any

import pytest

from accounts.models import Block, User
from accounts.slots import circle_of
from chatsite.errors import ChatError
from messaging.schemas import SendBody
from messaging.services.send import draft, send, send_one
from rooms.models import Membership, Room
from tests.factories import make_room, make_user
from tests.people import Listen, Meet, Person, code_of
from tests.rooms.test_members import make_friends


def start(one: Person, other: Person) -> dict[str, Any]:
    response = one.api.post("/api/direct", {"user_id": other.id})
    assert response.status_code in (200, 201), response.json()
    room: dict[str, Any] = response.json()
    return room


def listed(person: Person) -> list[int]:
    return [room["id"] for room in person.api.get("/api/rooms/").json()["results"]]


def test_the_first_call_makes_the_room_and_the_second_finds_it(ann: Person, bob: Person) -> None:
    made, found = (ann.api.post("/api/direct", {"user_id": bob.id}) for _ in range(2))
    assert (made.status_code, found.status_code) == (201, 200)
    assert made.json() == found.json()
    room = made.json()
    assert (room["kind"], room["code"], room["name"], room["member_count"]) == ("direct", None, "", 2)
    assert (room["peer"]["id"], room["membership"]["role"]) == (bob.id, "member")


def test_both_sides_find_the_same_room_and_see_each_other(ann: Person, bob: Person) -> None:
    one, other = start(ann, bob), start(bob, ann)
    assert one["id"] == other["id"]
    assert (one["peer"]["id"], other["peer"]["id"]) == (bob.id, ann.id)
    assert Room.objects.count() == 1
    assert Membership.objects.count() == 2


def test_the_maker_sees_it_at_once_and_the_peer_with_the_first_message(
    ann: Person, bob: Person, published: Listen
) -> None:
    with published() as out:
        room = start(ann, bob)
    assert out.to(ann.id) == [("room_added", {"room": room})]
    assert out.attached(ann.id) == [(room["id"], 2)]
    assert out.to(bob.id) == []
    assert (listed(ann), listed(bob)) == ([room["id"]], [])
    assert code_of(bob.api.get(f"/api/rooms/{room['id']}")) == (404, "not_found")
    with published() as out:
        send_one(user_id=ann.id, room_id=room["id"], body=SendBody(content="hello"))
    assert listed(bob) == [room["id"]]
    ((kind, added),) = out.to(bob.id)
    assert (kind, added["room"]["peer"]["id"]) == ("room_added", ann.id)
    assert out.attached(bob.id) == [(room["id"], 2)]
    assert bob.api.get(f"/api/rooms/{room['id']}").json()["membership"]["unread_count"] == 1


def test_a_peer_who_opens_it_first_sees_it_from_then_on(ann: Person, bob: Person, published: Listen) -> None:
    room = start(ann, bob)
    with published() as out:
        opened = start(bob, ann)
    assert out.to(bob.id) == [("room_added", {"room": opened})]
    assert out.attached(bob.id) == [(room["id"], 2)]
    assert listed(bob) == [room["id"]]
    with published() as out:
        start(bob, ann)
    assert out.envelopes == []


def test_with_my_own_id_it_is_the_note_to_self(ann: Person, published: Listen) -> None:
    with published() as out:
        room = start(ann, ann)
    assert (room["member_count"], room["peer"]["id"], room["kind"]) == (1, ann.id, "direct")
    assert out.attached(ann.id) == [(room["id"], 1)]
    assert listed(ann) == [room["id"]]
    assert start(ann, ann)["id"] == room["id"]


def test_nobody_leaves_a_direct_room_or_changes_who_is_in_it_or_what_it_is(
    ann: Person, bob: Person, cat: Person
) -> None:
    at = f"/api/rooms/{start(ann, bob)['id']}"
    refused = [
        ann.api.post(f"{at}/leave"),
        ann.api.post(f"{at}/members", {"user_id": cat.id}),
        ann.api.delete(f"{at}/members/{bob.id}"),
        ann.api.patch(f"{at}/members/{bob.id}", {"role": "admin"}),
        ann.api.put(f"{at}/bans/{bob.id}"),
        ann.api.get(f"{at}/bans"),
        ann.api.post(f"{at}/invites"),
        ann.api.get(f"{at}/invites"),
        ann.api.post(f"{at}/transfer", {"user_id": bob.id}),
        ann.api.patch(at, {"name": "x"}),
        ann.api.delete(at),
    ]
    assert [code_of(r) for r in refused] == [(403, "permission_denied")] * len(refused)
    assert ann.api.patch(f"{at}/membership", {"pinned": True}).status_code == 200
    assert len(ann.api.get(f"{at}/members").json()["results"]) == 2


def test_a_direct_room_does_not_exist_for_others(ann: Person, bob: Person, cat: Person) -> None:
    at = f"/api/rooms/{start(ann, bob)['id']}"
    for path in (at, f"{at}/members", f"{at}/bans", f"{at}/invites"):
        assert code_of(cat.api.get(path)) == (404, "not_found")
    assert cat.api.get("/api/rooms/", scope="public").json()["results"] == []


@pytest.mark.parametrize("user_id", [2**53 - 1, 0, "1", None])
def test_nobody_is_not_written_to(ann: Person, user_id: Any) -> None:
    status, code = code_of(ann.api.post("/api/direct", {"user_id": user_id}))
    assert (status, code) == ((404, "not_found") if user_id == 2**53 - 1 else (400, "validation_error"))


def test_a_deleted_account_is_not_written_to(ann: Person) -> None:
    gone = make_user(deleted_at="2020-01-01T00:00:00Z", is_active=False)
    assert code_of(ann.api.post("/api/direct", {"user_id": gone.pk})) == (404, "not_found")


def test_a_block_cuts_both_directions(ann: Person, bob: Person) -> None:
    start(ann, bob)
    Block.objects.create(user=ann.user, blocked=bob.user)
    assert code_of(ann.api.post("/api/direct", {"user_id": bob.id})) == (403, "blocked")
    assert code_of(bob.api.post("/api/direct", {"user_id": ann.id})) == (403, "blocked")


def test_people_decide_who_may_write_to_them(ann: Person, meet: Meet) -> None:
    shut = meet(preferences={"message_me": "nobody"})
    shy, friend, colleague = (meet(preferences={"message_me": "contacts"}) for _ in range(3))
    make_friends(ann, friend)
    make_room(ann.user, members=[colleague.user])
    answers = [ann.api.post("/api/direct", {"user_id": p.id}).status_code for p in (shut, shy, friend, colleague)]
    assert answers == [403, 403, 201, 201]
    assert ann.api.post("/api/direct", {"user_id": shy.id}).json()["code"] == "permission_denied"


def test_a_room_left_behind_makes_no_contact(ann: Person, meet: Meet) -> None:
    shy = meet(preferences={"message_me": "contacts"})
    room = make_room(ann.user, members=[shy.user])
    shy.api.post(f"/api/rooms/{room.id}/leave")
    assert code_of(ann.api.post("/api/direct", {"user_id": shy.id})) == (403, "permission_denied")


def test_who_has_written_to_me_may_be_answered(ann: Person, meet: Meet) -> None:
    shut = meet(preferences={"message_me": "nobody"})
    room = start(shut, ann)
    assert start(ann, shut)["id"] == room["id"]


def test_a_silent_room_is_no_way_round_a_preference_made_later(ann: Person, bob: Person) -> None:
    start(ann, bob)
    bob.user.preferences = {"message_me": "nobody"}
    bob.user.save()
    assert code_of(ann.api.post("/api/direct", {"user_id": bob.id})) == (403, "permission_denied")


def test_who_may_not_write_any_more_may_repeat_what_they_have_sent(ann: Person, bob: Person) -> None:
    """An answer that was lost before the block: a refusal would say that nothing is stored."""
    first = write(ann, bob, "psst", "n1")
    Block.objects.create(user_id=bob.id, blocked_id=ann.id)
    assert write(ann, bob, "psst", "n1") == first
    assert write(ann, bob, "something else", "n1") == "conflict"
    assert write(ann, bob, "psst", "n2") == "blocked"
    Block.objects.all().delete()
    User.objects.filter(pk=bob.id).update(is_active=False)
    assert write(ann, bob, "psst", "n1") == first
    assert write(ann, bob, "psst", "n2") == "not_found"


def write(sender: Person, receiver: Person, content: str, nonce: str) -> int | str:
    """-> the id of the message, or the code of the refusal"""
    body = SendBody(content=content, nonce=nonce)
    (result,) = send([draft(user_id=sender.id, receiver_id=receiver.id, body=body)])
    return result.code if isinstance(result, ChatError) else result.message.id


def test_a_circle_is_rooms_peers_and_friends(
    ann: Person, bob: Person, cat: Person, meet: Meet, django_assert_num_queries: Any
) -> None:
    stranger, former = meet(), meet()
    room = make_room(ann.user)
    direct = start(ann, bob)
    start(stranger, ann)
    make_friends(ann, cat)
    make_friends(ann, former, accepted=False)
    gone = make_room(ann.user)
    make_room(stranger.user)
    ann.api.post(f"/api/rooms/{gone.id}/leave")
    with django_assert_num_queries(2):
        circle = circle_of(ann.id)
    assert sorted(circle.rooms) == sorted([room.id, direct["id"]])
    assert circle.users == sorted([bob.id, cat.id])
