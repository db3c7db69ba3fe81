"""What rooms show of their messages: system lines, and the newest message beside the name."""

from messaging.schemas import SendBody
from messaging.services.send import send_one
from rooms.models import Room, RoomCounter
from rooms.services.direct import find_or_make
from rooms.services.joining import join
from tests.factories import make_room
from tests.people import Listen, Person, queries_of


def test_a_line_takes_a_seq_and_a_version_and_its_event_shows_what_is_fetched_afresh(
    ann: Person, cat: Person, room: Room, published: Listen
) -> None:
    before = RoomCounter.objects.get(pk=room.id)
    with published() as out:
        ann.ok("PATCH", f"/api/rooms/{room.id}", {"name": "Tea house"})
    line = ann.page(room)["results"][-1]
    assert line["system"]["event"] == "room_renamed"
    assert (line["system"]["actor"]["id"], line["system"]["target"], line["system"]["value"]) == (
        ann.id,
        None,
        "Tea house",
    )
    assert (line["kind"], line["sender"], line["content"], line["reply_to"]) == ("system", None, "", None)
    assert (line["mentions"], line["reactions"], line["attachments"]) == ([], [], [])
    assert line["seq"] == before.last_seq + 1
    version, kind, data = out.of_room(room.id)[-1]
    assert (version, kind, data["message"]) == (line["version"], "new_message", line)
    after = RoomCounter.objects.get(pk=room.id)
    assert (after.version, after.last_seq, after.last_message_id) == (line["version"], line["seq"], line["id"])
    assert (after.message_count, after.last_message_at) == (before.message_count, after.changed_at)


def test_a_line_names_whom_it_is_about(ann: Person, bob: Person, room: Room) -> None:
    ann.ok("DELETE", f"/api/rooms/{room.id}/members/{bob.id}")
    line = ann.page(room)["results"][-1]
    assert line["system"]["event"] == "member_kicked"
    assert (line["system"]["actor"]["id"], line["system"]["target"]["id"]) == (ann.id, bob.id)


def test_people_go_on_counting_after_a_line(ann: Person, bob: Person, cat: Person, room: Room) -> None:
    ann.say(room)
    join(user_id=cat.id, room_id=room.id)
    assert ann.say(room)["seq"] == ann.page(room)["results"][-2]["seq"] + 1
    assert bob.membership(room)["unread_count"] == 2


def test_a_room_shows_its_newest_message_and_an_empty_one_none(ann: Person, bob: Person, room: Room) -> None:
    direct, _ = find_or_make(ann.id, bob.id)
    message = ann.say(room, "the newest")
    rooms = {r["id"]: r["last_message"] for r in ann.ok("GET", "/api/rooms")["results"]}
    assert rooms == {room.id: message, direct.id: None}


def test_newest_messages_cost_the_same_for_fifty_rooms_as_for_two(ann: Person, bob: Person) -> None:
    def speak(rooms: int) -> None:
        for _ in range(rooms):
            body = SendBody(content="hi", mentions=[ann.id])
            send_one(user_id=bob.id, room_id=make_room(ann.user, members=[bob.user]).id, body=body)

    speak(2)
    two = queries_of(lambda: ann.ok("GET", "/api/rooms"))
    speak(48)
    assert len(queries_of(lambda: ann.ok("GET", "/api/rooms"))) == len(two)
    assert all(r["last_message"] for r in ann.ok("GET", "/api/rooms")["results"])
