"""Two servers on one database and one Redis are one chat."""

import signal

from tests.live import PATIENCE_SECONDS, Person, Server
from tests.trouble.conftest import at, heard


def test_what_is_said_at_one_is_heard_at_the_other(server: Server, other: Server, ada: Person, bob: Person) -> None:
    room = ada.make_room()["id"]
    there = at(other, bob)
    there.ok("POST", f"/api/rooms/{room}/join")
    with ada.socket() as mine, there.socket() as theirs:
        theirs.ask("join_room", {"room_id": room}, answer="joined_room")
        for i in range(20):
            (mine if i % 2 else theirs).ask("send_message", {"room_id": room, "content": str(i)})
        for socket in (mine, theirs):
            while len(heard(socket)) < 20:
                assert socket.receive(PATIENCE_SECONDS)
            assert [message["content"] for message in heard(socket)] == [str(i) for i in range(20)]
        mine.ask("typing", {"room_id": room})
        assert theirs.expect("typing")["user_id"] == ada.id


def test_a_sign_out_at_one_closes_the_socket_at_the_other(server: Server, other: Server, ada: Person) -> None:
    away = at(other, ada.sign_in_again())
    with away.socket() as theirs:
        ada.ok("DELETE", "/api/auth/sessions")
        assert theirs.expect("session_revoked")
        assert theirs.closed_with() == 4401


def test_what_a_dying_node_committed_is_delivered_by_the_other(
    server: Server, other: Server, ada: Person, bob: Person
) -> None:
    room = ada.make_room()["id"]
    bob.ok("POST", f"/api/rooms/{room}/join")
    away = at(other, ada)
    with away.socket() as mine, bob.socket() as theirs:
        ack = mine.ask("send_message", {"room_id": room, "content": "last words"})
        other.stop(signal.SIGKILL)
        while ack["message_id"] not in [message["id"] for message in heard(theirs)]:
            assert theirs.receive(PATIENCE_SECONDS)
