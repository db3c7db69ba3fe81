"""Chores are tasks in the database: each is done once an interval, by another process if its own dies."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import DatabaseError, connection, connections
from django.utils.timezone import now
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoAssertNumQueries

from chatsite.chores import HOURLY, Chore, chores, housekeeper, queue
from chatsite.database import alone_at
from rooms.models import Membership
from tests.factories import make_room, make_user

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
NOON = datetime.fromisoformat("2026-11-26T12:00:30+00:00")


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """-> what the only chore has done so far"""
    found: list[str] = []
    for name in list(chores):
        monkeypatch.delitem(chores, name)
    monkeypatch.setitem(chores, "sweep", Chore("dust", HOURLY, lambda: found.append("swept") or len(found)))
    return found


def tasks() -> list[DBTaskResult]:
    return list(DBTaskResult.objects.order_by("enqueued_at"))


def test_everything_due_is_done_once_an_interval(done: list[str]) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        assert (queue.work(), queue.work()) == (1, 0)
        clock.shift(timedelta(minutes=59))
        assert queue.work() == 0, "a server that starts anew within the hour does not begin the hour anew"
        clock.shift(timedelta(minutes=1))
        assert queue.work() == 1
        clock.shift(timedelta(days=3))
        assert queue.work() == 1, "what nobody was there to do is not made up for"
    assert len(done) == 3


def test_every_chore_of_the_apps_has_its_turn() -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        assert queue.work() == len(chores)
        clock.shift(timedelta(minutes=1))
        assert queue.work() == 1
    states = {(queue.name_of(task), task.status) for task in tasks()}
    assert states == {(name, TaskResultStatus.SUCCESSFUL) for name in chores}


def test_a_server_without_anything_to_do_asks_one_question(
    done: list[str], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with time_machine.travel(NOON, tick=False):
        queue.work()
        with django_assert_num_queries(1):
            queue.work()


def test_a_chore_that_fails_is_told_of_and_has_its_turn_again(done: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> int:
        raise DatabaseError("Duplicate entry 'what somebody wrote'")

    monkeypatch.setitem(chores, "break", Chore("glass", HOURLY, fail))
    with time_machine.travel(NOON, tick=False) as clock:
        assert queue.work() == 2
        assert [queue.name_of(task) for task in DBTaskResult.objects.failed()] == ["break"]
        assert done == ["swept"], "the others do not wait for it"
        clock.shift(timedelta(hours=1))
        assert queue.work() == 2


def test_what_its_process_left_is_taken_up_again_but_not_for_ever(done: list[str]) -> None:
    with time_machine.travel(NOON, tick=False):
        left = DBTaskResult.objects.get(pk=queue.chore.using(run_after=NOON.replace(second=0)).enqueue("sweep").id)
        left.claim("gone:1")
        assert queue.work() == 1
        left.refresh_from_db()
        assert (left.status, left.worker_ids[0], len(left.worker_ids)) == (TaskResultStatus.SUCCESSFUL, "gone:1", 2)
        left.worker_ids, left.status = ["gone:1", "gone:2", "gone:3"], TaskResultStatus.RUNNING
        left.save()
        assert queue.work() == 0
    left.refresh_from_db()
    assert left.status == TaskResultStatus.FAILED
    assert "ProcessesDied" in left.exception_class_path
    assert done == ["swept"]


def test_results_are_kept_for_a_while(done: list[str]) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        queue.work()
        failed = DBTaskResult.objects.get(pk=queue.chore.enqueue("sweep").id)
        failed.set_failed(ValueError())
        for _hour in range(30):
            clock.shift(timedelta(hours=1))
            queue.work()
        assert DBTaskResult.objects.successful().count() == 25
        assert DBTaskResult.objects.failed().count() == 1
        clock.shift(timedelta(days=15))
        queue.work()
        assert (DBTaskResult.objects.successful().count(), DBTaskResult.objects.failed().count()) == (1, 0)


def test_what_another_release_has_to_do_is_left_to_it(done: list[str]) -> None:
    queue.chore.enqueue("of tomorrow")
    assert queue.work() == 1
    assert DBTaskResult.objects.filter(status=TaskResultStatus.READY).count() == 1


@contextmanager
def somebody_else_at(work: str) -> Iterator[None]:
    """Somebody with a connection of their own."""
    has_begun, may_end = threading.Event(), threading.Event()

    def be_at_it() -> None:
        with alone_at(work) as is_ours:
            assert is_ours
            has_begun.set()
            may_end.wait(60)
        connections.close_all()

    thread = threading.Thread(target=be_at_it)
    thread.start()
    assert has_begun.wait(60)
    yield
    may_end.set()
    thread.join()


@pytest.mark.django_db(transaction=True)
def test_nobody_does_what_somebody_else_is_at(done: list[str]) -> None:
    with somebody_else_at("chores.hour"):
        assert queue.work() == 0
        assert tasks() == []
    assert queue.work() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_who_look_at_once_one_does_each(done: list[str]) -> None:
    together = threading.Barrier(4)

    def look() -> None:
        together.wait(60)
        for _again in range(5):
            queue.work()
        connections.close_all()

    threads = [threading.Thread(target=look) for _one in range(4)]
    with time_machine.travel(NOON, tick=False):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert done == ["swept"]
    assert len(tasks()) == 1


def process(code: str, **env: str) -> subprocess.Popen[str]:
    """Another process of this chat."""
    config = connection.settings_dict
    if connection.vendor == "mysql":
        at = f"{config['USER']}:{config['PASSWORD']}@{config['HOST']}:{config['PORT'] or 3306}".replace(":@", "@")
        url = f"mysql://{at}/{config['NAME']}"
    else:
        url = f"sqlite:///{config['NAME']}"
    own = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.live_settings", **env}
    start = "import django; django.setup(); from chatsite.chores import *; from chatsite.chores import queue; "
    return subprocess.Popen(
        [sys.executable, "-c", start + code], cwd=ROOT, env={**os.environ, **own}, stdout=subprocess.PIPE, text=True
    )


@pytest.mark.django_db(transaction=True)
def test_a_task_whose_process_is_killed_is_done_by_another(done: list[str]) -> None:
    hang = "import time; hang = lambda: (print('begun', flush=True), time.sleep(600)); chores.clear(); "
    killed = process(f"{hang}chores['sweep'] = Chore('dust', HOURLY, hang); queue.work()")
    assert killed.stdout is not None
    assert killed.stdout.readline() == "begun\n"
    assert queue.work() == 0, "it is at it"
    (task,) = tasks()
    assert task.status == TaskResultStatus.RUNNING
    killed.kill()
    killed.wait()
    killed.stdout.close()
    for _moment in range(600):  # until MySQL has noticed
        if queue.work():
            break
        threading.Event().wait(0.1)
    assert done == ["swept"]
    task.refresh_from_db()
    assert (task.status, len(task.worker_ids)) == (TaskResultStatus.SUCCESSFUL, 2)


@pytest.mark.django_db(transaction=True)
def test_it_needs_no_redis() -> None:
    ada, bob = make_user(), make_user()
    room = make_room(ada, members=[bob])
    Membership.objects.filter(room_id=room.id, user_id=bob.pk).update(muted_until=now() - timedelta(minutes=1))
    without = process("print(queue.work() == len(chores))", REDIS_URL="redis://127.0.0.1:1/0")
    out, _err = without.communicate(timeout=120)
    assert (without.returncode, out) == (0, "True\n")
    assert not Membership.objects.filter(muted_until__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_a_serving_process_looks_for_itself(done: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    is_done = threading.Event()
    monkeypatch.setattr(housekeeper, "LOOK_SECONDS", 0.01)
    monkeypatch.setitem(chores, "own", Chore("own", HOURLY, lambda: is_done.set() or 0))
    keeper = housekeeper.Housekeeper()
    keeper.start()
    try:
        assert is_done.wait(60)
    finally:
        keeper.stop()
        keeper._thread.join()
