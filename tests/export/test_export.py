"""Everything that is mine, as a ZIP: complete, nobody else's, and made in pieces however much it is."""

from __future__ import annotations

import json
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from chatsite.export.archive import Entry, zipped
from chatsite.export.contents import FILE_PAGES, PAGE_ROWS, contents
from messaging.models import Message
from messaging.services.bulk import Line, add_lines
from rooms.models import Room
from rooms.services.joining import leave
from tests.conftest import Api
from tests.factories import PASSWORD, make_message, make_room, make_user
from tests.people import Person, code_of
from tests.security.world import picture

pytestmark = pytest.mark.django_db(transaction=True)  # pages come by connections that are checked before


@pytest.fixture(autouse=True)
def _no_limits(settings: Any, tmp_path: Path) -> None:
    settings.RATE_LIMITS = False
    settings.MEDIA_ROOT = tmp_path


def person(name: str, **fields: Any) -> Person:
    user = make_user(name, **fields)
    return Person(user, Api().by(user))


@pytest.fixture
def ann() -> Person:
    return person("ann")


@pytest.fixture
def bob() -> Person:
    return person("bob")


def link(whose: Person, password: str = PASSWORD) -> str:
    answer = whose.api.post("/api/users/me/export", {"password": password})
    assert answer.status_code == 201, answer.content
    assert set(answer.json()) == {"url", "expires_at"}
    return str(answer.json()["url"])


def fetch(url: str) -> ZipFile:
    answer = Api().get(url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    assert answer["Content-Disposition"] == f'attachment; filename="chat-{now():%Y-%m-%d}.zip"'
    archive = ZipFile(BytesIO(b"".join(answer)))  # type: ignore[arg-type]
    assert archive.testzip() is None
    return archive


def read(archive: ZipFile, name: str) -> Any:
    return json.loads(archive.read(name))


def texts(archive: ZipFile, room: Room) -> list[str]:
    return [m["content"] for m in read(archive, f"messages/{room.id}.json")]


def test_everything_of_mine_is_in_it(ann: Person, bob: Person) -> None:
    ann.api.patch("/api/users/me", {"bio": "涨潮", "preferences": {"theme": "dark"}})
    ann.api.upload("PUT", "/api/users/me/avatar", file=picture())
    ann.api.post(f"/api/users/friends/{bob.id}", {"message": "Hi"})
    ann.api.put(f"/api/users/{bob.id}/remark", {"name": "老鲍"})
    pest = person("pest")
    ann.api.put(f"/api/users/blocks/{pest.id}")
    room, direct = make_room(ann.user, name="Harbour", members=[bob.user]), make_room(ann.user, "direct", [bob.user])
    mine, theirs = make_message(room, ann.user, "mine"), make_message(room, bob.user, "theirs")
    make_message(direct, ann.user, "psst")
    make_message(direct, bob.user, "what?")
    ann.api.put(f"/api/messages/{theirs.id}/reactions/👍")
    ann.api.post(f"/api/messages/{theirs.id}/report", {"reason": "spam", "text": "look"})
    archive = fetch(link(ann))
    profile = read(archive, "profile.json")
    assert (profile["username"], profile["email"], profile["bio"]) == ("ann", "ann@example.com", "涨潮")
    assert profile["preferences"]["theme"] == "dark"
    (friend,) = read(archive, "friends.json")
    assert (friend["user"]["username"], friend["asked_by"], friend["message"]) == ("bob", "me", "Hi")
    assert friend["accepted_at"] is None
    assert [(r["user"]["id"], r["name"]) for r in read(archive, "remarks.json")] == [(bob.id, "老鲍")]
    assert [b["user"]["username"] for b in read(archive, "blocks.json")] == ["pest"]
    rooms = {r["room_id"]: r for r in read(archive, "rooms.json")}
    assert (rooms[room.id]["room"], rooms[room.id]["role"], rooms[room.id]["peer"]) == ("Harbour", "owner", None)
    assert rooms[direct.id]["peer"]["username"] == "bob"
    assert texts(archive, room) == ["mine"]
    assert texts(archive, direct) == ["psst", "what?"]
    assert read(archive, f"messages/{room.id}.json")[0]["id"] == mine.id
    assert [(r["message_id"], r["emoji"]) for r in read(archive, "reactions.json")] == [(theirs.id, "👍")]
    assert [(r["message_id"], r["text"]) for r in read(archive, "reports.json")] == [(theirs.id, "look")]
    assert [s["id"] for s in read(archive, "sessions.json")] == [ann.session.pk]
    assert archive.read("picture.webp")[:4] == b"RIFF"


def test_an_account_without_anything_has_empty_lists(ann: Person) -> None:
    archive = fetch(link(ann))
    lists = ("friends", "blocks", "remarks", "rooms", "reactions", "reports")
    assert {name: read(archive, f"{name}.json") for name in lists} == {name: [] for name in lists}
    assert not [name for name in archive.namelist() if name.startswith("messages/") or name == "picture.webp"]


def test_nothing_of_others_is_in_it(ann: Person, bob: Person) -> None:
    cat = person("cat", bio="rosebud bio")
    room = make_room(bob.user, "private", [ann.user, cat.user], "rosebud room")
    others = make_room(cat.user, "private", [bob.user], "rosebud elsewhere")
    direct = make_room(bob.user, "direct", [cat.user])
    for where, who in ((room, bob), (room, cat), (others, bob), (direct, bob)):
        make_message(where, who.user, "rosebud said")
    silent = make_room(cat.user, "direct", [ann.user])  # nothing was said in it: Ann does not know of it
    for whose in (bob, cat):
        whose.api.put(f"/api/users/{ann.id}/remark", {"name": "rosebud remark"})
    bob.api.put(f"/api/users/blocks/{ann.id}")
    cat.api.put(f"/api/users/{bob.id}/remark", {"name": "rosebud remark"})
    cat.api.post(f"/api/users/{ann.id}/report", {"reason": "abuse", "text": "rosebud report"})
    mine = make_message(room, ann.user, "my own", reply_to=Message.objects.filter(room_id=room.id).first().id)  # type: ignore[union-attr]
    leave(user_id=ann.id, room_id=room.id)
    archive = fetch(link(ann))
    content = "".join(archive.read(name).decode() for name in archive.namelist())
    assert "rosebud" not in content
    assert "@example.com" not in content.replace("ann@example.com", "")
    assert read(archive, "blocks.json") == []
    (left,) = read(archive, "rooms.json")
    assert (left["room_id"], left["room"], left["left_at"] is None) == (room.id, None, False)
    assert [m["id"] for m in read(archive, f"messages/{room.id}.json")] == [mine.id]
    assert silent.id not in [r["room_id"] for r in read(archive, "rooms.json")]


def test_what_was_recalled_is_empty(ann: Person, bob: Person) -> None:
    direct = make_room(ann.user, "direct", [bob.user])
    message = make_message(direct, ann.user, "rosebud")
    ann.api.post(f"/api/messages/{message.id}/recall")
    (row,) = read(fetch(link(ann)), f"messages/{direct.id}.json")
    assert (row["content"], row["recalled_at"] is None) == ("", False)


# ---- who may


def test_it_takes_the_password(ann: Person, api: Api) -> None:
    for password in ("wrong", ""):
        answer = ann.api.post("/api/users/me/export", {"password": password})
        assert code_of(answer) == (400, "validation_error")
        assert list(answer.json()["fields"]) == ["password"]
    assert code_of(ann.api.post("/api/users/me/export")) == (400, "validation_error")
    assert code_of(api.post("/api/users/me/export", {"password": PASSWORD})) == (401, "authentication_failed")


def test_a_link_is_of_its_owner_and_of_nobody_else(ann: Person, bob: Person) -> None:
    assert read(fetch(link(ann)), "profile.json")["username"] == "ann"
    assert read(fetch(link(bob)), "profile.json")["username"] == "bob"
    url = link(ann)
    for broken in (
        url[:-1],
        url[:-1] + ("a" if url[-1] != "a" else "b"),
        url.replace("export/", "export/x"),
        url + "x",
    ):
        assert code_of(Api().get(broken)) == (404, "not_found")


def test_a_link_ends_with_its_time_its_session_and_its_account(ann: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.core.signing import time as signing_time

    url = link(ann)
    later = signing_time.time() + 601
    with monkeypatch.context() as patch:
        patch.setattr("django.core.signing.time.time", lambda: later)
        assert code_of(Api().get(url)) == (404, "not_found")
    fetch(url)
    again = Person(ann.user, Api().by(ann.user))
    other = link(again)
    ann.api.delete("/api/auth/sessions")
    assert code_of(Api().get(other)) == (404, "not_found")
    ann.api.delete("/api/users/me", {"password": PASSWORD})
    assert code_of(Api().get(url)) == (404, "not_found")


def test_it_is_made_a_few_times_an_hour(ann: Person, bob: Person, settings: Any) -> None:
    url, others = link(ann), link(bob)
    settings.RATE_LIMITS = True
    for _ in range(4):
        fetch(url)
    answer = Api().get(url)
    assert code_of(answer) == (429, "rate_limited")
    assert answer.json()["retry_after"] > 60
    fetch(others)


# ---- much of it


def fill(whose: Person, count: int) -> Room:
    room = make_room(whose.user)
    for start in range(0, count, 1_000):
        add_lines(
            lines=[
                Line(room_id=room.id, sender_id=whose.id, content=f"{n} 涨潮了", nonce=f"n{n}", created_at=now())
                for n in range(start, min(start + 1_000, count))
            ]
        )
    return room


def most_memory(user_id: int) -> int:
    """-> bytes that were held at once while the archive was made and thrown away"""
    tracemalloc.start()
    try:
        for _piece in zipped(contents(user_id)):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_ten_thousand_messages_come_whole_in_order_and_take_the_memory_of_a_page(ann: Person, bob: Person) -> None:
    room, _small = fill(ann, 10_000), fill(bob, 1_000)
    with CaptureQueriesContext(connection) as queries:
        archive = fetch(link(ann))
    assert texts(archive, room) == [f"{n} 涨潮了" for n in range(10_000)]
    pages = [q["sql"] for q in queries if 'FROM "messaging_message"' in q["sql"].replace("`", '"')]
    assert len(pages) == 10_000 // PAGE_ROWS + 1
    assert all(f"LIMIT {PAGE_ROWS}" in sql for sql in pages)
    assert most_memory(ann.id) < 1.5 * most_memory(bob.id)


def test_a_room_of_very_many_messages_comes_in_several_files(ann: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatsite.export.contents.PAGE_ROWS", 2)
    room = fill(ann, 2 * FILE_PAGES + 3)
    archive = fetch(link(ann))
    names = [f"messages/{room.id}.json", f"messages/{room.id}-2.json"]
    assert [name for name in archive.namelist() if name.startswith("messages/")] == names
    whole = [m["seq"] for name in names for m in read(archive, name)]
    assert len(read(archive, names[0])) == 2 * FILE_PAGES
    assert whole == sorted(whole)
    assert len(whole) == 2 * FILE_PAGES + 3


def test_every_piece_may_be_made_by_another_thread(ann: Person) -> None:
    """As the server does it: no piece holds on to a connection."""
    room = fill(ann, 1_200)
    pieces, parts = zipped(contents(ann.id)), []

    def take() -> bytes | None:
        try:
            return next(pieces, None)
        finally:
            connections.close_all()

    while True:
        with ThreadPoolExecutor(1) as thread:
            piece = thread.submit(take).result()
        if piece is None:
            break
        parts.append(piece)
    assert len(texts(ZipFile(BytesIO(b"".join(parts))), room)) == 1_200


def test_who_stops_reading_stops_the_making(ann: Person) -> None:
    fill(ann, 1_200)
    pieces = zipped(contents(ann.id))
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert next(pieces, None) is None


def test_an_archive_is_written_as_it_is_read() -> None:
    made = []

    def part(name: str) -> Any:
        made.append(name)
        yield b"x" * 100_000

    pieces = zipped(Entry(f"{n}.txt", part(f"{n}")) for n in range(3))
    next(pieces)
    assert made == ["0"]
    list(pieces)
    assert made == ["0", "1", "2"]
