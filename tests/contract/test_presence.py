"""Who is online, who is writing: on a live server, over real sockets."""

import pytest

from tests.live import Person, Socket


def presence_of(socket: Socket, person: Person) -> list[str]:
    """What a connection was told of somebody's coming and going."""
    kinds = ("user_online", "user_offline", "presence_changed")
    return [f["type"] for f in socket.settle() if f["type"] in kinds and f["data"]["user_id"] == person.id]


def share_a_room(ada: Person, *others: Person) -> int:
    room = ada.make_room()
    for other in others:
        other.ok("POST", f"/api/rooms/{room['id']}/join")
    room_id: int = room["id"]
    return room_id


def test_with_the_room_on_screen_a_member_hears_who_comes_and_goes(ada: Person, bob: Person, eve: Person) -> None:
    room_id = share_a_room(ada, bob)
    with ada.socket() as mine, eve.socket() as stranger:
        mine.ask("join_room", {"room_id": room_id}, answer="joined_room")
        phone, laptop = bob.socket(), bob.socket()
        assert mine.expect("user_online", user_id=bob.id) == {"user_id": bob.id, "username": bob.name}
        phone.close()
        laptop.ask("ping")
        assert bob.id in {person["id"] for person in ada.ok("GET", "/api/users/online")["results"]}
        assert bob.id not in {person["id"] for person in eve.ok("GET", "/api/users/online")["results"]}
        laptop.close()
        gone = mine.expect("user_offline", user_id=bob.id, timeout=30)
        assert gone["last_seen_at"].endswith("Z")
        assert bob.id not in {person["id"] for person in ada.ok("GET", "/api/users/online")["results"]}
        assert presence_of(mine, bob).count("user_online") == 1
        assert presence_of(stranger, bob) == []


def test_without_it_on_screen_nothing_is_told(ada: Person, bob: Person) -> None:
    room_id = share_a_room(ada, bob)
    with ada.socket() as elsewhere, ada.socket() as here:
        here.ask("join_room", {"room_id": room_id}, answer="joined_room")
        with bob.socket():
            here.expect("user_online", user_id=bob.id)
            assert presence_of(elsewhere, bob) == []


def test_a_status_reaches_others_and_the_invisible_seem_gone(ada: Person, bob: Person) -> None:
    room_id = share_a_room(ada, bob)
    with ada.socket() as mine, bob.socket() as theirs, bob.socket() as second:
        mine.ask("join_room", {"room_id": room_id}, answer="joined_room")
        assert theirs.ask("set_status", {"status": "dnd", "status_text": "writing"}) == {}
        told = {"user_id": bob.id, "status": "dnd", "status_text": "writing"}
        assert mine.expect("presence_changed", status="dnd", status_text="writing") == told
        assert second.expect("presence_changed", status="dnd", status_text="writing") == told
        seen = ada.ok("GET", f"/api/users/{bob.id}")
        assert (seen["status"], seen["status_text"]) == ("dnd", "writing")
        theirs.ask("set_status", {"status": "offline"})
        mine.expect("user_offline", user_id=bob.id)
        assert ada.ok("GET", f"/api/users/{bob.id}")["status"] == "offline"
        theirs.ask("set_status", {"status": "online"})
        mine.expect("user_online", user_id=bob.id)


def test_away_is_whose_every_device_is_idle(ada: Person, bob: Person) -> None:
    room_id = share_a_room(ada, bob)
    with ada.socket() as mine, bob.socket() as phone, bob.socket() as laptop:
        mine.ask("join_room", {"room_id": room_id}, answer="joined_room")
        phone.ask("ping", {"idle": True})
        assert set(laptop.ask("ping", {"idle": True})) == {"server_time"}
        mine.expect("presence_changed", user_id=bob.id, status="away")
        laptop.ask("ping", {"idle": False})
        mine.expect("presence_changed", user_id=bob.id, status="online")


def test_typing_is_seen_on_screen_only_but_in_direct_rooms_always(ada: Person, bob: Person) -> None:
    room_id = share_a_room(ada, bob)
    direct = ada.ok("POST", "/api/direct", {"user_id": bob.id})["id"]
    ada.say(direct, "hello")
    with ada.socket() as mine, bob.socket() as here, bob.socket() as elsewhere:
        here.ask("join_room", {"room_id": room_id}, answer="joined_room")
        mine.send("typing", {"room_id": room_id})  # without an id nothing answers
        assert here.expect("typing") == {"room_id": room_id, "user_id": ada.id}
        assert mine.ask("typing", {"room_id": direct}) == {}
        assert elsewhere.expect("typing") == {"room_id": direct, "user_id": ada.id}
        assert [f["data"]["room_id"] for f in elsewhere.settle() if f["type"] == "typing"] == [direct]
        assert [f["type"] for f in mine.settle() if f["type"] in ("typing", "error")] == []


@pytest.mark.parametrize("status", ["busy", 1, None])
def test_a_status_that_is_none_is_refused(ada: Person, status: object) -> None:
    with ada.socket() as mine:
        assert mine.refused("set_status", {"status": status}) == "validation_error"


def test_a_stranger_may_not_type_into_a_room(ada: Person, eve: Person) -> None:
    public, private = ada.make_room(), ada.make_room(kind="private")
    with eve.socket() as socket:
        assert socket.refused("typing", {"room_id": public["id"]}) == "not_a_member"
        assert socket.refused("typing", {"room_id": private["id"]}) == "not_found"
