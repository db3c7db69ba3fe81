"""What a room's rules leave of sending: judged in the batch, by what the process remembers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from chatsite.errors import ChatError
from messaging.links import has_link
from messaging.models import Message
from messaging.schemas import SendBody
from messaging.services.recall import recall
from messaging.services.send import Sent, draft, send
from rooms.models import Membership, Room
from tests.factories import make_room, make_user
from tests.messaging.conftest import crowd
from tests.messaging.test_batches import codes, say
from tests.people import Person, queries_of

DENIED = (403, "permission_denied")


def set_rules(owner: Person, room: Room, **rules: Any) -> None:
    owner.ok("PATCH", f"/api/rooms/{room.id}", {"rules": rules})


def test_where_only_admins_post_all_others_are_muted(ann: Person, bob: Person, room: Room) -> None:
    message = bob.say(room)
    set_rules(ann, room, post="admins")
    at = f"/api/rooms/{room.id}/messages"
    assert bob.refused("POST", at, {"content": "x"}) == (403, "muted")
    assert bob.refused("PATCH", f"/api/messages/{message['id']}", {"content": "x"}) == (403, "muted")
    assert codes(send([say(bob.id, room), say(ann.id, room)])) == ["muted", "sent"]
    ann.ok("PATCH", f"/api/rooms/{room.id}/members/{bob.id}", {"role": "admin"})
    assert codes(send([say(bob.id, room)])) == ["sent"]
    ann.ok("PATCH", f"/api/rooms/{room.id}/members/{bob.id}", {"role": "member"})
    set_rules(ann, room, post="everyone")
    assert codes(send([say(bob.id, room)])) == ["sent"]


def test_rules_are_remembered_with_the_members(ann: Person, bob: Person, room: Room) -> None:
    usual = len(queries_of(lambda: send([say(bob.id, room)])))
    set_rules(ann, room, links="admins", mention_all="admins", pin="admins")
    send([say(bob.id, room)])
    assert len(queries_of(lambda: send([say(bob.id, room)]))) <= usual
    set_rules(ann, room, post="admins")
    send([say(bob.id, room)])
    refused = queries_of(lambda: send([say(bob.id, room)]))
    assert [sql for sql in refused if sql.startswith("SELECT")] == refused[1:2], refused  # the locked counter


def test_where_only_admins_post_links_others_neither_send_nor_edit_one_in(ann: Person, bob: Person, room: Room) -> None:
    message = bob.say(room, "look at https://example.com")
    set_rules(ann, room, links="admins")
    at = f"/api/rooms/{room.id}/messages"
    assert bob.refused("POST", at, {"content": "see ｈｔｔｐｓ：／／example.com"}) == DENIED
    assert bob.refused("PATCH", f"/api/messages/{message['id']}", {"content": "www.example.com"}) == DENIED
    bob.ok("PATCH", f"/api/messages/{message['id']}", {"content": "no link"})
    bob.say(room, "3.14, e.g. this")
    ann.say(room, "https://example.com")


@pytest.mark.parametrize("text", ["http://a", "x HTTPS://A.B/c", "ftp://a", "WWW.example.com", "看这里：ｗｗｗ．a．cn"])
def test_links_are_seen(text: str) -> None:
    assert has_link(text)


@pytest.mark.parametrize(
    "text", ["", "a/b", "://", "http:// x", "awww.so cute", "rm -rf www", "12:30//x", "你好。再见"]
)
def test_no_links_are_seen(text: str) -> None:
    assert not has_link(text)


@pytest.mark.parametrize(("whom", "other"), [("mention_all", "mention_here"), ("mention_here", "mention_all")])
@pytest.mark.parametrize(
    ("rule", "small", "large"), [("by_size", True, False), ("everyone", True, True), ("admins", False, False)]
)
def test_who_calls_all(
    ann: Person,
    bob: Person,
    room: Room,
    monkeypatch: pytest.MonkeyPatch,
    rule: str,
    small: bool,
    large: bool,
    whom: str,
    other: str,
) -> None:
    monkeypatch.setattr("rooms.permissions.MENTION_ALL_MEMBERS", 3)
    set_rules(ann, room, **{whom: rule, other: "everyone"})

    def calls() -> list[bool]:
        assert codes(send([say(bob.id, room, **{other: True})])) == ["sent"]  # a rule of its own
        return [c == "sent" for c in codes(send([say(p.id, room, **{whom: True}) for p in (bob, ann)]))]

    assert calls() == [small, True]
    crowd(room, 2)
    assert calls() == [large, True]


def test_where_only_admins_upload_others_attach_nothing(ann: Person, bob: Person, room: Room) -> None:
    def answers() -> list[str]:
        body = SendBody(content="x", attachment_ids=[1])
        return codes(send([draft(user_id=p.id, room_id=room.id, body=body) for p in (bob, ann)]))

    assert answers() == ["not_found", "not_found"]
    set_rules(ann, room, upload="admins")
    assert answers() == ["permission_denied", "not_found"]
    assert codes(send([draft(user_id=make_user().pk, room_id=room.id, body=SendBody(content="x"))])) == ["not_a_member"]


def age(message_id: int, seconds: int) -> None:
    Message.objects.filter(pk=message_id).update(created_at=now() - timedelta(seconds=seconds))


def test_in_slow_mode_members_wait_and_admins_do_not(ann: Person, bob: Person, room: Room) -> None:
    set_rules(ann, room, slow_seconds=600)
    first, early, others = send([say(bob.id, room), say(bob.id, room), say(ann.id, room)])
    assert codes([first, early, others]) == ["sent", "rate_limited", "sent"]
    assert isinstance(early, ChatError)
    assert early.retry_after == 600
    assert codes(send([say(ann.id, room), say(bob.id, room)])) == ["sent", "rate_limited"]
    assert bob.refused("POST", f"/api/rooms/{room.id}/messages", {"content": "x"}) == (429, "rate_limited")
    assert isinstance(first, Sent)
    recall(user_id=bob.id, message_id=first.message.id)
    assert codes(send([say(bob.id, room)])) == ["rate_limited"]
    age(first.message.id, 601)
    assert codes(send([say(bob.id, room)])) == ["sent"]


def test_a_retry_is_no_second_message_in_slow_mode(ann: Person, bob: Person, room: Room) -> None:
    set_rules(ann, room, slow_seconds=600)
    assert codes(send([say(bob.id, room, nonce="n"), say(bob.id, room, nonce="n")])) == ["sent", "duplicate"]


def test_slow_mode_costs_a_batch_the_same_however_many(ann: Person, room: Room) -> None:
    other = make_room(ann.user)
    for own in (room, other):
        crowd(own, 6)
        set_rules(ann, own, slow_seconds=1)
    members = Membership.objects.exclude(role="owner").values_list("room_id", "user_id")
    everybody = [say(user_id, room if room_id == room.id else other) for room_id, user_id in members]
    assert len(everybody) == 13
    send(everybody)  # now all are known to be members
    Message.objects.update(created_at=now() - timedelta(seconds=5))
    few = queries_of(lambda: send([say(everybody[0].user_id, room)]))
    many = queries_of(lambda: send([say(d.user_id, room if d.room_id == room.id else other) for d in everybody[1:]]))
    assert len(many) == len(few), many


def test_a_room_has_its_own_windows(ann: Person, bob: Person, room: Room, settings: Any) -> None:
    message = bob.say(room)
    at = f"/api/messages/{message['id']}"
    age(message["id"], 1000)
    assert bob.refused("POST", f"{at}/recall") == (409, "recall_window_closed")
    bob.ok("PATCH", at, {"content": "one"})
    set_rules(ann, room, recall_seconds=2000, edit_seconds=500)
    assert bob.refused("PATCH", at, {"content": "two"}) == (409, "conflict")
    bob.ok("POST", f"{at}/recall")
    settings.EDIT_WINDOW_SECONDS = 500
    again = bob.say(room)
    age(again["id"], 1000)
    set_rules(ann, room, recall_seconds=0, edit_seconds=None)
    assert bob.refused("PATCH", f"/api/messages/{again['id']}", {"content": "x"}) == (409, "conflict")
    set_rules(ann, room, edit_seconds=0)
    bob.ok("PATCH", f"/api/messages/{again['id']}", {"content": "x"})
    assert bob.refused("POST", f"/api/messages/{again['id']}/recall") == (409, "recall_window_closed")
    ann.ok("POST", f"/api/messages/{again['id']}/recall")
