"""Names, pictures and excerpts are joined when read, in bulk."""

import pytest

from messaging.models import Message
from messaging.rendering import excerpt, messages_out
from rooms.models import Room
from tests.messaging.conftest import crowd
from tests.people import Person, queries_of


def test_a_message_has_all_members_of_the_contract(ann: Person, bob: Person, room: Room) -> None:
    target = ann.say(room, "first")
    message = bob.say(room, "second", nonce="n1", reply_to=target["id"], mentions=[ann.id])
    assert bob.see(message) == message
    assert message == {
        "id": message["id"],
        "room_id": room.id,
        "seq": target["seq"] + 1,
        "version": target["version"] + 1,
        "kind": "text",
        "sender": {"id": bob.id, "username": "bob", "display_name": "bob", "avatar_url": None, "is_bot": False},
        "content": "second",
        "nonce": "n1",
        "reply_to": {"id": target["id"], "seq": target["seq"], "sender": target["sender"], "excerpt": "first"},
        "mentions": [ann.id],
        "mention_all": False,
        "mention_here": False,
        "attachments": [],
        "reactions": [],
        "system": None,
        "pinned_at": None,
        "edited_at": None,
        "recalled_at": None,
        "created_at": message["created_at"],
    }
    assert message["created_at"].endswith("Z")


def test_who_takes_another_name_has_it_on_all_they_ever_wrote(ann: Person, bob: Person, room: Room) -> None:
    message = bob.say(room, "hi", reply_to=bob.say(room)["id"])
    bob.ok("PATCH", "/api/users/me", {"display_name": "Bobby"})
    again = ann.see(message)
    assert again["sender"]["display_name"] == again["reply_to"]["sender"]["display_name"] == "Bobby"


def test_an_excerpt_follows_an_edit(ann: Person, room: Room) -> None:
    target = ann.say(room, "before")
    reply = ann.say(room, reply_to=target["id"])
    ann.ok("PATCH", f"/api/messages/{target['id']}", {"content": "after"})
    assert ann.see(reply)["reply_to"]["excerpt"] == "after"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("short", "short"),
        ("  a \n\n b\tc  ", "a b c"),
        ("x" * 100, "x" * 100),
        ("x" * 101, "x" * 99 + "…"),
        ("word " * 50, ("word " * 20)[:99].rstrip() + "…"),
        (" " * 7000 + "late", ""),
        ("中" * 200, "中" * 99 + "…"),
    ],
)
def test_an_excerpt_is_the_beginning_on_one_line(content: str, expected: str) -> None:
    assert excerpt(content) == expected


def test_any_number_of_messages_takes_three_queries(ann: Person, room: Room) -> None:
    crowd(room, 50, reply_to=ann.say(room)["id"])
    messages = list(Message.objects.in_room(room.id))
    assert len(queries_of(lambda: messages_out(messages[-2:]))) == 3
    assert len(queries_of(lambda: messages_out(messages))) == 3
    assert queries_of(lambda: messages_out([])) == []


def test_senders_that_are_known_are_not_looked_up_again(ann: Person, room: Room) -> None:
    ann.say(room)
    messages = list(Message.objects.in_room(room.id).filter(kind="text"))
    (out,) = messages_out(messages)
    assert out.sender is not None
    known = {ann.id: out.sender}
    assert len(queries_of(lambda: messages_out(messages, senders=known, reactions={}))) == 0
    assert messages_out(messages, senders=known, reactions={}) == [out]
