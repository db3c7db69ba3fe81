"""`manage.py serve`, as a process: what it does, and what it says when it cannot."""

import os
import signal
import socket
import time

import pytest

from chatsite import redis
from tests.live import call, free_port
from tests.ops.conftest import Installation

pytestmark = [pytest.mark.timeout(300), pytest.mark.once, pytest.mark.slow]
NOBODY = "127.0.0.1:1"  # no service listens on port 1


def test_it_serves_and_says_where_and_ends_with_sigterm(installation: Installation) -> None:
    running = installation.start().wait()
    assert call(running.url, "GET", "/api/health")[1]["status"] == "ok"
    assert running.stop() == 128 + signal.SIGTERM
    output = running.output()
    assert running.url in output
    assert "Traceback" not in output
    assert not redis.answers(redis.embedded_url(installation.var / "run")), "the last one out stops the embedded Redis"


def test_ctrl_c_ends_it_quietly(installation: Installation) -> None:
    running = installation.start().wait()
    running.stop(signal.SIGINT)
    assert "Traceback" not in running.output()


def test_an_empty_server_shows_the_code_for_its_first_administrator(installation: Installation) -> None:
    running = installation.start(FIRST_ADMIN_CODE="abracadabra").wait()
    running.stop()
    assert "abracadabra" in running.output()


def test_several_workers_serve_together(installation: Installation) -> None:
    running = installation.start(WEB_CONCURRENCY="2").wait()
    assert all(call(running.url, "GET", "/api/health")[0] == 200 for _ in range(10))
    running.stop()
    assert not redis.answers(redis.embedded_url(installation.var / "run"))


def test_a_taken_port_is_named_in_one_sentence(installation: Installation) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        assert installation.refusal(PORT=port) == f"Port {port} is taken by another program: set PORT to a free one."


def test_an_address_of_another_machine_is_named_in_one_sentence(installation: Installation) -> None:
    assert installation.refusal(HOST="192.0.2.77").startswith("HOST 192.0.2.77 is not an address of this machine")


def test_an_unreachable_database_is_named_in_one_sentence(installation: Installation) -> None:
    said = installation.refusal(DATABASE_URL=f"mysql://root@{NOBODY}/chat")
    assert said.startswith(f"MySQL at {NOBODY} does not answer: check DATABASE_URL (")


def test_a_database_file_that_cannot_be_opened_is_named_in_one_sentence(installation: Installation) -> None:
    assert "/proc/chat.sqlite3" in installation.refusal(DATABASE_URL="sqlite:////proc/chat.sqlite3")


def test_an_unreachable_redis_is_named_in_one_sentence(installation: Installation) -> None:
    assert installation.refusal(REDIS_URL=f"redis://{NOBODY}/0").startswith("Redis does not answer: check REDIS_URL (")


def test_a_wrong_value_is_named_in_one_sentence(installation: Installation) -> None:
    assert installation.refusal(PORT="abc") == "PORT must be a whole number from 1 to 65535, not 'abc'."


def test_without_a_place_for_secrets_it_says_which_to_set(installation: Installation) -> None:
    said = installation.refusal(ENV_FILE="/proc/nowhere/.env")
    assert said.startswith("SECRET_KEY, JWT_SECRET_KEY must be set")


def test_settings_come_from_the_file_and_the_environment_wins(installation: Installation) -> None:
    installation.env_file.write_text("PORT=abc\nRATE_LIMITS=perhaps\n")
    assert installation.refusal().startswith("RATE_LIMITS must be one of on, off, not 'perhaps'")


def test_two_at_once_share_one_installation(installation: Installation) -> None:
    one, other = installation.start(), installation.start()
    one.wait()
    other.wait()
    url = redis.embedded_url(installation.var / "run")
    one.stop()
    assert redis.answers(url), "the other one still needs it"
    assert call(other.url, "GET", "/api/health")[1] == {**call(other.url, "GET", "/api/health")[1], "redis": "ok"}
    other.stop()
    assert not redis.answers(url)
    assert "Traceback" not in one.output() + other.output()


def test_an_embedded_redis_that_was_killed_is_started_anew(installation: Installation) -> None:
    assert installation.manage("services", "start").returncode == 0
    run = installation.var / "run"
    os.kill(int((run / "redis.pid").read_text()), signal.SIGKILL)
    running = installation.start().wait()
    assert redis.answers(redis.embedded_url(run))
    running.stop()


def test_django_and_a_server_of_ones_own_choice_work_too(installation: Installation) -> None:
    """pip install, migrate, runserver: without make."""
    port = str(free_port())
    assert installation.manage("migrate", "-v0").returncode == 0
    running = installation.start(("manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"), PORT=port).wait()
    assert call(running.url, "GET", "/api/health")[1]["redis"] == "ok"
    time.sleep(1)  # Daphne ends without waiting for the thread that has just answered, which then waits for ever
    running.stop()
    installation.manage("services", "stop")
