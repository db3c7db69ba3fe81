"""Links into a room: who makes them, whom they let in, and when they end."""

from typing import Any

import pytest

from rooms.models import Invite
from tests.factories import make_room
from tests.people import Listen, Meet, Person, code_of

LATER = "2999-01-01T00:00:00Z"


def test_a_link_lets_people_into_a_private_room(ann: Person, bob: Person, settings: Any, published: Listen) -> None:
    settings.PUBLIC_URL = "https://chat.example"
    room = make_room(ann.user, kind="private")
    made = ann.api.post(f"/api/rooms/{room.id}/invites", {"max_uses": 2, "expires_at": LATER})
    invite = made.json()
    assert made.status_code == 201
    assert len(invite["token"]) == 43
    assert invite["url"] == f"https://chat.example/invite/{invite['token']}"
    assert (invite["max_uses"], invite["expires_at"], invite["uses"], invite["created_by"]) == (2, LATER, 0, ann.id)
    with published() as out:
        entered = bob.api.post(f"/api/invites/{invite['token']}/accept")
    assert entered.status_code == 200
    assert (entered.json()["id"], entered.json()["membership"]["role"]) == (room.id, "member")
    assert [kind for _, kind, _ in out.of_room(room.id)] == ["member_joined", "new_message"]
    assert out.attached(bob.id) == [(room.id, 2)]
    assert ann.api.get(f"/api/rooms/{room.id}/invites").json()["results"][0]["uses"] == 1


def test_a_link_without_bounds_lets_everybody_in(ann: Person, meet: Meet) -> None:
    room = make_room(ann.user, kind="private")
    invite = ann.api.post(f"/api/rooms/{room.id}/invites").json()
    assert (invite["max_uses"], invite["expires_at"]) == (None, None)
    for _ in range(3):
        assert meet().api.post(f"/api/invites/{invite['token']}/accept").status_code == 200


def test_only_managers_make_links_into_private_rooms_and_any_member_into_public_ones(ann: Person, bob: Person) -> None:
    public = make_room(ann.user, members=[bob.user])
    private = make_room(ann.user, kind="private", members=[bob.user])
    assert bob.api.post(f"/api/rooms/{public.id}/invites").status_code == 201
    assert code_of(bob.api.post(f"/api/rooms/{private.id}/invites")) == (403, "permission_denied")
    assert code_of(bob.api.get(f"/api/rooms/{private.id}/invites")) == (403, "permission_denied")
    ann.api.patch(f"/api/rooms/{private.id}/members/{bob.id}", {"role": "admin"})
    assert bob.api.post(f"/api/rooms/{private.id}/invites").status_code == 201


def test_a_used_up_link_lets_nobody_in_but_those_who_are(ann: Person, bob: Person, cat: Person) -> None:
    room = make_room(ann.user, kind="private")
    token = ann.api.post(f"/api/rooms/{room.id}/invites", {"max_uses": 1}).json()["token"]
    assert ann.api.post(f"/api/invites/{token}/accept").status_code == 200
    assert bob.api.post(f"/api/invites/{token}/accept").status_code == 200
    assert bob.api.post(f"/api/invites/{token}/accept").status_code == 200
    assert code_of(cat.api.post(f"/api/invites/{token}/accept")) == (404, "not_found")
    assert Invite.objects.get().uses == 1
    assert ann.api.get(f"/api/rooms/{room.id}/invites").json()["results"] == []


def test_an_expired_link_is_not_found(ann: Person, bob: Person) -> None:
    room = make_room(ann.user)
    token = ann.api.post(f"/api/rooms/{room.id}/invites", {"expires_at": LATER}).json()["token"]
    Invite.objects.update(expires_at="2020-01-01T00:00:00Z")
    assert code_of(bob.api.post(f"/api/invites/{token}/accept")) == (404, "not_found")


def test_a_revoked_link_is_not_found(ann: Person, bob: Person) -> None:
    room = make_room(ann.user)
    invite = ann.api.post(f"/api/rooms/{room.id}/invites").json()
    assert ann.api.delete(f"/api/rooms/{room.id}/invites/{invite['id']}").status_code == 204
    assert code_of(bob.api.post(f"/api/invites/{invite['token']}/accept")) == (404, "not_found")
    assert code_of(ann.api.delete(f"/api/rooms/{room.id}/invites/{invite['id']}")) == (404, "not_found")


def test_the_banned_do_not_enter_by_link(ann: Person, bob: Person) -> None:
    room = make_room(ann.user, kind="private", members=[bob.user])
    token = ann.api.post(f"/api/rooms/{room.id}/invites", {"max_uses": 1}).json()["token"]
    ann.api.put(f"/api/rooms/{room.id}/bans/{bob.id}")
    assert code_of(bob.api.post(f"/api/invites/{token}/accept")) == (403, "permission_denied")
    assert Invite.objects.get().uses == 0


@pytest.mark.parametrize("token", ["x", "A" * 43, "%00", "é" * 20, "A" * 65])
def test_an_unknown_link_is_not_found(ann: Person, token: str) -> None:
    assert ann.api.post(f"/api/invites/{token}/accept").status_code == 404


@pytest.mark.parametrize(
    "body",
    [{"max_uses": 0}, {"max_uses": "1"}, {"max_uses": 2**40}, {"expires_at": "2020-01-01T00:00:00Z"}, {"token": "x"}],
)
def test_links_that_make_no_sense_are_refused(ann: Person, body: dict[str, Any]) -> None:
    room = make_room(ann.user)
    assert code_of(ann.api.post(f"/api/rooms/{room.id}/invites", body)) == (400, "validation_error")


def test_members_see_and_revoke_their_own_links_and_managers_all(ann: Person, bob: Person, cat: Person) -> None:
    room = make_room(ann.user, members=[bob.user, cat.user])
    at = f"/api/rooms/{room.id}/invites"
    anns, bobs = ann.api.post(at).json(), bob.api.post(at).json()
    assert [i["id"] for i in ann.api.get(at).json()["results"]] == [bobs["id"], anns["id"]]
    assert [i["id"] for i in bob.api.get(at).json()["results"]] == [bobs["id"]]
    assert cat.api.get(at).json()["results"] == []
    assert code_of(bob.api.delete(f"{at}/{anns['id']}")) == (404, "not_found")
    assert ann.api.delete(f"{at}/{bobs['id']}").status_code == 204


def test_a_link_is_revoked_in_its_own_room_only(ann: Person, bob: Person) -> None:
    room, others = make_room(ann.user), make_room(bob.user)
    invite = bob.api.post(f"/api/rooms/{others.id}/invites").json()
    assert code_of(ann.api.delete(f"/api/rooms/{room.id}/invites/{invite['id']}")) == (404, "not_found")


def test_links_come_in_pages(ann: Person) -> None:
    at = f"/api/rooms/{make_room(ann.user).id}/invites"
    ids = [ann.api.post(at).json()["id"] for _ in range(3)]
    first = ann.api.get(at, limit=2).json()
    second = ann.api.get(at, limit=2, cursor=first["next"]).json()
    assert [i["id"] for i in first["results"] + second["results"]] == ids[::-1]
    assert second["next"] is None


def test_whoever_holds_a_link_sees_where_it_leads(ann: Person, bob: Person, client: Any) -> None:
    room = make_room(ann.user, kind="private", members=[bob.user], name="设计组")
    token = ann.api.post(f"/api/rooms/{room.id}/invites", {"max_uses": 1}).json()["token"]
    seen = client.get(f"/api/invites/{token}").json()
    assert (seen["name"], seen["kind"], seen["member_count"]) == ("设计组", "private", 2)
    assert seen["invited_by"]["id"] == ann.id
    assert "email" not in seen["invited_by"]


def test_a_link_that_leads_nowhere_tells_nothing(ann: Person, cat: Person, client: Any) -> None:
    room = make_room(ann.user, kind="private")
    used, revoked = (ann.api.post(f"/api/rooms/{room.id}/invites", {"max_uses": 1}).json() for _ in range(2))
    cat.api.post(f"/api/invites/{used['token']}/accept")
    ann.api.delete(f"/api/rooms/{room.id}/invites/{revoked['id']}")
    for token in (used["token"], revoked["token"], "never-made"):
        assert code_of(client.get(f"/api/invites/{token}")) == (404, "not_found")
