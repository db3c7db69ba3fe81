"""What the server writes about itself: enough to find a failure, nothing that anybody wrote or signs in with."""

import json
import logging
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.db import DataError, OperationalError

from chatsite.api.exceptions import handle
from chatsite.errors import Unavailable
from chatsite.logs import HIDDEN, formatter
from chatsite.pool import OUTAGE_LINE_SECONDS, run
from tests.live import PASSWORD, Server, call

SAID = "the very secret content 机密"
INVITATION = "9Zk3xQ8vLz2Rk7TnWc5YbHd9GsPf3AeUo-Jm4xQ8vLz"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


def test_a_log_after_a_busy_day_holds_neither_contents_nor_tokens(tmp_path: Path) -> None:
    server = Server(tmp_path, LOG_FORMAT="json", LOG_REQUESTS="on").prepare().start()
    try:
        ada, bob = server.register(), server.register()
        room = ada.make_room(kind="private")["id"]
        invite = ada.ok("POST", f"/api/rooms/{room}/invites", {})["token"]
        bob.ok("POST", f"/api/invites/{invite}/accept")
        ada.say(room, SAID)
        with bob.socket() as socket:
            socket.ask("send_message", {"room_id": room, "content": SAID, "nonce": "n1"})
            refusals = [
                socket.ask(command, {"room_id": place, **data}, answer="error")
                for place in (room, 10**9)
                for command, data in (("send_message", {"content": SAID * 1000}), ("mark_read", {"seq": SAID}))
            ]
            refusals += [socket.ask(command, {"content": SAID}, answer="error") for command in (SAID, "edit_message")]
            refusals += [socket.ask("send_message", {"room_id": 10**9, "content": SAID}, answer="error")]
        call(server.base, "POST", "/api/auth/login", {"username": ada.name, "password": "wrong " + PASSWORD})
        call(server.base, "GET", f"/api/users/me?token={ada.access}", token="damaged" + ada.access)
        call(server.base, "POST", "/api/auth/refresh", {"refresh": ada.refresh})
        server.stop()
        text = server.log.read_text()
    finally:
        server.destroy()
    for secret in (SAID, "secret content", PASSWORD, invite, ada.access, ada.refresh, bob.access, ada.name):
        assert secret not in text
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    told = {(line["method"], line["route"], line["status"]) for line in lines if line["event"] == "request"}
    assert {status for _method, route, status in told if "auth/login" in route} == {401}
    assert all(line["request_id"] for line in lines if line["event"] == "request")
    logged = {line["request_id"]: line["error"] for line in lines if line["event"] == "command_refused"}
    assert {refusal["request_id"]: refusal["code"] for refusal in refusals}.items() <= logged.items()
    assert len({refusal["request_id"] for refusal in refusals}) == len(refusals) == 7


@pytest.mark.parametrize("renderer", ["json", "line"])
def test_a_failure_is_told_without_what_the_database_repeats(renderer: str) -> None:
    text = logged(renderer, DataError(1406, f"Data too long: '{SAID}'"))
    assert "DataError 1406" in text
    assert "test_logs.py" in text, "the traceback stays"
    assert SAID not in text
    assert "OperationalError" in logged(renderer, OperationalError(f"near {SAID}"))


@pytest.mark.parametrize("renderer", ["json", "line"])
def test_tokens_and_named_secrets_are_hidden_wherever_they_stand(renderer: str) -> None:
    text = logged(
        renderer, None, content=SAID, token="short", why=f"cannot read {JWT}", path=f"/invites/{INVITATION}/accept"
    )
    for secret in (SAID, "short", JWT, JWT[10:40], INVITATION):
        assert secret not in text
    assert text.count(HIDDEN) == 4
    assert "cannot read" in text


def test_a_line_names_level_source_event_and_facts() -> None:
    line = logged("line", None, envelopes=3)
    assert line.split(" ", 1)[1] == "WARNING tests: something_happened envelopes=3"


@pytest.mark.parametrize("renderer", ["json", "line"])
def test_no_fact_looks_like_a_line_of_its_own(renderer: str) -> None:
    forged = "x\n2026-01-01T00:00:00Z WARNING chat: forged\r\u2028\x1b[2K"
    text = logged(renderer, None, why=forged)
    assert not {"\n", "\r", "\x1b"} & set(text)


def logged(renderer: str, error: Exception | None, **facts: object) -> str:
    """-> the text of a warning, with the traceback of `error`"""
    exc_info = None
    if error is not None:
        try:
            raise error
        except type(error):
            exc_info = sys.exc_info()
    record = logging.LogRecord("tests", logging.WARNING, __file__, 1, "something_happened", None, exc_info)
    record.__dict__.update(facts)
    return formatter(renderer).format(record)


@pytest.mark.once
def test_a_full_disk_is_told_once_for_many_refusals(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatsite.pool._told_at", -OUTAGE_LINE_SECONDS)

    def full() -> None:
        try:
            with closing(sqlite3.connect(tmp_path / "small")) as small:
                small.execute("PRAGMA max_page_count = 1")
                small.execute(f"CREATE TABLE t AS SELECT '{SAID}' AS said")
        except sqlite3.OperationalError as error:
            raise OperationalError(*error.args) from error

    for _ in range(3):
        with pytest.raises(Unavailable):
            run(full)
    (told,) = [record for record in caplog.records if record.message == "database_unavailable"]
    assert told.error == "OperationalError SQLITE_FULL"


@pytest.mark.once
def test_rest_tells_why_it_refuses_too(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatsite.pool._told_at", -OUTAGE_LINE_SECONDS)
    error = OperationalError(1021, f"Disk full ({SAID}); waiting for someone to free some space")
    answer = handle(error, {"request": None})
    assert answer is not None
    assert answer.status_code == 503
    (told,) = [record for record in caplog.records if record.message == "database_unavailable"]
    assert told.error == "OperationalError 1021"
