"""REST bodies: unknown fields are refused wherever there is a body, and every text is in the reader's language."""

import re
from typing import Any

import pytest

from tests.live import Person, call

CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/rooms/{room}/leave"),
        ("DELETE", "/api/rooms/{room}/members/{bob}"),
        ("DELETE", "/api/rooms/{room}"),
        ("POST", "/api/messages/{message}/recall"),
        ("PUT", "/api/messages/{message}/pin"),
        ("DELETE", "/api/messages/{message}/pin"),
        ("PUT", "/api/messages/{message}/reactions/%F0%9F%91%8D"),
        ("POST", "/api/users/friends/{bob}/accept"),
        ("PUT", "/api/users/blocks/{bob}"),
        ("DELETE", "/api/auth/sessions"),
        ("POST", "/api/invites/x/accept"),
    ],
)
def test_a_call_without_a_body_refuses_one_that_says_something(
    ada: Person, bob: Person, method: str, path: str
) -> None:
    room = ada.make_room()["id"]
    bob.ok("POST", f"/api/rooms/{room}/join")
    address = path.format(room=room, bob=bob.id, message=ada.say(room, "hello")["id"])
    status, refusal = ada.call(method, address, {"nosuch": 1})
    assert (status, refusal["code"], list(refusal["fields"])) == (400, "validation_error", ["nosuch"])
    assert call(ada.server.base, method, address, raw=b"{", token=ada.access)[0] == 400
    assert ada.call(method, address, {})[0] != 400


@pytest.mark.parametrize("path", ["/api/users/me/avatar", "/api/rooms/{room}/avatar"])
def test_an_upload_refuses_parts_that_it_does_not_know(ada: Person, path: str) -> None:
    address = path.format(room=ada.make_room()["id"])
    form = b"".join(b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n1\r\n' % n for n in (b"file", b"nosuch"))
    status, refusal = call(
        ada.server.base,
        "PUT",
        address,
        raw=form + b"--x--",
        token=ada.access,
        Content_Type="multipart/form-data; boundary=x",
    )
    assert (status, refusal["code"], list(refusal["fields"])) == (400, "validation_error", ["nosuch"])


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/rooms/{room}/messages", {"content": " "}),
        ("GET", "/api/rooms/{room}/members?cursor=x", None),
        ("GET", "/api/rooms/{room}/members?limit=x", None),
        ("GET", "/api/rooms/{room}/messages?before=x", None),
        ("PUT", "/api/rooms/{room}/avatar", None),
        ("PUT", "/api/users/me/avatar", None),
    ],
)
def test_what_is_wrong_with_a_field_is_said_in_the_language_of_the_reader(
    ada: Person, method: str, path: str, body: Any
) -> None:
    address = path.format(room=ada.make_room()["id"])
    for language, is_chinese in (("zh-CN", True), ("en", False)):
        _, refusal = ada.call(method, address, body, Accept_Language=language)
        for text in (refusal["message"], *(text for texts in refusal["fields"].values() for text in texts)):
            assert bool(CHINESE.search(text)) is is_chinese, text
