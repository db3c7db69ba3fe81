"""What members do to each other, and what they may not."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import transaction
from django.utils.timezone import now

from accounts.models import Block, Friendship
from rooms.models import Ban, Membership, Room, RoomCounter
from rooms.rendering import memberships_of
from rooms.services import members, own
from rooms.services.members import kick
from rooms.services.rooms import room_for_member
from tests.factories import make_room, make_user
from tests.people import Listen, Meet, Person, code_of

LATER = "2999-01-01T00:00:00Z"


class Place:
    """A room with one of each rank: owner, two admins, two members; and a stranger, a former member, a banned one."""

    def __init__(self, meet: Meet, kind: str) -> None:
        self.people = {
            name: meet(name)
            for name in ("owner", "admin", "other_admin", "member", "other_member", "stranger", "former", "banned")
        }
        inside = [self[n].user for n in ("admin", "other_admin", "member", "other_member", "former", "banned")]
        self.room = make_room(self["owner"].user, kind=kind, members=inside)
        self.at = f"/api/rooms/{self.room.id}"
        for admin in ("admin", "other_admin"):
            self["owner"].api.patch(f"{self.at}/members/{self[admin].id}", {"role": "admin"})
        self["former"].api.post(f"{self.at}/leave")
        self["owner"].api.put(f"{self.at}/bans/{self['banned'].id}")

    def __getitem__(self, name: str) -> Person:
        return self.people[name]

    def role(self, name: str) -> str | None:
        row = Membership.objects.get(room_id=self.room.id, user_id=self[name].id)
        return row.role if row.is_current else None


@pytest.fixture(params=["public", "private"])
def place(meet: Meet, request: pytest.FixtureRequest) -> Place:
    return Place(meet, request.param)


OUTSIDERS = ("stranger", "former", "banned")


def refusal(place: Place, outsider: str) -> tuple[int, str]:
    if outsider == "banned":
        return 403, "permission_denied"
    unknown = outsider == "stranger" and place.room.kind == "private"
    return (404, "not_found") if unknown else (403, "not_a_member")


def all_writes(place: Place, target: Person, newcomer: Person) -> list[tuple[str, str, Any]]:
    at = place.at
    return [
        ("PATCH", at, {"name": "x"}),
        ("DELETE", at, None),
        ("POST", f"{at}/invites", {}),
        ("POST", f"{at}/members", {"user_id": newcomer.id}),
        ("PATCH", f"{at}/members/{target.id}", {"muted_until": LATER}),
        ("DELETE", f"{at}/members/{target.id}", None),
        ("PUT", f"{at}/bans/{target.id}", {}),
        ("DELETE", f"{at}/bans/{target.id}", None),
        ("PATCH", f"{at}/membership", {"pinned": True}),
        ("POST", f"{at}/transfer", {"user_id": target.id}),
        ("POST", f"{at}/leave", None),
    ]


@pytest.mark.parametrize("outsider", OUTSIDERS)
def test_outsiders_do_and_read_nothing(place: Place, outsider: str, cat: Person) -> None:
    before = RoomCounter.objects.get(room_id=place.room.id).version
    person = place[outsider]
    calls = all_writes(place, place["member"], cat)
    calls += [("GET", f"{place.at}/{what}", None) for what in ("members", "bans", "invites")]
    answers = [code_of(person.api.request(method, path, body)) for method, path, body in calls]
    assert answers == [refusal(place, outsider)] * len(calls)
    assert RoomCounter.objects.get(room_id=place.room.id).version == before


def test_members_list_members_by_pages(place: Place) -> None:
    first = place["member"].api.get(f"{place.at}/members", limit=3).json()
    second = place["member"].api.get(f"{place.at}/members", limit=3, cursor=first["next"]).json()
    found = {m["user"]["username"]: m["role"] for m in first["results"] + second["results"]}
    assert found == {
        "owner": "owner",
        "admin": "admin",
        "other_admin": "admin",
        "member": "member",
        "other_member": "member",
    }
    assert (len(first["results"]), second["next"]) == (3, None)


@pytest.mark.parametrize("cursor", ["x", "!!", "WyJhIl0", "W10"])
def test_a_cursor_that_is_none_is_refused(place: Place, cursor: str) -> None:
    assert code_of(place["owner"].api.get(f"{place.at}/members", cursor=cursor)) == (400, "validation_error")


# --- bringing people in


def test_members_add_people_to_public_rooms_and_only_managers_to_private_ones(place: Place, meet: Meet) -> None:
    answers = {
        name: place[name].api.post(f"{place.at}/members", {"user_id": meet().id}).status_code
        for name in ("owner", "admin", "member")
    }
    assert answers == {"owner": 204, "admin": 204, "member": 204 if place.room.kind == "public" else 403}


def test_an_added_person_is_attached_and_the_line_names_both(ann: Person, bob: Person, published: Listen) -> None:
    room = make_room(ann.user)
    with published() as out:
        assert ann.api.post(f"/api/rooms/{room.id}/members", {"user_id": bob.id}).status_code == 204
    assert [kind for _, kind, _ in out.of_room(room.id)] == ["member_joined", "new_message"]
    system = out.of_room(room.id)[1][2]["message"]["system"]
    assert (system["event"], system["actor"]["id"], system["target"]["id"]) == ("member_added", ann.id, bob.id)
    assert out.attached(bob.id) == [(room.id, 2)]


def test_adding_who_is_in_changes_nothing(place: Place, published: Listen) -> None:
    with published() as out:
        answer = place["owner"].api.post(f"{place.at}/members", {"user_id": place["member"].id})
    assert answer.status_code == 204
    assert out.envelopes == []


def test_the_banned_are_not_brought_in_by_the_back_door(place: Place) -> None:
    for name in ("owner", "member"):
        answer = place[name].api.post(f"{place.at}/members", {"user_id": place["banned"].id})
        assert code_of(answer) == (403, "permission_denied")


@pytest.mark.parametrize(
    "body", [{}, {"user_id": "1"}, {"user_id": 0}, {"user_id": 1.5}, {"user_id": 1, "role": "admin"}]
)
def test_an_addition_that_makes_no_sense_is_refused(ann: Person, body: dict[str, Any]) -> None:
    room = make_room(ann.user)
    assert code_of(ann.api.post(f"/api/rooms/{room.id}/members", body)) == (400, "validation_error")


def test_people_who_do_not_exist_or_are_gone_are_not_found(ann: Person) -> None:
    room = make_room(ann.user)
    gone = make_user(deleted_at="2020-01-01T00:00:00Z", is_active=False)
    for user_id in (2**53 - 1, gone.pk):
        assert code_of(ann.api.post(f"/api/rooms/{room.id}/members", {"user_id": user_id})) == (404, "not_found")


def test_who_is_blocked_on_either_side_is_not_added(ann: Person, bob: Person, cat: Person) -> None:
    room = make_room(ann.user)
    Block.objects.create(user=ann.user, blocked=bob.user)
    Block.objects.create(user=cat.user, blocked=ann.user)
    for person in (bob, cat):
        assert code_of(ann.api.post(f"/api/rooms/{room.id}/members", {"user_id": person.id})) == (403, "blocked")


def test_people_decide_who_may_add_them(ann: Person, meet: Meet) -> None:
    room = make_room(ann.user)
    shut = meet(preferences={"add_to_rooms": "nobody"})
    shy, friend, colleague, peer = (meet(preferences={"add_to_rooms": "contacts"}) for _ in range(4))
    make_friends(ann, friend)
    make_room(colleague.user, members=[ann.user])
    ann.api.post("/api/direct", {"user_id": peer.id})
    answers = [
        ann.api.post(f"/api/rooms/{room.id}/members", {"user_id": p.id}).status_code
        for p in (shut, shy, peer, friend, colleague)
    ]
    assert answers == [403, 403, 403, 204, 204]


def make_friends(one: Person, other: Person, *, accepted: bool = True) -> None:
    low, high = sorted((one.user, other.user), key=lambda u: u.pk)
    Friendship.objects.create(
        low=low, high=high, requested_by=one.user, accepted_at=one.user.date_joined if accepted else None
    )


def test_a_friend_request_alone_makes_no_contact(ann: Person, meet: Meet) -> None:
    asked = meet(preferences={"add_to_rooms": "contacts"})
    make_friends(ann, asked, accepted=False)
    room = make_room(ann.user)
    assert code_of(ann.api.post(f"/api/rooms/{room.id}/members", {"user_id": asked.id})) == (403, "permission_denied")


# --- roles, mutes, kicks, bans: only of lower roles

RANKS = {"owner": 2, "admin": 1, "other_admin": 1, "member": 0, "other_member": 0}
ACTS: dict[str, tuple[str, str, Any, int]] = {
    "mute": ("PATCH", "members", {"muted_until": LATER}, 200),
    "kick": ("DELETE", "members", None, 204),
    "ban": ("PUT", "bans", {}, 204),
}


@pytest.mark.parametrize("act", ACTS)
def test_one_mutes_kicks_and_bans_lower_roles_only(meet: Meet, act: str) -> None:
    place = Place(meet, "public")
    method, what, body, done = ACTS[act]
    for actor, target in product(RANKS, RANKS):
        may = RANKS[actor] > 0 and RANKS[actor] > RANKS[target]
        with transaction.atomic():
            answer = place[actor].api.request(method, f"{place.at}/{what}/{place[target].id}", body)
            row = Membership.objects.get(room_id=place.room.id, user_id=place[target].id)
            transaction.set_rollback(True)
        assert (row.muted_until is not None or not row.is_current) == may, (actor, target)
        assert answer.status_code == done if may else code_of(answer) == (403, "permission_denied"), (actor, target)


def test_nobody_unmutes_themselves(meet: Meet) -> None:
    place = Place(meet, "public")
    for name, by in (("admin", "owner"), ("member", "admin")):
        place[by].api.patch(f"{place.at}/members/{place[name].id}", {"muted_until": LATER})
        own = place[name].api.patch(f"{place.at}/members/{place[name].id}", {"muted_until": None})
        assert code_of(own) == (403, "permission_denied")


def test_only_the_owner_makes_admins_and_unmakes_them(meet: Meet) -> None:
    place = Place(meet, "public")
    target = f"{place.at}/members/{place['member'].id}"
    for name in ("admin", "member", "other_member"):
        assert code_of(place[name].api.patch(target, {"role": "admin"})) == (403, "permission_denied")
    assert place["owner"].api.patch(target, {"role": "admin"}).json()["role"] == "admin"
    assert place["owner"].api.patch(target, {"role": "member"}).json()["role"] == "member"
    own = place["owner"].api.patch(f"{place.at}/members/{place['owner'].id}", {"role": "member"})
    assert code_of(own) == (403, "permission_denied")


def test_a_new_role_is_told_to_all_and_its_owner_what_they_may_now(ann: Person, bob: Person, published: Listen) -> None:
    room = make_room(ann.user, members=[bob.user])
    with published() as out:
        member = ann.api.patch(f"/api/rooms/{room.id}/members/{bob.id}", {"role": "admin", "muted_until": LATER}).json()
    ((version, kind, data),) = out.of_room(room.id)
    assert (kind, data["member"]) == ("member_updated", member)
    assert (member["role"], member["muted_until"], member["version"]) == ("admin", LATER, version)
    assert out.to(bob.id)[0] == (
        "membership_updated",
        {"room_id": room.id, "membership": bob.api.get(f"/api/rooms/{room.id}").json()["membership"], "last_seq": 1},
    )
    assert RoomCounter.objects.get().access_version == version


def test_a_role_given_again_changes_nothing(ann: Person, bob: Person, published: Listen) -> None:
    room = make_room(ann.user, members=[bob.user])
    with published() as out:
        for body in ({}, {"role": "member"}, {"muted_until": None}):
            assert ann.api.patch(f"/api/rooms/{room.id}/members/{bob.id}", body).status_code == 200
    assert out.envelopes == []


@pytest.mark.parametrize(
    "body",
    [{"role": "owner"}, {"role": None}, {"muted_until": "soon"}, {"muted_until": "2999-01-01T00:00:00"}, {"x": 1}],
)
def test_a_standing_that_makes_no_sense_is_refused(ann: Person, bob: Person, body: dict[str, Any]) -> None:
    room = make_room(ann.user, members=[bob.user])
    assert code_of(ann.api.patch(f"/api/rooms/{room.id}/members/{bob.id}", body)) == (400, "validation_error")


def test_who_is_not_in_the_room_has_no_standing_in_it(place: Place) -> None:
    for name in OUTSIDERS:
        target = f"{place.at}/members/{place[name].id}"
        assert code_of(place["owner"].api.patch(target, {"role": "admin"})) == (404, "not_found")
        assert code_of(place["owner"].api.delete(target)) == (404, "not_found")
        transfer = place["owner"].api.post(f"{place.at}/transfer", {"user_id": place[name].id})
        assert code_of(transfer) == (404, "not_found")


def test_who_is_kicked_hears_that_and_no_more(ann: Person, bob: Person, published: Listen) -> None:
    room = make_room(ann.user, members=[bob.user])
    with published() as out:
        assert ann.api.delete(f"/api/rooms/{room.id}/members/{bob.id}").status_code == 204
    (version, kind, data), (_, _, line) = out.of_room(room.id)
    assert (kind, data["member"]["role"]) == ("member_left", None)
    system = line["message"]["system"]
    assert (system["event"], system["actor"]["id"], system["target"]["id"]) == ("member_kicked", ann.id, bob.id)
    farewell = {"type": "room_removed", "data": {"room_id": room.id, "reason": "kicked"}}
    assert out.detached(bob.id) == [(version, farewell)]
    assert RoomCounter.objects.get().access_version == version
    assert bob.api.post(f"/api/rooms/{room.id}/join").status_code == 200


def test_a_removed_members_links_stop_working(place: Place, cat: Person) -> None:
    link = place["admin"].api.post(f"{place.at}/invites").json()["token"]
    kept = place["other_admin"].api.post(f"{place.at}/invites").json()["token"]
    place["owner"].api.delete(f"{place.at}/members/{place['admin'].id}")
    assert code_of(cat.api.post(f"/api/invites/{link}/accept")) == (404, "not_found")
    assert cat.api.post(f"/api/invites/{kept}/accept").status_code == 200


# --- bans


def test_who_is_banned_goes_and_stays_out_until_let_in_again(ann: Person, bob: Person, published: Listen) -> None:
    room = make_room(ann.user, members=[bob.user])
    with published() as out:
        assert ann.api.put(f"/api/rooms/{room.id}/bans/{bob.id}").status_code == 204
    (version, kind, _), (_, _, line) = out.of_room(room.id)
    assert (kind, line["message"]["system"]["event"]) == ("member_left", "member_banned")
    farewell = {"type": "room_removed", "data": {"room_id": room.id, "reason": "banned"}}
    assert out.detached(bob.id) == [(version, farewell)]
    assert code_of(bob.api.post(f"/api/rooms/{room.id}/join")) == (403, "permission_denied")
    assert ann.api.delete(f"/api/rooms/{room.id}/bans/{bob.id}").status_code == 204
    assert bob.api.post(f"/api/rooms/{room.id}/join").status_code == 200


def test_a_ban_ends_by_itself(ann: Person, bob: Person) -> None:
    room = make_room(ann.user, members=[bob.user])
    ann.api.put(f"/api/rooms/{room.id}/bans/{bob.id}", {"until": "2999-01-01T00:00:00Z"})
    assert code_of(bob.api.post(f"/api/rooms/{room.id}/join")) == (403, "permission_denied")
    Ban.objects.update(until="2020-01-01T00:00:00Z")
    assert ann.api.get(f"/api/rooms/{room.id}/bans").json()["results"] == []
    assert bob.api.post(f"/api/rooms/{room.id}/join").status_code == 200


def test_managers_list_the_banned_newest_first_and_others_do_not(place: Place, meet: Meet) -> None:
    place["admin"].api.put(f"{place.at}/bans/{place['stranger'].id}", {"until": LATER})
    first = place["admin"].api.get(f"{place.at}/bans", limit=1).json()
    second = place["admin"].api.get(f"{place.at}/bans", limit=1, cursor=first["next"]).json()
    rows = [(b["user"]["username"], b["until"], b["created_by"]) for b in first["results"] + second["results"]]
    assert rows == [("stranger", LATER, place["admin"].id), ("banned", None, place["owner"].id)]
    assert second["next"] is None
    assert code_of(place["member"].api.get(f"{place.at}/bans")) == (403, "permission_denied")


def test_a_second_ban_replaces_the_first(place: Place) -> None:
    for until in (LATER, None):
        assert place["owner"].api.put(f"{place.at}/bans/{place['banned'].id}", {"until": until}).status_code == 204
    (row,) = place["owner"].api.get(f"{place.at}/bans").json()["results"]
    assert row["until"] is None


def test_bans_that_make_no_sense_are_refused(place: Place) -> None:
    at = f"{place.at}/bans/{place['member'].id}"
    for body in ({"until": "2020-01-01T00:00:00Z"}, {"until": 5}, {"for": "ever"}):
        assert code_of(place["owner"].api.put(at, body)) == (400, "validation_error")
    assert code_of(place["owner"].api.put(f"{place.at}/bans/999999999")) == (404, "not_found")
    assert code_of(place["owner"].api.delete(f"{place.at}/bans/{place['member'].id}")) == (404, "not_found")
    assert code_of(place["member"].api.delete(f"{place.at}/bans/{place['banned'].id}")) == (403, "permission_denied")


# --- ownership


def test_the_owner_hands_the_room_on_and_stays_as_admin(place: Place, published: Listen) -> None:
    place["owner"].api.patch(f"{place.at}/members/{place['member'].id}", {"muted_until": LATER})
    with published() as out:
        answer = place["owner"].api.post(f"{place.at}/transfer", {"user_id": place["member"].id})
    assert answer.status_code == 204
    assert (place.role("owner"), place.role("member")) == ("admin", "owner")
    assert Membership.objects.filter(room_id=place.room.id, role="owner").count() == 1
    assert [kind for _, kind, _ in out.of_room(place.room.id)] == ["member_updated", "member_updated", "new_message"]
    assert out.to(place["owner"].id)[0][1]["membership"]["role"] == "admin"
    mine = out.to(place["member"].id)[0][1]["membership"]
    assert (mine["role"], mine["muted_until"]) == ("owner", None)


def test_nobody_else_hands_the_room_on_and_the_owner_not_to_themselves(place: Place) -> None:
    for name in ("admin", "member"):
        answer = place[name].api.post(f"{place.at}/transfer", {"user_id": place[name].id})
        assert code_of(answer) == (403, "permission_denied")
    answer = place["owner"].api.post(f"{place.at}/transfer", {"user_id": place["owner"].id})
    assert code_of(answer) == (400, "validation_error")


# --- one's own settings


def test_who_is_taken_out_while_changing_their_own_settings_is_told_so(
    ann: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = make_room(ann.user, members=[bob.user])

    def at_the_wrong_moment(user_id: int, room_ids: list[int]) -> Any:
        monkeypatch.undo()
        kick(user_id=ann.id, room_id=room.id, member_id=bob.id)
        return memberships_of(user_id, room_ids)

    monkeypatch.setattr("rooms.rendering.memberships_of", at_the_wrong_moment)
    answer = bob.api.patch(f"/api/rooms/{room.id}/membership", {"pinned": True})
    assert code_of(answer) == (403, "not_a_member")


def test_my_own_settings_concern_my_own_connections_only(ann: Person, bob: Person, published: Listen) -> None:
    room = make_room(ann.user, members=[bob.user])
    with published() as out:
        mine = bob.api.patch(
            f"/api/rooms/{room.id}/membership", {"notify": "none", "notify_until": LATER, "pinned": True}
        ).json()
    assert (mine["notify"], mine["notify_until"], mine["pinned_at"] is not None) == ("none", LATER, True)
    assert [(e.user_id, e.first) for e in out.envelopes] == [(bob.id, 0)]
    assert out.to(bob.id) == [("membership_updated", {"room_id": room.id, "membership": mine, "last_seq": 1})]
    assert bob.api.get(f"/api/rooms/{room.id}").json()["membership"] == mine
    assert ann.api.get(f"/api/rooms/{room.id}").json()["membership"]["notify"] == "all"


def test_a_new_notify_without_an_end_holds_for_good(ann: Person) -> None:
    at = f"/api/rooms/{make_room(ann.user).id}/membership"
    ann.api.patch(at, {"notify": "none", "notify_until": LATER})
    assert ann.api.patch(at, {"notify": "mentions"}).json()["notify_until"] is None
    assert ann.api.patch(at, {"notify_until": LATER}).json()["notify"] == "mentions"


def test_what_two_devices_set_at_once_is_both_kept(ann: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    room = make_room(ann.user)
    at = f"/api/rooms/{room.id}/membership"

    def at_the_wrong_moment(user_id: int, room_id: int) -> Any:
        found = room_for_member(user_id, room_id)
        monkeypatch.undo()
        ann.ok("PATCH", at, {"notify": "none"})
        return found

    monkeypatch.setattr(own, "room_for_member", at_the_wrong_moment)
    mine = ann.ok("PATCH", at, {"pinned": True})
    assert (mine["notify"], mine["pinned_at"] is not None) == ("none", True)


def test_news_of_ones_standing_put_back_nothing_that_one_has_read(
    ann: Person, bob: Person, published: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = make_room(ann.user, members=[bob.user])
    ann.say(room)

    member = members.member

    def at_the_wrong_moment(room_id: int, user_id: int) -> Membership:
        found = member(room_id, user_id)
        bob.ok("POST", f"/api/rooms/{room.id}/read", {"seq": 2})
        return found

    monkeypatch.setattr(members, "member", at_the_wrong_moment)
    with published() as out:
        ann.ok("PATCH", f"/api/rooms/{room.id}/members/{bob.id}", {"muted_until": LATER})
    told = [data["membership"] for kind, data in out.to(bob.id) if kind == "membership_updated"]
    assert told == [bob.membership(room)]


def test_settings_set_again_tell_nobody(ann: Person, published: Listen) -> None:
    at = f"/api/rooms/{make_room(ann.user).id}/membership"
    first = ann.api.patch(at, {"pinned": True}).json()
    with published() as out:
        assert ann.api.patch(at, {"pinned": True}).json() == ann.api.patch(at, {}).json() == first
    assert out.envelopes == []
    assert ann.api.patch(at, {"pinned": False}).json()["pinned_at"] is None


def test_a_quiet_while_is_over_by_itself(ann: Person) -> None:
    room = make_room(ann.user)
    at = f"/api/rooms/{room.id}"
    ann.api.patch(f"{at}/membership", {"notify": "none", "notify_until": LATER})
    Membership.objects.filter(user_id=ann.id).update(notify_until=now() - timedelta(seconds=1))
    mine = ann.api.get(at).json()["membership"]
    assert (mine["notify"], mine["notify_until"]) == ("all", None)
    mine = ann.api.patch(f"{at}/membership", {"notify_until": LATER}).json()
    assert (mine["notify"], mine["notify_until"]) == ("all", LATER)


@pytest.mark.parametrize(
    "body", [{"notify": "loud"}, {"notify": None}, {"pinned": 1}, {"notify_until": 5}, {"role": "owner"}]
)
def test_own_settings_that_make_no_sense_are_refused(ann: Person, body: dict[str, Any]) -> None:
    room: Room = make_room(ann.user)
    assert code_of(ann.api.patch(f"/api/rooms/{room.id}/membership", body)) == (400, "validation_error")
