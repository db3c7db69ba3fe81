"""Writes tests/examples: one real frame of every event, as a live server sent it, and one of every command.

    python -m tests.collect_examples

Both clients' tests load them: whoever changes a frame sees the other side's test fail.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from tests.live import PASSWORD, Frame, Server, Socket

EXAMPLES = Path(__file__).parent / "examples"
sent: dict[str, Frame] = {}


def ask(socket: Socket, kind: str, data: dict[str, Any], answer: str = "ack") -> Frame:
    sent[kind] = {"type": kind, "id": "7", "data": data}
    return socket.ask(kind, data, answer=answer)


def collect(server: Server) -> dict[str, Frame]:
    """Lives through everything that two people can do, and keeps the fullest frame of each type."""
    ada, bob = server.register("ada"), server.register("bob")
    room = ada.make_room("Harbour 港口", description="Ships and tides")["id"]
    lobby = ada.make_room("Lobby")["id"]
    bob.ok("POST", f"/api/rooms/{lobby}/join")
    sent["authenticate"] = {"type": "authenticate", "id": "1", "data": {"token": "…", "rooms": {"1": 4}, "epoch": "…"}}
    with ada.socket() as mine:
        ask(mine, "join_room", {"room_id": room, "version": 0}, "joined_room")
        mine.ask("join_room", {"room_id": lobby}, answer="joined_room")
        with bob.socket() as theirs:
            talk(server, mine, theirs, room, ada, bob)
            theirs.expect("session_revoked")
        mine.expect("user_offline", timeout=40)
        ask(mine, "leave_room", {"room_id": room}, "left_room")
        mine.refused("send_message", {"room_id": room, "content": "x" * 9_000})
        server.stop()
        mine.expect("reconnect")
        return {f["type"]: f for f in sorted([*theirs.frames, *mine.frames], key=lambda f: len(json.dumps(f)))}


def talk(server: Server, mine: Socket, theirs: Socket, room: int, ada: Any, bob: Any) -> None:
    bob.ok("POST", f"/api/users/friends/{ada.id}", {"message": "Hello, it is me"})
    mine.expect("friend_request")
    theirs.expect("friend_request_sent")
    ada.ok("POST", f"/api/users/friends/{bob.id}/accept")
    theirs.expect("friend_request_accepted")
    ada.ok("PUT", f"/api/users/{bob.id}/remark", {"name": "老鲍 the pilot"})
    mine.expect("remark_updated")
    ada.ok("PATCH", f"/api/rooms/{room}", {"rules": {"join": "approval"}})
    bob.ok("POST", f"/api/rooms/{room}/join", {"message": "I know the tides"})
    mine.expect("join_requested")
    ada.ok("PUT", f"/api/rooms/{room}/requests/{bob.id}")
    theirs.expect("room_added")
    mine.expect("member_joined")
    ask(theirs, "join_room", {"room_id": room}, "joined_room")
    message = {
        "room_id": room,
        "content": "涨潮了 @bob, high tide at 14:02 🌊",
        "nonce": "0f7c2a",
        "mentions": [bob.id],
        "mention_all": False,
        "mention_here": False,
    }
    first = ask(mine, "send_message", message)
    answer = theirs.ask(
        "send_message", {"room_id": room, "content": "On my way", "nonce": "b1", "reply_to": first["message_id"]}
    )
    ask(mine, "add_reaction", {"message_id": answer["message_id"], "emoji": "👍"})
    ask(mine, "remove_reaction", {"message_id": answer["message_id"], "emoji": "👍"})
    ask(mine, "edit_message", {"message_id": first["message_id"], "content": "High tide at 14:20 🌊"})
    ask(theirs, "typing", {"room_id": room})
    mine.expect("typing")
    ask(theirs, "mark_read", {"room_id": room, "seq": answer["seq"]})
    mine.expect("read_updated", user_id=bob.id)
    ask(mine, "recall_message", {"message_id": first["message_id"]})
    ask(mine, "sync_room", {"room_id": room, "version": 0})
    ask(mine, "ping", {"idle": False})
    ask(theirs, "set_status", {"status": "dnd", "status_text": "Reading charts"})
    mine.expect("presence_changed")
    ada.ok("PATCH", f"/api/rooms/{room}", {"announcement": "Low tide at noon"})
    ada.ok("PATCH", f"/api/rooms/{room}/members/{bob.id}", {"role": "admin"})
    theirs.expect("membership_updated")
    bob.ok("PATCH", "/api/users/me", {"display_name": "Bob 鲍勃"})
    mine.expect("user_updated")
    ada.ok("PATCH", "/api/settings", {"values": {"SERVER_MESSAGE": "The harbour is closed on Sunday."}})
    theirs.expect("server_updated")
    ada.ok("DELETE", f"/api/rooms/{room}/members/{bob.id}")
    theirs.expect("room_removed")
    mine.expect("member_left")
    bob.ok("DELETE", f"/api/users/friends/{ada.id}")
    mine.expect("friend_removed")
    ada.ok("PATCH", "/api/users/me", {"preferences": {"theme": "dark"}})
    mine.expect("me_updated")
    ada.ok("PUT", f"/api/users/blocks/{bob.id}")
    mine.expect("block_updated")
    ada.ok("DELETE", f"/api/users/blocks/{bob.id}")  # else his leaving is none of her business
    mine.expect("block_updated", is_blocked=False)
    body = {"old_password": PASSWORD, "new_password": PASSWORD + " again"}
    elsewhere = bob.sign_in_again()
    theirs.expect("new_session")
    elsewhere.ok("POST", "/api/auth/password/change", body)


def write(folder: Path, frames: dict[str, Frame]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for kind, frame in frames.items():
        (folder / f"{kind}.json").write_text(json.dumps(frame, ensure_ascii=False, indent=2) + "\n")


def main() -> None:
    with tempfile.TemporaryDirectory() as var:
        server = Server(Path(var) / "live").prepare().start()
        try:
            received = collect(server)
        finally:
            server.destroy()
    write(EXAMPLES, received)
    write(EXAMPLES / "commands", sent)


if __name__ == "__main__":
    main()
