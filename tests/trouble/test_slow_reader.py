"""Somebody who stops reading holds up nobody, costs bounded memory, and loses nothing."""

from tests.live import PATIENCE_SECONDS, Person, Server


def test_a_reader_who_stops_is_closed_and_the_others_hear_everything(server: Server, ada: Person, bob: Person) -> None:
    room = ada.make_room()["id"]
    bob.ok("POST", f"/api/rooms/{room}/join")
    with bob.socket(read_ahead=16) as asleep:
        have = asleep.ready["rooms"][0]["version"]
        with ada.socket() as mine, bob.socket() as awake:
            for i in range(900):
                mine.send("send_message", {"room_id": room, "content": f"{i} " + "长" * 7_900}, id=f"s{i}")
                while len(awake.of("new_message")) < i - 50:
                    assert awake.receive(PATIENCE_SECONDS)
                while mine.receive(0):
                    pass
            while len(awake.of("new_message")) < 900:
                assert awake.receive(PATIENCE_SECONDS)
            assert asleep.closed_with(60) in (4409, None)
    with bob.socket() as again:
        assert again.ready["rooms"][0]["unread_count"] == 900
        again.ask("sync_room", {"room_id": room, "version": have + 880})
        assert again.of("room_sync")[-1]["version"] == again.ready["rooms"][0]["version"]
