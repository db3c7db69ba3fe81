"""Backup and restore, driven as an operator does: the commands of a chat that people are using."""

from __future__ import annotations

import gzip
import json
import os
import signal
import tarfile
import threading
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, load_command_class
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import override_settings
from django_redis import get_redis_connection
from PIL import Image
from rich.progress import Progress

from accounts import avatars
from accounts.models import User
from chatsite.seeding import sowing
from messaging.models import Epoch, Message
from messaging.services.edits import edit
from messaging.services.pins import pin
from messaging.services.reactions import add_reaction
from messaging.services.recall import recall
from rooms.models import Room, RoomCounter
from tests.consistency import violations
from tests.factories import make_message, make_room, make_user
from tests.live import PASSWORD, Person, Server, call
from tests.ops.places import KEYS, MakePlace, Place, make_place, migrated

__all__ = ["make_place", "migrated"]  # fixtures

pytestmark = [pytest.mark.timeout(600), pytest.mark.slow]

MESSAGES = int(os.environ.get("BACKUP_MESSAGES", "300"))
MYSQL = os.environ.get("DATABASE_URL", "")
ODD = [
    "中文 👍🏽 and 'quotes'; DROP TABLE --",
    "tab\tnew\nline \\ back % %s",
    '{"json": [1, 2]}',
    " spaces around ",
    "\u200d\u2028\U0010ffff",
    "é" * 8000,
]


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Those of the place, which nobody has set in the environment."""
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)
    with override_settings(**KEYS):
        yield


@pytest.fixture
def source(make_place: MakePlace) -> Place:
    """A chat that is lived in."""
    place = make_place("source", is_migrated=True, url=MYSQL)
    with place.entered():
        live_here()
    return place


def live_here(messages: int = 20) -> tuple[User, Room]:
    """Two people who use what there is, a community around them, and a picture. -> one of them and their room"""
    with Progress(disable=True) as bars:
        sowing.sow(seed=7, messages=messages, bars=bars)
    ada, bob = make_user("ada"), make_user("bob")
    room = make_room(ada, members=[bob])
    said = [make_message(room, ada, content) for content in ODD]
    make_message(room, bob, "an answer", reply_to=said[0].id, mentions=[ada.pk])
    add_reaction(user_id=bob.pk, message_id=said[0].id, emoji="👍")
    edit(user_id=ada.pk, message_id=said[1].id, content="edited")
    recall(user_id=ada.pk, message_id=said[2].id)
    pin(user_id=ada.pk, message_id=said[3].id)
    make_message(make_room(ada, kind="direct", members=[bob]), ada, "between us")
    picture = BytesIO()
    Image.new("RGB", (64, 64), "teal").save(picture, "PNG")
    ada.avatar = avatars.store(BytesIO(picture.getvalue()))
    ada.save()
    return ada, room


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

    def meaning(self) -> dict[str, Any]:
        """All rows; of JSON what it says, which databases write with other spaces and in another order."""
        return {table: [_read(row) for row in self.rows(table)] for table in self.manifest["tables"]}


def _read(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _parsed(value) if name in JSON_COLUMNS else value for name, value in row.items()}


JSON_COLUMNS = ("own_rules", "mentions", "system", "preferences", "details")


def _parsed(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def backed_up(place: Place, path: Path) -> Archive:
    assert "Backed up" in place.told("backup", str(path))
    return Archive(path)


def test_a_chat_comes_back_bit_for_bit(make_place: MakePlace, tmp_path: Path) -> None:
    source = make_place("source", is_migrated=True, url=MYSQL)
    with source.entered():
        live_here(MESSAGES)
    first = backed_up(source, tmp_path / "first.tar")
    target = make_place("target", url=MYSQL)
    target.told("restore", str(tmp_path / "first.tar"))
    second = backed_up(target, tmp_path / "second.tar")
    assert first.manifest["tables"] == second.manifest["tables"]
    assert first.manifest["tables"]["messaging_message"]["rows"] > MESSAGES
    assert first.kept == second.kept
    assert [name for name in first.kept if name.startswith("files/avatars/")]
    if not source.database_url:
        assert target.cells() == source.cells()


@pytest.mark.skipif(not MYSQL.startswith("mysql"), reason="needs MySQL, as `make test` has it the second time")
def test_a_chat_moves_between_databases_and_back_and_loses_nothing(make_place: MakePlace, tmp_path: Path) -> None:
    places = [make_place("sqlite", is_migrated=True), make_place("mysql", url=MYSQL), make_place("again")]
    with places[0].entered():
        live_here(MESSAGES)
    archives = []
    for place, following in zip(places, [*places[1:], None], strict=True):
        path = tmp_path / f"{place.prefix}.tar"
        archives.append(backed_up(place, path))
        if following is not None:
            following.told("restore", str(path))
    assert {a.manifest["database"] for a in archives} == {"sqlite", "mysql"}
    assert archives[0].meaning() == archives[1].meaning() == archives[2].meaning()
    assert [sorted(n for n in a.kept if n.startswith("files/")) for a in archives[1:]] == [
        sorted(n for n in archives[0].kept if n.startswith("files/"))
    ] * 2
    for place in places:
        with place.entered():
            assert violations() == []
            room = Room.objects.get(name="Room")
            before = RoomCounter.objects.get(pk=room.id).last_seq
            assert make_message(room, User.objects.get(username="ada"), "and it goes on").seq == before + 1


@pytest.fixture
def serve(redis_server: str) -> Iterator[Any]:
    """serve(place) -> a server process in it"""
    made: list[Server] = []

    def start(place: Place, kind: str = "uvicorn", **env: str) -> Server:
        own = {"REDIS_URL": redis_server, "REDIS_PREFIX": place.prefix, "ENV_FILE": str(place.env_file), **KEYS, **env}
        server = Server(place.var, kind=kind, **own)
        server.database_url = ""  # not its own to drop
        server.env["DATABASE_URL"] = place.database_url
        made.append(server)
        return server.start()

    yield start
    for server in made:
        server.stop()


def sign_in(server: Server, name: str) -> Person:
    status, answer = call(server.base, "POST", "/api/auth/login", {"username": name, "password": PASSWORD})
    assert status == 200, answer
    return Person(server, name, answer)


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


def test_a_backup_made_while_people_write_is_of_one_moment_and_serves_afresh(
    source: Place, tmp_path: Path, serve: Any
) -> None:
    server = serve(source)
    ada = server.register()
    room = ada.make_room()["id"]
    with ada.socket() as socket:
        epoch = socket.ready["epoch"]
    writer = Writer(ada, room)
    while not writer.count:
        pass
    archive = backed_up(source, tmp_path / "while.tar")
    assert writer.stop() > 0
    assert_consistent(archive)

    backed_up(source, tmp_path / "a.tar")
    ada.say(room, "this is not in the backup")
    have = ada.ok("GET", f"/api/rooms/{room}")
    ada.ok("GET", f"/api/rooms/{room}/messages")  # Redis keeps a page with it
    server.stop()
    source.told("restore", str(tmp_path / "a.tar"), replace=True)
    assert list((source.var / "backups").glob("before-restore-*.tar"))

    server.start()
    assert ada.ok("GET", f"/api/rooms/{room}")["version"] == have["version"] - 1
    ada.say(room, "another one at the same version")
    with ada.socket(rooms={str(room): have["version"]}, epoch=epoch) as socket:
        assert socket.ready["epoch"] != epoch
        assert socket.expect("room_sync", room_id=room)["complete"] is False
    newest = ada.ok("GET", f"/api/rooms/{room}/messages", None)["results"][-1]
    assert newest["content"] == "another one at the same version"


def test_a_restored_backup_begins_a_new_epoch_each_time(make_place: MakePlace, source: Place, tmp_path: Path) -> None:
    with source.entered():
        epochs = [Epoch.current(), Epoch.current()]
    assert len(set(epochs)) == 1
    backed_up(source, tmp_path / "a.tar")
    for name in ("one", "two"):
        place = make_place(name)
        place.told("restore", str(tmp_path / "a.tar"))
        with place.entered():
            epochs.append(Epoch.current())
    source.told("restore", str(tmp_path / "a.tar"), replace=True)
    with source.entered():
        epochs.append(Epoch.current())
    assert len(set(epochs)) == 4
    assert epochs[0] not in str(Archive(tmp_path / "a.tar").members)


def test_only_an_empty_place_is_restored_into(source: Place, tmp_path: Path) -> None:
    before = backed_up(source, tmp_path / "a.tar")
    with get_redis_connection("default").pubsub() as somebody:
        somebody.subscribe(f"{source.prefix}__group__user.1")
        somebody.get_message(timeout=10)
        assert "The chat is running" in source.refused("restore", str(tmp_path / "a.tar"), "--replace")
    assert "There is a chat here already" in source.refused("restore", str(tmp_path / "a.tar"))
    assert backed_up(source, tmp_path / "after.tar").kept == before.kept


@pytest.mark.parametrize("kind", ["uvicorn", "rest"])
def test_nothing_is_restored_while_a_server_runs_to_which_nobody_is_connected(
    source: Place, tmp_path: Path, serve: Any, kind: str
) -> None:
    before = backed_up(source, tmp_path / "a.tar")
    server = serve(source, kind)
    for run in (source.run, tmp_path / "another machine"):
        source.run = run
        assert "The chat is running" in source.refused("restore", str(tmp_path / "a.tar"), "--replace")
    assert not (source.var / "backups").exists()
    server.stop()
    assert backed_up(source, tmp_path / "after.tar").kept == before.kept


def test_a_server_that_was_killed_stands_in_the_way_of_no_restore(source: Place, tmp_path: Path, serve: Any) -> None:
    backed_up(source, tmp_path / "a.tar")
    serve(source).stop(signal.SIGKILL)
    for run in (source.run, tmp_path / "another machine"):
        source.run = run
        assert "Restored" in source.told("restore", str(tmp_path / "a.tar"), replace=True)


def test_a_restore_that_broke_off_is_begun_anew_and_pushes_no_backup_out(
    source: Place, tmp_path: Path, serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = backed_up(source, tmp_path / "a.tar")
    with monkeypatch.context() as patched:
        patched.setattr("chatsite.backup.restoring._restore_rows", _full_disk)
        for _attempt in range(5):
            with pytest.raises(CommandError, match="full"):
                source.told("restore", str(tmp_path / "a.tar"), replace=True)
    (kept,) = (source.var / "backups").glob("before-restore-*.tar")
    assert Archive(kept).kept == before.kept
    with pytest.raises(RuntimeError, match="A restore was broken off here"):
        serve(source)
    source.told("restore", str(tmp_path / "a.tar"))
    assert backed_up(source, tmp_path / "after.tar").kept == before.kept
    serve(source)


def _full_disk(*args: Any) -> None:
    raise OSError("the disk is full")


def test_another_chat_on_the_same_redis_goes_on_and_keeps_what_it_has(source: Place, tmp_path: Path) -> None:
    backed_up(source, tmp_path / "a.tar")
    client = get_redis_connection("default")
    own, others = f"{source.prefix}:recent:2:1", f"{source.prefix}2:recent:2:1"
    with client.pubsub() as somebody:
        somebody.subscribe(f"{source.prefix}2__group__user.1")
        somebody.get_message(timeout=10)
        client.mset({own: "x", others: "x", f"{source.prefix}2:serving:host:1": "1"})
        source.told("restore", str(tmp_path / "a.tar"), replace=True)
    assert (client.exists(own), client.exists(others)) == (0, 1)
    client.delete(others, f"{source.prefix}2:serving:host:1")


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


def test_what_is_damaged_is_refused_before_anything_is_touched(source: Place, tmp_path: Path) -> None:
    before = backed_up(source, tmp_path / "a.tar")
    for how in ("cut", "flipped", "text"):
        bad = damaged(tmp_path / "a.tar", how)
        assert "is no backup that can be restored" in source.refused("restore", str(bad), "--replace")
    assert "There is no file" in source.refused("restore", str(tmp_path / "missing.tar"))
    assert backed_up(source, tmp_path / "b.tar").kept == before.kept


def test_keys_come_back_into_the_file_and_tokens_stay_good(
    make_place: MakePlace, source: Place, tmp_path: Path, serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(source)
    ada = sign_in(server, "ada")
    server.stop()
    backed_up(source, tmp_path / "a.tar")
    assert (tmp_path / "a.tar").stat().st_mode & 0o077 == 0

    target = make_place("target", url=MYSQL)
    target.told("restore", str(tmp_path / "a.tar"))
    assert target.env_file.stat().st_mode & 0o077 == 0
    kept = dict(line.split("=", 1) for line in target.env_file.read_text().splitlines())
    assert kept == {name: KEYS[name] for name in kept}
    assert kept.keys() == KEYS.keys()
    ada.server = serve(target, **dict.fromkeys(KEYS, ""))
    assert ada.ok("GET", "/api/users/me")["id"] == ada.id

    for name in KEYS:
        monkeypatch.setenv(name, "what the environment says")
    said = make_place("third", url=MYSQL).told("restore", str(tmp_path / "a.tar"))
    assert "The environment has another SECRET_KEY, JWT_SECRET_KEY" in said


def test_migrating_a_chat_that_is_lived_in_is_preceded_by_a_backup(make_place: MakePlace, source: Place) -> None:
    empty = make_place("empty")
    empty.told("migrate")
    assert not (empty.var / "backups").exists(), "the first migration has nothing to lose"
    source.told("migrate", "sessions", "zero", backup=False)
    assert not (source.var / "backups").exists()
    source.told("migrate")
    (made,) = (source.var / "backups").glob("before-migrate-*.tar")
    assert "ada" in [row["username"] for row in Archive(made).rows("accounts_user")]
    source.told("migrate")
    assert len(list((source.var / "backups").iterdir())) == 1, "nothing to do, nothing to back up"


def test_a_backup_of_an_older_release_is_migrated_when_it_comes_back(
    make_place: MakePlace, source: Place, tmp_path: Path
) -> None:
    source.told("migrate", "sessions", "zero", backup=False)
    older = backed_up(source, tmp_path / "older.tar")
    assert "django_session" not in older.manifest["tables"]
    target = make_place("target", url=MYSQL)
    target.told("restore", str(tmp_path / "older.tar"))
    assert "django_session" in backed_up(target, tmp_path / "newer.tar").manifest["tables"]


def test_the_commands_speak_chinese_where_the_terminal_does(
    source: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "已备份" in source.told("backup", str(tmp_path / "a.tar"))
    assert "备份" in load_command_class("chatsite", "restore").create_parser("manage.py", "restore").format_help()
    assert "没有文件" in source.refused("restore", str(tmp_path / "missing.tar"))


# --- before an upgrade


@pytest.fixture
def durable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' MySQL need not be."""
    monkeypatch.setattr("chatsite.upgrade.unsafe_database", lambda facts: ())


def test_an_upgrade_check_tells_what_will_run_and_changes_nothing(source: Place, durable: None) -> None:
    said = source.told("upgrade_check")
    assert f"This release is {settings.VERSION}." in said
    assert "No migration will run." in said
    assert "Nothing stands in the way." in said
    source.told("migrate", "sessions", "zero", backup=False)
    said = source.told("upgrade_check")
    assert "Migrations that will run: sessions.0001_initial." in said
    assert "The backup before them takes up to" in said
    assert "sessions.0001_initial" in source.told("upgrade_check"), "they have not run"
    with source.entered():
        assert Message.objects.exists()


def test_an_upgrade_check_of_an_empty_place_promises_no_backup(make_place: MakePlace) -> None:
    said = make_place("empty").told("upgrade_check")
    assert "Migrations that will run:" in said
    assert "backup" not in said


def test_what_stands_in_the_way_of_an_upgrade_is_named_and_refused(
    source: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    source.told("migrate", "sessions", "zero", backup=False)
    with override_settings(BACKUP_BEFORE_MIGRATE=False):
        assert "Repair what is marked" in source.refused("upgrade_check")
    with monkeypatch.context() as patched:
        patched.setattr(Place, "redis", {"REDIS_URL": "redis://127.0.0.1:1/0", "REDIS_IS_EMBEDDED": False})
        assert "Repair what is marked" in source.refused("upgrade_check")
    monkeypatch.setattr("chatsite.upgrade.shutil.disk_usage", lambda path: SimpleNamespace(free=0))
    assert "Repair what is marked" in source.refused("upgrade_check")


def test_a_database_that_a_newer_release_has_migrated_is_not_for_this_one(source: Place, tmp_path: Path) -> None:
    with source.entered():
        MigrationRecorder(connection).record_applied("rooms", "9999_of_tomorrow")
    refusals = [source.refused("upgrade_check"), source.refused("backup", str(tmp_path / "a.tar"))]
    assert "Repair" in refusals[0]
    assert "A newer release has migrated this (rooms.9999_of_tomorrow)" in refusals[1]
