"""Pages that this process has encoded: the database says for each request whether one still counts."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils.timezone import now
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import NamesVersion, Session, User
from accounts.schemas import SenderOut
from accounts.services.deletion import nameless
from messaging import recent
from messaging.models import Epoch, Message
from messaging.ready_pages import ReadyPages, ready_pages
from messaging.services.retention import delete_old_of
from rooms.models import Membership, Room
from rooms.services.joining import join
from tests.conftest import Api
from tests.people import Json, Person, queries_of

STAMP = (1, 1, None, None)


@pytest.fixture
def said(ann: Person, bob: Person, room: Room) -> Json:
    """What Ann said, what Bob answered, and the page that shows both."""
    message = ann.say(room, "the original")
    bob.say(room, "the answer", reply_to=message["id"])
    ann.page(room)
    return message


def test_a_page_that_stands_is_one_statement(ann: Person, room: Room, said: Json) -> None:
    """Whether the session stands, and where the room stands for this member."""
    assert len(queries_of(lambda: ann.page(room))) == 1


def test_it_is_ready_for_every_member(ann: Person, bob: Person, room: Room, said: Json) -> None:
    assert len(queries_of(lambda: bob.page(room))) == 1
    assert bob.page(room) == ann.page(room)


def _picture(person: Person) -> None:
    person.user.avatar = "picture.webp"
    person.user.save(update_fields=["avatar"])


def _deleted_for_its_age(ann: Person, room: Room, said: Json) -> None:
    ann.ok("PATCH", f"/api/rooms/{room.id}", {"rules": {"keep_days": 30}})
    ann.page(room, limit=1)
    Message.objects.in_room(room.id).filter(seq__lte=said["seq"]).update(created_at=now() - timedelta(days=100))
    assert delete_old_of(room.id)


CHANGES: dict[str, Callable[[Person, Person, Room, Json], object]] = {
    "message": lambda ann, bob, room, said: bob.say(room, "more"),
    "edit": lambda ann, bob, room, said: ann.ok("PATCH", f"/api/messages/{said['id']}", {"content": "else"}),
    "recall": lambda ann, bob, room, said: ann.ok("POST", f"/api/messages/{said['id']}/recall"),
    "reaction": lambda ann, bob, room, said: bob.ok("PUT", f"/api/messages/{said['id']}/reactions/👍"),
    "pin": lambda ann, bob, room, said: ann.ok("PUT", f"/api/messages/{said['id']}/pin"),
    "name": lambda ann, bob, room, said: bob.ok("PATCH", "/api/users/me", {"display_name": "Roberta"}),
    "picture": lambda ann, bob, room, said: _picture(bob),
    "account deleted": lambda ann, bob, room, said: nameless(bob.user),
    "deleted for its age": lambda ann, bob, room, said: _deleted_for_its_age(ann, room, said),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_each_change_shows_at_once(kind: str, ann: Person, bob: Person, room: Room, said: Json) -> None:
    before = ann.page(room)
    CHANGES[kind](ann, bob, room, said)
    after = ann.page(room)
    assert after != before
    ready_pages.forget()
    assert ann.page(room) == after


def test_an_answer_to_what_is_deleted_for_its_age_shows_nothing_of_it(ann: Person, room: Room, said: Json) -> None:
    """The answer itself, and where the page begins, are the same as before."""
    ann.page(room, limit=1)
    _deleted_for_its_age(ann, room, said)
    (answer,) = ann.page(room, limit=1)["results"]
    assert answer["reply_to"]["excerpt"] == ""


def test_names_that_never_came_to_be_show_nowhere(ann: Person, bob: Person, room: Room, said: Json) -> None:
    with suppress(InterruptedError), transaction.atomic():
        bob.user.display_name = "Roberta"
        bob.user.save(update_fields=["display_name"])
        assert ann.page(room)["results"][-1]["sender"]["display_name"] == "Roberta"
        raise InterruptedError
    assert ann.page(room)["results"][-1]["sender"]["display_name"] == "bob"


def test_a_restored_backup_begins_anew_though_all_its_numbers_were_here_before(ann: Person, room: Room) -> None:
    ann.say(room, "in one life")
    ann.page(room)
    Message.objects.in_room(room.id).filter(kind="text").update(content="in another")
    recent.flush()
    recent.forget([room.id])
    assert ann.page(room)["results"][-1]["content"] == "in one life"
    Epoch.objects.update_or_create(pk=1, defaults={"value": "another"})
    assert ann.page(room)["results"][-1]["content"] == "in another"


@pytest.mark.parametrize("field", ["username", "display_name", "avatar", "is_bot"])
def test_whatever_is_shown_of_people_makes_pages_old(field: str, bob: Person) -> None:
    assert set(SenderOut.__struct_fields__) == {"id", "username", "display_name", "avatar_url", "is_bot"}
    before = NamesVersion.current() or 0
    bob.user.save(update_fields=[field])
    bob.user.save(update_fields=["bio", "last_seen_at"])
    assert NamesVersion.current() == before + 1


def test_who_has_left_and_who_came_late_get_what_is_theirs(ann: Person, bob: Person, cat: Person, room: Room) -> None:
    ann.say(room, "before")
    ann.ok("PATCH", f"/api/rooms/{room.id}", {"rules": {"history": "since_joining"}})
    assert ann.page(room)["results"]
    join(user_id=cat.id, room_id=room.id)
    ann.page(room)
    assert "before" not in [message["content"] for message in cat.page(room)["results"]]
    assert cat.page(room)["has_before"] is False
    ann.ok("DELETE", f"/api/rooms/{room.id}/members/{bob.id}")
    ann.page(room)
    assert bob.refused("GET", f"/api/rooms/{room.id}/messages")[0] == 403


def _sign_out(person: Person) -> None:
    Session.objects.filter(user=person.user).update(revoked_at=now())


def _disable(person: Person) -> None:
    User.objects.filter(pk=person.id).update(is_active=False)


def _leave(person: Person, room: Room) -> None:
    person.ok("POST", f"/api/rooms/{room.id}/leave")


def _hide(person: Person, room: Room) -> None:
    """As a direct room is to its other side before the first message."""
    Room.objects.filter(pk=room.id).update(kind=Room.DIRECT)
    Membership.objects.filter(room_id=room.id, user_id=person.id).update(is_hidden=True)


# what happened to Bob, what he asks for, and what he is told
REFUSALS: dict[str, tuple[list[Callable[[Person, Person, Room], object]], Json, tuple[int, str]]] = {
    "signed out": ([lambda ann, bob, room: _sign_out(bob)], {}, (401, "authentication_failed")),
    "disabled": ([lambda ann, bob, room: _disable(bob)], {}, (401, "authentication_failed")),
    "left": ([lambda ann, bob, room: _leave(bob, room)], {}, (403, "not_a_member")),
    "banned": (
        [lambda ann, bob, room: ann.ok("PUT", f"/api/rooms/{room.id}/bans/{bob.id}", {})],
        {},
        (403, "permission_denied"),
    ),
    "hidden": ([lambda ann, bob, room: _hide(bob, room)], {}, (404, "not_found")),
    "gone in every way": (
        [lambda ann, bob, room: _leave(bob, room), lambda ann, bob, room: _sign_out(bob)],
        {},
        (401, "authentication_failed"),
    ),
    "signed out and odd": ([lambda ann, bob, room: _sign_out(bob)], {"limit": "x"}, (401, "authentication_failed")),
    "a member and odd": ([], {"limit": "x"}, (400, "validation_error")),
    "left and odd": ([lambda ann, bob, room: _leave(bob, room)], {"limit": "x"}, (400, "validation_error")),
}


@pytest.mark.parametrize("kind", REFUSALS)
def test_a_ready_page_opens_no_door(kind: str, ann: Person, bob: Person, room: Room, said: Json) -> None:
    assert bob.page(room)["results"]
    happened, asked, told = REFUSALS[kind]
    for happen in happened:
        happen(ann, bob, room)
    assert bob.refused("GET", f"/api/rooms/{room.id}/messages", **asked) == told


def test_a_session_is_its_owners_only(ann: Person, bob: Person, room: Room, said: Json) -> None:
    """Signed by us, and yet of two people: no such token is given out."""
    token = AccessToken()
    token["user_id"], token["sid"] = ann.id, Session.objects.get(user=bob.user).pk
    assert Api(str(token)).get(f"/api/rooms/{room.id}/messages").status_code == 401


def test_memory_is_bounded_and_the_least_asked_for_goes_first() -> None:
    pages = ReadyPages(bytes_max=100)
    for room_id in range(1, 11):
        pages.put(room_id, (1, 2), STAMP, b"x" * 30)
        assert pages.get(1, (1, 2), STAMP)
    assert [room_id for room_id in range(1, 11) if pages.get(room_id, (1, 2), STAMP)] == [1, 9, 10]
    pages.put(1, (1, 2), STAMP, b"x" * 101)
    assert pages.get(1, (1, 2), STAMP) is None
