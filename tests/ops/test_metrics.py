"""What Prometheus is told: how the chat does, and nothing of who is in it or what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from chatsite import chores, metrics
from chatsite.errors import CODES
from tests.conftest import Api
from tests.factories import make_room, make_user, sign_in
from tests.live import Server, call

TOKEN = "a-token-of-the-operators"
SECRET = "rosebud"


@pytest.fixture(params=["1", "2"], scope="module")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("metrics"), METRICS_TOKEN=TOKEN, WEB_CONCURRENCY=request.param)
    yield made.prepare().start()
    made.destroy()


def scraped(server: Server) -> dict[str, list[tuple[dict[str, str], float]]]:
    """-> {sample: [(labels, value)]}"""
    return parsed(raw(server))


def raw(server: Server) -> str:
    status, text = call(server.base, "GET", "/metrics", token=TOKEN)
    assert status == 200
    return text if isinstance(text, str) else text.decode()


def parsed(text: str) -> dict[str, list[tuple[dict[str, str], float]]]:
    found: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


def value(server: Server, name: str, **labels: str) -> float:
    rows = scraped(server).get(name, [])
    return sum(number for own, number in rows if labels.items() <= own.items())


def test_it_counts_what_people_do_over_all_processes(server: Server) -> None:
    ada, bob = server.register(), server.register()
    room = ada.make_room(SECRET)["id"]
    bob.ok("POST", f"/api/rooms/{room}/join")
    before = value(server, "chat_sends_total", result="stored")
    with ada.socket() as mine, bob.socket() as theirs:
        theirs.ask("join_room", {"room_id": room}, answer="joined_room")  # from here on live, in whichever process
        mine.send("send_message", {"room_id": room, "content": SECRET, "nonce": "n1"}, id="1")
        mine.expect("ack")
        theirs.expect("new_message")
        mine.send("send_message", {"room_id": room + 10_000, "content": SECRET}, id="2")
        mine.expect("error")
        mine.send("x" * 30, {}, id="3")
        mine.expect("error")
    assert value(server, "chat_sends_total", result="stored") == before + 1
    assert value(server, "chat_sends_total", result="not_found") >= 1
    assert value(server, "chat_send_seconds_count") >= 2
    assert value(server, "chat_commit_seconds_count") >= 1
    assert value(server, "chat_batch_messages_sum") >= 2
    assert value(server, "chat_frames_in_total", command="authenticate") >= 2
    assert value(server, "chat_frames_out_total", kind="room") >= 2
    assert value(server, "chat_refused_total", door="gateway", code="validation_error") >= 1
    assert value(server, "chat_rest_requests_total", route="/api/rooms/{room_id}/join", status="200") >= 1
    assert value(server, "chat_rest_seconds_count", route="/api/rooms/{room_id}/join") >= 1
    assert value(server, "chat_closed_total", code="client") >= 1
    for name in ("chat_database_up", "chat_redis_up", "chat_up"):
        assert value(server, name) == 1, name
    assert value(server, "chat_resident_memory_bytes") > 10_000_000
    assert value(server, "chat_processes") >= int(server.env["WEB_CONCURRENCY"])


def test_labels_hold_no_ids_names_contents_or_what_came_from_outside(server: Server) -> None:
    ada = server.register()
    room = ada.make_room(SECRET)["id"]
    ada.say(room, SECRET)
    for number in range(30):
        call(server.base, "GET", f"/api/rooms/{number}/{SECRET}{number}", token=ada.access)
        call(server.base, "GET", f"/{SECRET}/{number}?q={SECRET}")
        call(server.base, "GET", f"/api/invites/{SECRET}{number}", token=ada.access)
        call(server.base, f"X{number}", "/api/rooms", token=ada.access)
    with ada.socket() as socket:
        for number in range(30):
            socket.send(f"{SECRET}{number}", {}, id=str(number))
            socket.expect("error")
    text = raw(server)
    for private in (SECRET, ada.name, ada.access, TOKEN):
        assert private not in text
    allowed = re.compile(r"[a-z_./{}<>:* -]{0,80}|[A-Z]{3,7}|\d{3,4}|[\d.]+|\+Inf")  # words, methods, status, buckets
    for rows in parsed(text).values():
        assert len(rows) < 1_500
        for labels, _number in rows:
            assert all(allowed.fullmatch(label) for label in labels.values()), labels
    assert len(parsed(text)["chat_rest_requests_total"]) < 60


@pytest.mark.parametrize("token", [None, "wrong", "", TOKEN + "x", TOKEN[:-1], "Ünïcode"])
def test_only_who_has_the_token_reads(settings: Any, client: Any, token: str | None, db: None) -> None:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/metrics", headers=headers).status_code == 401
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers=headers).status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_neither_members_nor_administrators_are_let_in(settings: Any, db: None) -> None:
    settings.METRICS_TOKEN = TOKEN
    for user in (make_user(), make_user(is_staff=True, is_superuser=True)):
        assert Api(sign_in(user)).get("/metrics").status_code == 401
    assert Api(TOKEN).get("/metrics").status_code == 200


def test_many_values_at_once_count_as_each_alone() -> None:
    values = [0.0, 0.001, 0.0011, 0.3, 9.0, 100.0]
    one = metrics.BatchHistogram("one", "", registry=None, buckets=metrics.SECONDS)
    other = metrics.BatchHistogram("other", "", registry=None, buckets=metrics.SECONDS)
    one.observe_many(values)
    for each in values:
        other.observe(each)
    assert [s[1:3] for s in one.collect()[0].samples][:-1] == [s[1:3] for s in other.collect()[0].samples][:-1]


def test_chores_are_counted_and_their_failures_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(chores.chores, "counted", chores.Chore("", chores.HOURLY, lambda: 7))
    chores.do("counted")
    monkeypatch.setitem(chores.chores, "counted", chores.Chore("", chores.HOURLY, lambda: 1 // 0))
    with pytest.raises(ZeroDivisionError):
        chores.do("counted")
    found = metrics.registry.get_sample_value
    assert found("chat_chore_rows_total", {"chore": "counted"}) == 7
    assert [found("chat_chore_runs_total", {"chore": "counted", "outcome": o}) for o in ("done", "failed")] == [1, 1]


@pytest.mark.django_db
def test_every_refusal_over_rest_is_counted_by_its_code(api: Api) -> None:
    ada = make_user()
    room = make_room(ada)
    labels = {"door": "rest", "code": "permission_denied"}
    before = metrics.registry.get_sample_value("chat_refused_total", labels) or 0
    bob = make_user()
    api.by(bob).post(f"/api/rooms/{room.id}/join")
    assert api.by(bob).patch(f"/api/rooms/{room.id}", {"name": "x"}).status_code == 403
    assert metrics.registry.get_sample_value("chat_refused_total", labels) == before + 1
    assert labels["code"] in CODES


def test_a_start_forgets_processes_that_are_gone(tmp_path: Path, settings: Any) -> None:
    import os

    from chatsite.api.metrics import forget_the_dead

    settings.METRICS_DIR = tmp_path
    gone, here = tmp_path / f"counter_{2**22 + 1}.db", tmp_path / f"counter_{os.getpid()}.db"
    for path in (gone, here):
        path.write_bytes(b"")
    forget_the_dead()
    assert list(tmp_path.iterdir()) == [here]
