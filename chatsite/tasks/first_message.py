"""Registers, makes a room and sends a message over the WebSocket; ends when it is acknowledged and came back."""

import json
import sys
import urllib.request
from typing import Any

from websockets.sync.client import ClientConnection, connect

PATIENCE_SECONDS = 30


def main(base: str) -> None:
    account = post(
        f"{base}/api/auth/register",
        {"username": "newcomer", "email": "newcomer@example.com", "password": "a first message"},
    )
    room = post(f"{base}/api/rooms/", {"name": "First room"}, account["access"])
    with connect(base.replace("http", "ws", 1) + "/ws/", open_timeout=PATIENCE_SECONDS, proxy=None) as connection:
        ask(connection, "authenticate", {"token": account["access"]}, "ready")
        ask(connection, "send_message", {"room_id": room["id"], "content": "Hello, 世界"}, "ack")
        wait(connection, lambda frame: frame["type"] == "new_message")


def post(url: str, body: Any, token: str = "") -> Any:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
        return json.load(answer)


def ask(connection: ClientConnection, kind: str, data: Any, answer: str) -> None:
    connection.send(json.dumps({"type": kind, "id": kind, "data": data}))
    wait(connection, lambda frame: frame["type"] == answer and frame.get("id") == kind)


def wait(connection: ClientConnection, is_wanted: Any) -> None:
    while True:
        frame = json.loads(connection.recv(PATIENCE_SECONDS))
        if is_wanted(frame):
            return
        if frame["type"] == "error":
            sys.exit(f"The server refused: {frame['data']}")


if __name__ == "__main__":
    main(sys.argv[1])
