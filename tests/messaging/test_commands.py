"""The same use cases through the other door: commands on a real socket of a real server."""

from collections.abc import Iterator

import pytest

from tests.live import Frame, Person, Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("live")).prepare().start()
    yield server
    server.destroy()


@pytest.fixture
def ann(server: Server) -> Person:
    return server.register()


@pytest.fixture
def bob(server: Server) -> Person:
    return server.register()


@pytest.fixture
def eve(server: Server) -> Person:
    """Somebody who is not in the room."""
    return server.register()


@pytest.fixture
def room(ann: Person, bob: Person) -> Frame:
    room = ann.make_room()
    bob.ok("POST", f"/api/rooms/{room['id']}/join")
    return room


CHANGES: list[tuple[str, Frame]] = [
    ("edit_message", {"content": "better"}),
    ("add_reaction", {"emoji": "👍"}),
    ("remove_reaction", {"emoji": "👍"}),
    ("recall_message", {}),
]


def test_each_change_is_acked_with_its_version_and_reaches_every_member_once(
    ann: Person, bob: Person, eve: Person, room: Frame
) -> None:
    message = ann.say(room["id"], "first")
    with ann.socket() as mine, bob.socket() as his, eve.socket() as hers:
        for command, data in CHANGES:
            version = mine.ask(command, {"message_id": message["id"], **data})["version"]
            told = his.expect("message_updated", version=version)
            assert told == {
                "room_id": room["id"],
                "version": version,
                "message": bob.ok("GET", f"/api/messages/{message['id']}"),
            }
            assert mine.expect("message_updated", version=version) == told
            assert version == message["version"] + 1
            message = told["message"]
        assert len(his.of("message_updated")) == len(CHANGES)
        hers.settle()
        assert hers.of("message_updated") == []


def test_what_changes_nothing_is_acked_with_the_version_it_has(ann: Person, room: Frame) -> None:
    message = ann.say(room["id"], "hello")
    with ann.socket() as mine:
        for command, data in CHANGES:
            first = mine.ask(command, {"message_id": message["id"], **data})
            assert mine.ask(command, {"message_id": message["id"], **data}) == first


@pytest.mark.parametrize(("command", "data"), CHANGES)
def test_strangers_and_nonsense_are_refused(ann: Person, eve: Person, room: Frame, command: str, data: Frame) -> None:
    private = ann.make_room(kind="private")
    with eve.socket() as hers, ann.socket() as mine:
        for where, code in ((room, "not_a_member"), (private, "not_found")):
            message = ann.say(where["id"], "hello")
            assert hers.refused(command, {"message_id": message["id"], **data}) == code
            assert ann.ok("GET", f"/api/messages/{message['id']}") == message
        for wrong in ({}, {"message_id": "5", **data}, {"message_id": 0, **data}, {"message_id": 5, "x": 1, **data}):
            assert mine.refused(command, wrong) == "validation_error"
        assert mine.refused(command, {"message_id": 10**15, **data}) == "not_found"


def test_a_command_after_sends_sees_them_committed(ann: Person, room: Frame) -> None:
    with ann.socket() as mine:
        for number in range(10):
            mine.send("send_message", {"room_id": room["id"], "content": f"m{number}"}, id=f"s{number}")
        mark = mine.ask("mark_read", {"room_id": room["id"], "seq": 2**53 - 1})["last_read_seq"]
        assert mark == ann.ok("GET", f"/api/rooms/{room['id']}")["last_seq"]


def test_reading_reaches_own_devices_and_those_who_have_the_room_open(ann: Person, bob: Person, room: Frame) -> None:
    seq = ann.say(room["id"], "hello")["seq"]
    with ann.socket() as open_, ann.socket() as shut, bob.socket() as his, bob.socket() as phone:
        open_.ask("join_room", {"room_id": room["id"]}, answer="joined_room")
        assert his.ask("mark_read", {"room_id": room["id"], "seq": seq}) == {"last_read_seq": seq}
        data = {"room_id": room["id"], "user_id": bob.id, "last_read_seq": seq}
        assert open_.expect("read_updated") == phone.expect("read_updated") == his.expect("read_updated") == data
        assert his.ask("mark_read", {"room_id": room["id"], "seq": 1}) == {"last_read_seq": seq}
        for socket in (open_, shut, his, phone):
            socket.settle()
        assert shut.of("read_updated") == []
        assert his.of("read_updated") == open_.of("read_updated") == [data]


def test_in_a_conversation_of_two_the_peer_hears_of_it_with_the_room_shut(ann: Person, bob: Person) -> None:
    direct = ann.ok("POST", "/api/direct", {"user_id": bob.id})
    seq = ann.say(direct["id"], "hello")["seq"]
    with ann.socket() as mine, bob.socket() as his:
        his.ask("mark_read", {"room_id": direct["id"], "seq": seq})
        assert mine.expect("read_updated")["user_id"] == bob.id


def test_busy_readers_are_heard_at_most_once_a_second_and_at_last_where_they_are(
    ann: Person, bob: Person, room: Frame
) -> None:
    marks = [ann.say(room["id"], "hello")["seq"] for _ in range(8)]
    with ann.socket() as mine, bob.socket() as his:
        mine.ask("join_room", {"room_id": room["id"]}, answer="joined_room")
        for seq in marks:
            his.ask("mark_read", {"room_id": room["id"], "seq": seq})
        mine.expect("read_updated", last_read_seq=marks[-1])
        assert len(mine.of("read_updated")) <= 3


@pytest.mark.parametrize(
    "data", [{}, {"seq": 1}, {"room_id": 1}, {"room_id": 1, "seq": "1"}, {"room_id": 1, "seq": -1}]
)
def test_a_mark_that_makes_no_sense_is_refused(ann: Person, data: Frame) -> None:
    with ann.socket() as mine:
        assert mine.refused("mark_read", data) == "validation_error"


def test_strangers_mark_and_sync_nothing(ann: Person, eve: Person, room: Frame) -> None:
    private = ann.make_room(kind="private")
    with eve.socket() as hers:
        for where, code in ((room, "not_a_member"), (private, "not_found")):
            assert hers.refused("mark_read", {"room_id": where["id"], "seq": 1}) == code
            assert hers.refused("sync_room", {"room_id": where["id"], "version": 0}) == code
        hers.settle()
        assert hers.of("room_sync") == []


def test_a_room_is_synced_from_the_version_one_has(ann: Person, bob: Person, room: Frame) -> None:
    message = ann.say(room["id"], "hello")
    with bob.socket() as his:
        before = message["version"] - 1
        assert his.ask("sync_room", {"room_id": room["id"], "version": before}) == {}
        (sync,) = his.of("room_sync")
        assert (sync["from_version"], sync["version"], sync["complete"]) == (before, before + 1, True)
        assert sync["messages"] == [message]
        assert sync == bob.ok("GET", f"/api/rooms/{room['id']}/changes?since={before}")
        his.ask("sync_room", {"room_id": room["id"], "version": message["version"]})
        nothing = his.of("room_sync")[-1]
        assert (nothing["version"], nothing["complete"], nothing["messages"]) == (message["version"], True, [])


def test_changes_of_a_missing_while_are_one_row_each(ann: Person, bob: Person, room: Frame, server: Server) -> None:
    message = ann.say(room["id"], "one")
    with bob.socket() as his:
        start = his.ready
    (head,) = [r for r in start["rooms"] if r["room_id"] == room["id"]]
    for number in range(5):
        ann.ok("PATCH", f"/api/messages/{message['id']}", {"content": f"edit {number}"})
    ann.ok("POST", f"/api/messages/{message['id']}/recall")
    with bob.socket(rooms={str(room["id"]): head["version"]}, epoch=start["epoch"]) as his:
        sync = his.expect("room_sync")
        assert [(m["id"], m["content"]) for m in sync["messages"]] == [(message["id"], "")]
