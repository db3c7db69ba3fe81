"""What the containers run, by hand: MariaDB and Redis with docker's files, the server with the image's settings."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chatsite.settings.environment import _choose_driver
from tests.chaos.mariadb import binary as mariadb
from tests.live import PASSWORD, ROOT, call, free_port
from tests.ops.compose_files import project
from tests.ops.conftest import STOP_SECONDS, Installation, Running
from tests.ops.test_docker_secrets import Volumes

pytestmark = [
    pytest.mark.once,
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        not (mariadb() and shutil.which("redis-server")),
        reason="!!! NOT TESTED, for want of mariadbd or redis-server: the files in docker/ for MySQL and Redis",
    ),
]
START_SECONDS = 60
HOST = "chat.example.com"
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text("utf-8")


class Stack:
    """prepare, mysql and redis, as compose.yaml starts them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.volumes = Volumes(directory)
        self.files = self.volumes.prepared()
        self.mysql_port, self.redis_port = free_port(), free_port()
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> Stack:
        self._start_mysql()
        self._start_redis()
        env = self.volumes.out / "app" / "env"
        here = env.read_text().replace("@mysql:3306", f"@127.0.0.1:{self.mysql_port}")
        env.write_text(here.replace("@redis:6379", f"@127.0.0.1:{self.redis_port}"))
        return self

    def _start_mysql(self) -> None:
        data = self.directory / "mysql"
        user = ["--user=root"] if os.geteuid() == 0 else []
        install = ["--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db"]
        subprocess.run(["mariadb-install-db", *install, *user], check=True, capture_output=True)
        options = [f"--datadir={data}", f"--port={self.mysql_port}", "--bind-address=127.0.0.1", *user]
        options += [f"--socket={data}/s.sock", f"--pid-file={data}/pid", f"--log-error={data}/error.log"]
        self._run(mariadb() or "", f"--defaults-file={ROOT / 'docker' / 'mysql' / 'chat.cnf'}", *options)
        self._until(lambda: self.sql("SELECT 1"))
        # What the image does with MYSQL_DATABASE, MYSQL_USER and MYSQL_PASSWORD_FILE.
        self.sql("CREATE DATABASE IF NOT EXISTS `chat`")
        self.sql(f"CREATE USER 'chat'@'%' IDENTIFIED BY '{self.files['mysql/password']}'")
        self.sql("GRANT ALL ON `chat`.* TO 'chat'@'%'")

    def sql(self, statement: str) -> Any:
        _choose_driver()
        from MySQLdb import connect

        with contextlib.closing(connect(host="127.0.0.1", port=self.mysql_port, user="root")) as link:
            cursor = link.cursor()
            cursor.execute(statement)
            return cursor.fetchall()

    def _start_redis(self) -> None:
        """In its own folder: the container's paths are this one's."""
        data, config = self.directory / "redis", self.directory / "redis.conf"
        data.mkdir()
        text = (ROOT / "docker" / "redis" / "redis.conf").read_text()
        text = text.replace("/data", str(data)).replace("/run/chat", str(self.volumes.out / "redis"))
        config.write_text(text)
        self._run("redis-server", str(config), "--port", str(self.redis_port), "--bind", "127.0.0.1")
        self._until(lambda: self.redis("ping") == "PONG" or 1 / 0)

    def redis(self, *arguments: str, password: str | None = None) -> str:
        secret = self.files["redis/redis.conf"].split()[1] if password is None else password
        env = {name: value for name, value in os.environ.items() if name != "REDISCLI_AUTH"}
        env |= {"REDISCLI_AUTH": secret} if secret else {}
        command = ["redis-cli", "-p", str(self.redis_port), *arguments]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout.strip()

    def _run(self, *command: str) -> None:
        with (self.directory / "services.log").open("ab") as log:
            self.processes.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log))

    def _until(self, ready: Any) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                ready()
                return
            except Exception:
                if time.monotonic() > deadline or any(process.poll() is not None for process in self.processes):
                    raise
                time.sleep(0.1)

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            process.wait(60)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    made = Stack(tmp_path_factory.mktemp("stack"))
    try:
        yield made.start()
    finally:
        made.stop()


class Container(Installation):
    """A server of the image: its ENV, what compose.yaml adds, and nothing of ours but ports and folders."""

    def __init__(self, stack: Stack, directory: Path) -> None:
        super().__init__(directory)
        self.var = stack.directory / "data"
        self.env_file = stack.volumes.out / "app" / "env"

    def environment(self, **extra: str) -> dict[str, str]:
        (block,) = re.findall(r"^ENV PATH(.+?)^WORKDIR", DOCKERFILE, re.MULTILINE | re.DOTALL)
        image = dict(re.findall(r"^    (\w+)=(\S+?)(?: \\)?$", block, re.MULTILINE))
        told = project({"ALLOWED_HOSTS": HOST, "PUBLIC_URL": f"https://{HOST}"})["services"]["app"]["environment"]
        told = {name: value for name, value in told.items() if value is not None} | {"TRUSTED_PROXIES": "127.0.0.1"}
        here = {"ENV_FILE": str(self.env_file), "VAR_DIR": str(self.var), "HOST": "127.0.0.1"}
        return {**super().environment(), **image, **told, **here, **extra}


@pytest.fixture
def container(stack: Stack, tmp_path: Path) -> Iterator[Container]:
    made = Container(stack, tmp_path)
    yield made
    made.stop()


def wait(container: Container, running: Running) -> None:
    """Until the container's own health check says yes."""
    deadline = time.monotonic() + START_SECONDS
    while not is_well(container, running):
        if time.monotonic() > deadline or running.process.poll() is not None:
            raise AssertionError(running.output())
        time.sleep(0.2)


def is_well(container: Container, running: Running, **env: str) -> bool:
    port = running.url.rpartition(":")[2]
    command = [sys.executable, "docker/healthcheck.py"]
    done = subprocess.run(
        command, cwd=ROOT, env=container.environment(PORT=port, **env), capture_output=True, check=False, timeout=60
    )
    return done.returncode == 0


def test_redis_asks_for_its_password_and_keeps_nothing(stack: Stack) -> None:
    assert stack.redis("ping").startswith("PONG")
    assert "NOAUTH" in stack.redis("ping", password="")
    assert stack.redis("config", "get", "save") == "save", "and then nothing"
    assert stack.redis("config", "get", "appendonly").split() == ["appendonly", "no"]
    (test,) = [part for part in project()["services"]["redis"]["healthcheck"]["test"] if "redis-cli" in part]
    asked = test.replace("/run/chat", str(stack.volumes.out / "redis"))
    asked = asked.replace("redis-cli", f"redis-cli -p {stack.redis_port}")
    assert subprocess.run(["sh", "-c", asked], check=False).returncode == 0
    assert subprocess.run(["sh", "-c", asked.replace("$(sed", "wrong$(sed")], check=False).returncode == 1


def test_the_database_holds_all_text(stack: Stack) -> None:
    ((charset,),) = stack.sql(
        "SELECT default_character_set_name FROM information_schema.schemata WHERE schema_name = 'chat'"
    )
    assert charset == "utf8mb4"


def test_production_finds_the_database_durable(container: Container) -> None:
    done = container.manage("check", "--tag", "chat", "--database", "default")
    assert (done.returncode, done.stderr) == (0, "")
    assert "no issues" in done.stdout


def test_the_image_serves_and_stops_in_time(container: Container) -> None:
    """ENTRYPOINT and CMD, the health check, the first account, a backup and its restore, SIGTERM."""
    entrypoint, command = (
        json.loads(found) for found in re.findall(r"^(?:ENTRYPOINT|CMD) (.+)$", DOCKERFILE, re.MULTILINE)
    )
    assert entrypoint == ["python", "manage.py"]
    app = container.start((*entrypoint[1:], *command), PORT=str(free_port()))
    rest = container.start((*entrypoint[1:], "serve", "--rest"), PORT=str(free_port()))
    wait(container, app)
    wait(container, rest)
    assert not is_well(container, app, ALLOWED_HOSTS="other.example"), "it asks as the site's own host"
    body = {"username": "ada", "email": "ada@example.com", "password": PASSWORD}
    status, answer = call(rest.url, "POST", "/api/auth/register", body, Host=HOST)
    assert status == 201, answer
    archive = container.var / "backups" / "now.tar"
    assert container.manage("backup", str(archive)).returncode == 0
    for running in (app, rest):
        assert running.stop() == 0, "it has STOP_SECONDS, less than its container"
    assert int(project()["services"]["app"]["stop_grace_period"].removesuffix("s")) > STOP_SECONDS
    restored = container.manage("restore", str(archive), "--replace")
    assert restored.returncode == 0, restored.stderr
