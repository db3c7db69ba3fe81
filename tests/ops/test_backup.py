"""Backup and restore, driven as an operator does: the commands of a chat that people are using."""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.live import ROOT, Person, Server, call

pytestmark = pytest.mark.timeout(600)

MESSAGES = int(os.environ.get("BACKUP_MESSAGES", "1000"))
IN_FLIGHT = 200
ODD = [
    "中文 👍🏽 and 'quotes'; DROP TABLE --",
    "tab\tnew\nline \\ back % %s",
    '{"json": [1, 2]}',
    " spaces around ",
    "\u200d\u2028\U0010ffff",
    "é" * 8000,
]


@pytest.fixture
def make_server(tmp_path: Path) -> Iterator[Any]:
    made: list[Server] = []

    def make(name: str, **env: str) -> Server:
        made.append(Server(tmp_path / name, ENV_FILE=str(tmp_path / f"{name}.env"), **env))
        made[-1].var.mkdir(parents=True, exist_ok=True)
        return made[-1]

    yield make
    for server in made:
        server.destroy()


def manage(server: Server, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**server.env, **env},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )


def told(server: Server, *arguments: str, **env: str) -> str:
    """-> what a command that succeeds says"""
    done = manage(server, *arguments, **env)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(server: Server, *arguments: str, **env: str) -> str:
    done = manage(server, *arguments, **env)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stderr.strip().removeprefix("CommandError: ")


def live_in(server: Server, messages: int = 20) -> tuple[Person, int]:
    """Two people who use what there is. -> one of them and their room"""
    ada, bob = server.register(), server.register()
    room: int = ada.make_room()["id"]
    bob.ok("POST", f"/api/rooms/{room}/join")
    said = [ada.say(room, content) for content in ODD]
    bob.say(room, "an answer", reply_to=said[0]["id"], mentions=[ada.id])
    bob.ok("PUT", f"/api/messages/{said[0]['id']}/reactions/%F0%9F%91%8D")
    ada.ok("PATCH", f"/api/messages/{said[1]['id']}", {"content": "edited"})
    ada.ok("POST", f"/api/messages/{said[2]['id']}/recall")
    ada.ok("PUT", f"/api/messages/{said[3]['id']}/pin")
    direct = ada.ok("POST", "/api/direct", {"user_id": bob.id})["id"]
    ada.say(direct, "between us")
    put_avatar(ada)
    send_many(bob, room, messages)
    return ada, room


def put_avatar(person: Person) -> None:
    picture = BytesIO()
    Image.new("RGB", (64, 64), "teal").save(picture, "PNG")
    head = b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    status, answer = call(
        person.server.base,
        "PUT",
        "/api/users/me/avatar",
        token=person.access,
        raw=head + picture.getvalue() + b"\r\n--cut--\r\n",
        Content_Type="multipart/form-data; boundary=cut",
    )
    assert status == 204, answer


def send_many(person: Person, room: int, count: int) -> None:
    with person.socket() as socket:
        for start in range(0, count, IN_FLIGHT):
            numbers = range(start, min(start + IN_FLIGHT, count))
            for n in numbers:
                socket.send(
                    "send_message", {"room_id": room, "content": f"message {n} 第{n}条", "nonce": f"n{n}"}, id=f"s{n}"
                )
            waiting = {f"s{n}" for n in numbers}
            while waiting:
                assert socket.receive(60)
                frame = socket.frames.pop()
                assert frame["type"] != "error", frame
                waiting.discard(frame.get("id"))


class Archive:
    def __init__(self, path: Path) -> None:
        with tarfile.open(path) as tar:
            self.members = {info.name: tar.extractfile(info).read() for info in tar}  # type: ignore[union-attr]
        self.manifest = json.loads(self.members["manifest.json"])

    def rows(self, table: str) -> list[dict[str, Any]]:
        lines = [
            line
            for name in sorted(self.members)
            if name.startswith(f"rows/{table}/")
            for line in gzip.decompress(self.members[name]).splitlines()
        ]
        columns = self.manifest["tables"][table]["columns"]
        return [dict(zip(columns, json.loads(line), strict=True)) for line in lines]

    @property
    def kept(self) -> dict[str, bytes]:
        """Everything but when and where it was made."""
        return {name: content for name, content in self.members.items() if name != "manifest.json"}


def cells(server: Server) -> dict[str, list[Any]]:
    """Every cell of an SQLite database with its storage class, but for the epoch and when migrations ran."""
    with closing(sqlite3.connect(server.var / "chat.sqlite3")) as database:
        names = [n for (n,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        names = [n for n in names if n not in ("messaging_epoch", "django_migrations", "sqlite_sequence")]
        found = {}
        for name in names:
            columns = [row[1] for row in database.execute(f"PRAGMA table_info({name})")]
            wanted = ", ".join(f'"{c}", typeof("{c}")' for c in columns)
            found[name] = list(database.execute(f"SELECT {wanted} FROM {name} ORDER BY 1"))
        return found


def test_a_backup_made_while_people_write_comes_back_bit_for_bit(make_server: Any, tmp_path: Path) -> None:
    source: Server = make_server("source").prepare().start()
    ada, room = live_in(source, MESSAGES)
    writer = Writer(ada, room)
    told(source, "backup", str(tmp_path / "while.tar"))
    assert writer.stop() > 0
    assert_consistent(Archive(tmp_path / "while.tar"))

    source.stop()
    assert "Backed up" in told(source, "backup", str(tmp_path / "first.tar"))
    target: Server = make_server("target")
    told(target, "restore", str(tmp_path / "first.tar"))
    told(target, "backup", str(tmp_path / "second.tar"))
    first, second = Archive(tmp_path / "first.tar"), Archive(tmp_path / "second.tar")
    assert first.manifest["tables"] == second.manifest["tables"]
    assert first.manifest["tables"]["messaging_message"]["rows"] > MESSAGES
    assert first.kept == second.kept
    assert [name for name in first.kept if name.startswith("files/avatars/")]
    if not source.database_url:
        assert cells(target) == cells(source)


class Writer:
    """Somebody who goes on writing until they are stopped."""

    def __init__(self, person: Person, room: int) -> None:
        self.person, self.room, self.count = person, room, 0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._is_over.is_set():
            self.person.say(self.room, "while it runs")
            self.count += 1

    def stop(self) -> int:
        self._is_over.set()
        self._thread.join()
        return self.count


def assert_consistent(archive: Archive) -> None:
    """The counters, which are read last, and the messages, which are read first, are of one moment."""
    seqs: dict[int, list[int]] = {}
    for message in archive.rows("messaging_message"):
        seqs.setdefault(message["room_id"], []).append(message["seq"])
    for counter in archive.rows("rooms_roomcounter"):
        own = seqs.get(counter["room_id"], [])
        assert sorted(own) == list(range(1, counter["last_seq"] + 1))


def test_a_restored_chat_serves_and_its_clients_start_afresh(make_server: Any, tmp_path: Path) -> None:
    source: Server = make_server("source").prepare().start()
    ada, room = live_in(source)
    with ada.socket() as socket:
        epoch = socket.ready["epoch"]
    told(source, "backup", str(tmp_path / "a.tar"))
    ada.say(room, "this is not in the backup")
    have = ada.ok("GET", f"/api/rooms/{room}")
    ada.ok("GET", f"/api/rooms/{room}/messages")  # Redis keeps a page with it
    source.stop()

    told(source, "restore", str(tmp_path / "a.tar"), "--replace")
    source.start()
    assert ada.ok("GET", f"/api/rooms/{room}")["version"] == have["version"] - 1
    ada.say(room, "another one at the same version")
    with ada.socket(rooms={str(room): have["version"]}, epoch=epoch) as socket:
        assert socket.ready["epoch"] != epoch
        assert socket.expect("room_sync", room_id=room)["complete"] is False
    newest = ada.ok("GET", f"/api/rooms/{room}/messages", None)["results"][-1]
    assert newest["content"] == "another one at the same version"
    assert list((source.var / "backups").glob("before-restore-*.tar"))


def test_only_an_empty_place_is_restored_into(make_server: Any, tmp_path: Path) -> None:
    source: Server = make_server("source").prepare().start()
    live_in(source)
    told(source, "backup", str(tmp_path / "a.tar"))
    with source.register().socket():
        assert "The chat is running" in refused(source, "restore", str(tmp_path / "a.tar"), "--replace")
    source.stop()
    before = backed_up(source, tmp_path / "before.tar")
    assert "There is a chat here already" in refused(source, "restore", str(tmp_path / "a.tar"))
    assert backed_up(source, tmp_path / "after.tar").kept == before.kept


def backed_up(server: Server, path: Path) -> Archive:
    told(server, "backup", str(path))
    return Archive(path)


def damaged(path: Path, how: str) -> Path:
    content = bytearray(path.read_bytes())
    bad = path.with_name(f"{how}.tar")
    if how == "cut":
        content = content[: len(content) // 2]
    elif how == "flipped":
        content[content.index(b"rows/messaging_message") + 512 + 20] ^= 1
    elif how == "text":
        content = bytearray(b"not a backup")
    bad.write_bytes(content)
    return bad


def test_what_is_damaged_is_refused_before_anything_is_touched(make_server: Any, tmp_path: Path) -> None:
    source: Server = make_server("source").prepare().start()
    live_in(source)
    source.stop()
    before = backed_up(source, tmp_path / "a.tar")
    for how in ("cut", "flipped", "text"):
        assert "is no backup that can be restored" in refused(
            source, "restore", str(damaged(tmp_path / "a.tar", how)), "--replace"
        )
    assert "There is no file" in refused(source, "restore", str(tmp_path / "missing.tar"))
    assert backed_up(source, tmp_path / "b.tar").kept == before.kept


def test_keys_come_back_into_the_file_and_tokens_stay_good(make_server: Any, tmp_path: Path) -> None:
    keyless = {"SECRET_KEY": "", "JWT_SECRET_KEY": ""}
    source: Server = make_server("source", **keyless).prepare().start()
    ada, room = live_in(source)
    source.stop()
    told(source, "backup", str(tmp_path / "a.tar"))
    assert (tmp_path / "a.tar").stat().st_mode & 0o077 == 0

    target: Server = make_server("target", **keyless)
    told(target, "restore", str(tmp_path / "a.tar"))
    assert (tmp_path / "target.env").stat().st_mode & 0o077 == 0
    target.start()
    ada.server = target
    assert ada.ok("GET", f"/api/rooms/{room}")["id"] == room
    target.stop()

    third: Server = make_server("third")
    said = told(third, "restore", str(tmp_path / "a.tar"))
    assert "The environment has another SECRET_KEY, JWT_SECRET_KEY" in said


def test_the_commands_speak_chinese_where_the_terminal_does(make_server: Any, tmp_path: Path) -> None:
    server: Server = make_server("source").prepare()
    assert "已备份" in told(server, "backup", str(tmp_path / "a.tar"), LC_ALL="zh_CN.UTF-8")
    assert "备份" in told(server, "restore", "--help", LANG="zh_CN.UTF-8", LC_ALL="", LC_MESSAGES="")


def test_migrating_a_chat_that_is_lived_in_is_preceded_by_a_backup(make_server: Any) -> None:
    server: Server = make_server("source").prepare()
    backups = server.var / "backups"
    assert not backups.exists(), "the first migration has nothing to lose"
    server.start()
    ada, _ = live_in(server)
    server.stop()
    told(server, "migrate", "sessions", "zero", "--no-backup")
    assert not backups.exists()
    server.start()
    (made,) = backups.glob("before-migrate-*.tar")
    assert ada.id in [row["id"] for row in Archive(made).rows("accounts_user")]
    assert ada.ok("GET", "/api/users/me")["id"] == ada.id


def test_a_backup_of_an_older_release_is_migrated_when_it_comes_back(make_server: Any, tmp_path: Path) -> None:
    source: Server = make_server("source").prepare().start()
    live_in(source)
    source.stop()
    told(source, "migrate", "sessions", "zero", "--no-backup")
    older = backed_up(source, tmp_path / "older.tar")
    assert "django_session" not in older.manifest["tables"]
    target: Server = make_server("target")
    told(target, "restore", str(tmp_path / "older.tar"))
    assert "django_session" in backed_up(target, tmp_path / "newer.tar").manifest["tables"]
