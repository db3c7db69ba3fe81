"""Editing, recalling, reacting, pinning: what changes, who hears of it, and what changes nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from messaging.models import Mention, Message, Reaction
from rooms.models import Membership, Room, RoomCounter
from rooms.schemas import ChangeMember
from rooms.services.direct import find_or_make
from rooms.services.joining import join
from rooms.services.members import change_member
from tests.factories import make_user
from tests.people import Json, Listen, Person, queries_of


def edit(person: Person, message: Json, content: str = "better") -> Json:
    return person.ok("PATCH", f"/api/messages/{message['id']}", {"content": content})


def recall(person: Person, message: Json) -> Json:
    return person.ok("POST", f"/api/messages/{message['id']}/recall")


def react(person: Person, message: Json, emoji: str = "👍") -> Json:
    return person.ok("PUT", f"/api/messages/{message['id']}/reactions/{emoji}")


def take_back(person: Person, message: Json, emoji: str = "👍") -> Json:
    return person.ok("DELETE", f"/api/messages/{message['id']}/reactions/{emoji}")


def pin(person: Person, message: Json) -> Json:
    return person.ok("PUT", f"/api/messages/{message['id']}/pin")


def unpin(person: Person, message: Json) -> Json:
    return person.ok("DELETE", f"/api/messages/{message['id']}/pin")


def version_of(room: Room) -> int:
    return RoomCounter.objects.get(pk=room.id).version


Act = Callable[[Person, Json], Json]
CHANGES: dict[str, tuple[list[Act], Act]] = {  # what goes before, and the change
    "edit": ([], edit),
    "recall": ([react, pin], recall),
    "react": ([], react),
    "take back": ([react], take_back),
    "pin": ([], pin),
    "unpin": ([pin], unpin),
}
NOTHING_NEW: dict[str, tuple[list[Act], Act]] = {
    "edit to the same": ([edit], edit),
    "recall again": ([recall], recall),
    "react again": ([react], react),
    "take nothing back": ([], take_back),
    "pin again": ([pin], pin),
    "unpin what is not pinned": ([], unpin),
}


@pytest.mark.parametrize(("before", "act"), CHANGES.values(), ids=CHANGES.keys())
def test_a_change_takes_one_version_and_its_event_shows_what_is_fetched_afresh(
    ann: Person, bob: Person, room: Room, before: list[Act], act: Act, published: Listen
) -> None:
    message = ann.say(room, "first", mentions=[bob.id])
    for step in before:
        step(ann, message)
    version = version_of(room)
    with published() as out:
        act(ann, message)
    afresh = bob.see(message)
    data = {"room_id": room.id, "version": version + 1, "message": afresh}
    assert out.of_room(room.id) == [(version + 1, "message_updated", data)]
    assert len(out.envelopes) == 1
    assert afresh["version"] == version_of(room) == version + 1
    assert bob.page(room)["results"][-1] == afresh
    assert bob.ok("GET", f"/api/rooms/{room.id}")["last_message"] == afresh


@pytest.mark.parametrize(("before", "act"), NOTHING_NEW.values(), ids=NOTHING_NEW.keys())
def test_what_changes_nothing_takes_no_version_and_says_nothing(
    ann: Person, room: Room, before: list[Act], act: Act, published: Listen
) -> None:
    message = ann.say(room, "first")
    for step in before:
        step(ann, message)
    version, as_it_was = version_of(room), ann.see(message)
    with published() as out:
        act(ann, message)
    assert out.envelopes == []
    assert version_of(room) == version
    assert ann.see(message) == as_it_was


# --- editing


def test_an_edit_shows_that_it_is_one_and_answers_the_message(ann: Person, room: Room) -> None:
    message = ann.say(room, "tpyo", mentions=[ann.id])
    edited = edit(ann, message, "typo")
    assert edited["content"] == "typo"
    assert edited["edited_at"] > message["created_at"]
    unchanged = {"seq", "nonce", "sender", "mentions", "created_at", "reply_to"}
    assert {k: edited[k] for k in unchanged} == {k: message[k] for k in unchanged}


@pytest.mark.parametrize(
    "content", ["x" * 8000, "𝄞" * 8000, "a\u0000b", "<b>&amp;</b>", " lead and trail ", "\u202eabc"]
)
def test_texts_are_stored_as_they_are(ann: Person, room: Room, content: str) -> None:
    assert edit(ann, ann.say(room), content)["content"] == content


def test_nobody_edits_what_others_wrote_not_even_the_owner(ann: Person, bob: Person, room: Room) -> None:
    message = bob.say(room)
    assert ann.refused("PATCH", f"/api/messages/{message['id']}", {"content": "x"}) == (403, "permission_denied")
    assert ann.see(message)["content"] == "hello"


@pytest.mark.parametrize(
    ("method", "tail", "body"),
    [
        ("PATCH", "", {"content": "back"}),
        ("PUT", "/reactions/👍", None),
        ("DELETE", "/reactions/👍", None),
        ("PUT", "/pin", None),
    ],
)
def test_a_recalled_message_stays_as_it_is(ann: Person, room: Room, method: str, tail: str, body: Any) -> None:
    message = ann.say(room)
    recall(ann, message)
    assert ann.refused(method, f"/api/messages/{message['id']}{tail}", body) == (409, "conflict")


def test_a_retry_of_a_send_after_an_edit_still_names_the_same_message(ann: Person, room: Room) -> None:
    message = ann.say(room, "one", nonce="n")
    edit(ann, message, "two")
    again = ann.api.post(f"/api/rooms/{room.id}/messages", {"content": "one", "nonce": "n"})
    assert (again.status_code, again.json()["content"]) == (200, "two")
    assert ann.refused("POST", f"/api/rooms/{room.id}/messages", {"content": "two", "nonce": "n"}) == (409, "conflict")


# --- recalling


def test_a_recall_leaves_nothing_of_what_was_said(ann: Person, bob: Person, room: Room) -> None:
    message = ann.say(room, "my secret word", mentions=[bob.id], mention_all=True)
    reply = bob.say(room, "what?", reply_to=message["id"])
    react(bob, message)
    pin(bob, message)
    assert bob.see(reply)["reply_to"]["excerpt"] == "my secret word"
    recalled = recall(ann, message)
    assert (recalled["content"], recalled["mentions"], recalled["mention_all"]) == ("", [], False)
    assert (recalled["reactions"], recalled["attachments"], recalled["pinned_at"]) == ([], [], None)
    assert recalled["recalled_at"] is not None
    row = Message.objects.get(pk=message["id"])
    assert (row.content, row.mentions, row.mention_all, row.pinned_at) == ("", [], False, None)
    assert not Reaction.objects.filter(message_id=row.id).exists()
    assert not Mention.objects.filter(message_id=row.id).exists()
    for path in (
        f"rooms/{room.id}/messages",
        f"rooms/{room.id}/pins",
        "users/me/mentions",
        "rooms",
        f"rooms/{room.id}/changes?since=0",
    ):
        assert "secret" not in str(bob.ok("GET", f"/api/{path}")), path
    assert bob.see(reply)["reply_to"]["excerpt"] == ""
    assert bob.see(reply)["reply_to"]["id"] == message["id"]


def test_a_recalled_reply_shows_no_excerpt_either(ann: Person, bob: Person, room: Room) -> None:
    reply = bob.say(room, "agreed", reply_to=ann.say(room, "so be it")["id"])
    assert recall(bob, reply)["reply_to"]["excerpt"] == ""


def test_a_recalled_mention_is_not_unread_any_more(ann: Person, bob: Person, room: Room) -> None:
    kept, gone = (ann.say(room, "hey", mentions=[bob.id]) for _ in range(2))
    assert bob.membership(room)["mention_count"] == 2
    recall(ann, gone)
    assert (bob.membership(room)["mention_count"], bob.membership(room)["first_mention_seq"]) == (1, kept["seq"])


def test_one_recalls_only_for_a_while(ann: Person, bob: Person, room: Room, settings: Any) -> None:
    message = bob.say(room)
    settings.RECALL_WINDOW_SECONDS = 0
    assert bob.refused("POST", f"/api/messages/{message['id']}/recall") == (409, "recall_window_closed")
    settings.RECALL_WINDOW_SECONDS = 120
    recall(bob, message)
    settings.RECALL_WINDOW_SECONDS = 0
    assert recall(bob, message)["content"] == ""  # again: it is recalled already


def test_owner_and_admins_recall_anybodys_at_any_time(
    ann: Person, bob: Person, cat: Person, room: Room, settings: Any
) -> None:
    settings.RECALL_WINDOW_SECONDS = 0
    cat.ok("POST", f"/api/rooms/{room.id}/join")
    change_member(user_id=ann.id, room_id=room.id, member_id=bob.id, wanted=ChangeMember(role="admin"))
    for sender, by in ((cat, ann), (cat, bob), (ann, bob), (bob, bob)):
        assert recall(by, sender.say(room))["content"] == ""


def test_members_do_not_recall_what_others_wrote(ann: Person, bob: Person, room: Room) -> None:
    message = ann.say(room)
    assert bob.refused("POST", f"/api/messages/{message['id']}/recall") == (403, "permission_denied")
    recall(ann, message)
    assert bob.refused("POST", f"/api/messages/{message['id']}/recall") == (403, "permission_denied")


def test_nobody_recalls_for_the_other_in_a_conversation_of_two(ann: Person, bob: Person) -> None:
    direct, _ = find_or_make(ann.id, bob.id)
    message = ann.say(direct)
    assert bob.refused("POST", f"/api/messages/{message['id']}/recall") == (403, "permission_denied")


# --- reacting


def test_reactions_are_counted_in_the_order_of_the_first(ann: Person, bob: Person, room: Room) -> None:
    message = ann.say(room)
    react(bob, message, "🎉")
    react(ann, message, "👍")
    assert react(ann, message, "🎉")["reactions"] == [
        {"emoji": "🎉", "count": 2, "user_ids": [bob.id, ann.id]},
        {"emoji": "👍", "count": 1, "user_ids": [ann.id]},
    ]
    assert take_back(bob, message, "🎉")["reactions"] == [
        {"emoji": "👍", "count": 1, "user_ids": [ann.id]},
        {"emoji": "🎉", "count": 1, "user_ids": [ann.id]},
    ]


def test_nobody_takes_back_what_others_gave(ann: Person, bob: Person, room: Room) -> None:
    message = ann.say(room)
    react(bob, message)
    assert take_back(ann, message)["reactions"] == [{"emoji": "👍", "count": 1, "user_ids": [bob.id]}]


def test_at_most_two_hundred_names_stand_behind_a_count(ann: Person, room: Room) -> None:
    message = ann.say(room)
    Reaction.objects.bulk_create(
        Reaction(room_id=room.id, message_id=message["id"], user_id=10_000 + n, emoji="👍") for n in range(250)
    )
    (reaction,) = ann.see(message)["reactions"]
    assert (reaction["count"], len(reaction["user_ids"])) == (250, 200)


EMOJI = ["👍", "❤", "❤️", "👍🏽", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇨🇳", "#️⃣", "1️⃣", "©️", "‼️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🧑🏿‍❤️‍💋‍🧑🏻", "㊙️", "Ⓜ️", "➡️", "🥹"]
NO_EMOJI = [
    "a",
    "ab",
    "1",
    "👍👍",
    "👍a",
    " 👍",
    "👍\n",
    "\u200d",
    "\ufe0f",
    "\x07",
    "<b>",
    "👍" * 40,
    "👍\u202e",
    "+1",
    "中",
]


@pytest.mark.parametrize("emoji", EMOJI)
def test_one_reacts_with_an_emoji(ann: Person, room: Room, emoji: str) -> None:
    message = ann.say(room)
    assert [r["emoji"] for r in react(ann, message, _quoted(emoji))["reactions"]] == [emoji]
    assert take_back(ann, message, _quoted(emoji))["reactions"] == []


@pytest.mark.parametrize("text", NO_EMOJI)
def test_one_reacts_with_nothing_else(ann: Person, room: Room, text: str) -> None:
    path = f"/api/messages/{ann.say(room)['id']}/reactions/{_quoted(text)}"
    for method in ("PUT", "DELETE"):
        assert ann.refused(method, path) == (400, "validation_error")


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")


def test_look_alikes_are_different_reactions(ann: Person, room: Room) -> None:
    message = ann.say(room)
    for emoji in ("👍", "👍🏽", "😀"):
        react(ann, message, emoji)
    assert [r["emoji"] for r in ann.see(message)["reactions"]] == ["👍", "👍🏽", "😀"]


def test_a_message_takes_only_so_many_different_reactions(ann: Person, bob: Person, room: Room) -> None:
    message = ann.say(room)
    for number in range(50):
        react(ann, message, chr(0x1F600 + number))
    assert ann.refused("PUT", f"/api/messages/{message['id']}/reactions/👍") == (409, "conflict")
    assert react(bob, message, chr(0x1F600))["reactions"][0]["count"] == 2


# --- pinning


def test_the_newest_pin_stands_first_and_pages_meet_each_once(ann: Person, bob: Person, room: Room) -> None:
    messages = [ann.say(room, f"m{n}") for n in range(5)]
    for message in (messages[2], messages[0], messages[4]):
        pin(bob, message)
    expected = ["m4", "m0", "m2"]
    assert [m["content"] for m in ann.ok("GET", f"/api/rooms/{room.id}/pins")["results"]] == expected
    found, cursor = [], {}
    while cursor is not None:
        page = ann.ok("GET", f"/api/rooms/{room.id}/pins", limit=1, **cursor)
        found += [m["content"] for m in page["results"]]
        cursor = {"cursor": page["next"]} if page["next"] else None
    assert found == expected
    unpin(ann, messages[0])
    assert [m["content"] for m in ann.ok("GET", f"/api/rooms/{room.id}/pins")["results"]] == ["m4", "m2"]


def test_a_cursor_of_ones_own_making_is_refused(ann: Person, room: Room) -> None:
    for path in (f"/api/rooms/{room.id}/pins", "/api/users/me/mentions"):
        for cursor in ("x", "W10", "WzFd" * 3, "WzEwMDAwMDAwMDAwMDAwMDAwMDAwMF0"):
            assert ann.refused("GET", path, cursor=cursor) == (400, "validation_error")


# --- cost


@pytest.mark.parametrize(("before", "act"), CHANGES.values(), ids=CHANGES.keys())
def test_a_change_costs_the_same_in_a_room_of_fifty_as_in_one_of_two(
    ann: Person, bob: Person, room: Room, before: list[Act], act: Act
) -> None:
    def cost() -> int:
        message = ann.say(room, "first", mentions=[bob.id], reply_to=ann.say(room)["id"])
        for step in before:
            step(ann, message)
        if act is not react and act is not take_back:
            for member in Membership.objects.current().filter(room_id=room.id).exclude(user_id=ann.id):
                Reaction.objects.create(room_id=room.id, message_id=message["id"], user_id=member.user_id, emoji="👍")
        return len(queries_of(lambda: act(ann, message)))

    of_two = cost()
    for _ in range(48):
        join(user_id=make_user().pk, room_id=room.id)
    assert cost() == of_two
