"""docker/prepare.sh: made once, each service its own, what is given wins."""

from __future__ import annotations

import os
import re
import stat
import subprocess
from pathlib import Path

import pytest

from tests.live import ROOT
from tests.ops.conftest import Installation

pytestmark = pytest.mark.once

SCRIPT = ROOT / "docker" / "prepare.sh"
NAMES = ("MYSQL_ROOT_PASSWORD", "MYSQL_PASSWORD", "REDIS_PASSWORD", "SECRET_KEY", "JWT_SECRET_KEY")


class Volumes:
    """What the container mounts: /in and /out."""

    def __init__(self, directory: Path) -> None:
        self.given = directory / "in"
        self.out = directory / "out"
        self.given.mkdir()
        me = f"{os.getuid()}:{os.getgid()}"
        self.env = {name: value for name, value in os.environ.items() if name not in NAMES}
        self.env |= {"IN": str(self.given), "OUT": str(self.out)}
        self.env |= {"MYSQL_OWNER": me, "REDIS_OWNER": me, "CHAT_OWNER": me}

    def prepare(self, **env: str) -> subprocess.CompletedProcess[str]:
        command = ["/bin/sh", str(SCRIPT)]
        return subprocess.run(command, env=self.env | env, capture_output=True, text=True, check=False)

    def prepared(self, **env: str) -> dict[str, str]:
        """-> the contents of all files"""
        done = self.prepare(**env)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        return {str(path.relative_to(self.out)): path.read_text() for path in self.out.rglob("*") if path.is_file()}

    def refusal(self, **env: str) -> str:
        done = self.prepare(**env)
        assert done.returncode == 1
        return done.stderr


@pytest.fixture
def volumes(tmp_path: Path) -> Volumes:
    return Volumes(tmp_path)


def settings_in(files: dict[str, str]) -> dict[str, str]:
    return dict(line.split("=", 1) for line in files["app/env"].splitlines())


def test_they_are_made_once(volumes: Volumes) -> None:
    first = volumes.prepared()
    assert set(first) == {"mysql/root-password", "mysql/password", "redis/redis.conf", "app/env"}
    assert volumes.prepared() == first


def test_no_two_are_the_same(volumes: Volumes) -> None:
    files = volumes.prepared()
    kept = settings_in(files)
    secrets = [files["mysql/root-password"], files["mysql/password"], files["redis/redis.conf"].split()[1]]
    secrets += [kept["SECRET_KEY"], kept["JWT_SECRET_KEY"]]
    assert len(set(secrets)) == 5
    assert all(re.fullmatch(r"[\w-]{48}", secret) for secret in secrets)


def test_nobody_else_reads_them(volumes: Volumes) -> None:
    volumes.prepared()
    for path in volumes.out.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_the_urls_hold_the_passwords(volumes: Volumes) -> None:
    files = volumes.prepared()
    kept = settings_in(files)
    assert kept["DATABASE_URL"] == f"mysql://chat:{files['mysql/password']}@mysql:3306/chat"
    assert kept["REDIS_URL"] == f"redis://:{files['redis/redis.conf'].split()[1]}@redis:6379/0"
    assert files["mysql/root-password"] not in files["app/env"], "the chat is no administrator of MySQL"


def test_what_is_given_wins(volumes: Volumes) -> None:
    given = {name: f"{name.lower().replace('_', '-')}-of-the-operator" for name in NAMES}
    files = volumes.prepared(**given)
    assert files["mysql/root-password"] == given["MYSQL_ROOT_PASSWORD"]
    assert settings_in(files)["SECRET_KEY"] == given["SECRET_KEY"]
    changed = volumes.prepared(SECRET_KEY="another/key+of=the~operator.", REDIS_PASSWORD="another")
    assert settings_in(changed) == settings_in(files) | {
        "SECRET_KEY": "another/key+of=the~operator.",
        "REDIS_URL": "redis://:another@redis:6379/0",
    }
    assert changed["redis/redis.conf"] == "requirepass another\n"


def test_what_a_restore_has_brought_stays(volumes: Volumes) -> None:
    volumes.prepared()
    env = volumes.out / "app" / "env"
    env.write_text(re.sub(r"^SECRET_KEY=.*", "SECRET_KEY=restored", env.read_text(), flags=re.MULTILINE))
    assert settings_in(volumes.prepared())["SECRET_KEY"] == "restored"


def test_a_database_keeps_its_first_password(volumes: Volumes) -> None:
    files = volumes.prepared(MYSQL_PASSWORD="first")
    said = volumes.refusal(MYSQL_PASSWORD="second")
    assert said.startswith("MYSQL_PASSWORD is not the one that this database was made with")
    assert volumes.prepared(MYSQL_PASSWORD="first") == volumes.prepared() == files


@pytest.mark.parametrize("name", NAMES)
def test_what_would_break_a_url_or_a_file_is_refused(volumes: Volumes, name: str) -> None:
    for value in ("p@ss", "p ss", "p\nx=1", "p#s", "p$s", "é"):
        assert volumes.refusal(**{name: value}).startswith(f"{name} may hold letters, digits and")
    assert not list(volumes.out.rglob("*.new"))


def test_certificate_and_key_are_handed_on_and_taken_back(volumes: Volumes) -> None:
    for name in ("cert.pem", "key.pem"):
        (volumes.given / name).write_text(f"the {name}")
    files = volumes.prepared()
    assert (files["nginx/cert.pem"], files["nginx/key.pem"]) == ("the cert.pem", "the key.pem")
    for name in ("cert.pem", "key.pem"):
        (volumes.given / name).write_text("")
    assert "nginx/key.pem" not in volumes.prepared()


@pytest.mark.parametrize("name", ["cert.pem", "key.pem"])
def test_one_without_the_other_is_refused(volumes: Volumes, name: str) -> None:
    (volumes.given / name).write_text("half")
    assert volumes.refusal().startswith("TLS_CERT and TLS_KEY go together")


def test_production_takes_them(volumes: Volumes, installation: Installation) -> None:
    volumes.prepared()
    production = {
        "DJANGO_SETTINGS_MODULE": "chatsite.settings.production",
        "ENV_FILE": str(volumes.out / "app" / "env"),
        "ALLOWED_HOSTS": "chat.example.com",
        "PUBLIC_URL": "https://chat.example.com",
    }
    done = installation.manage("check", "--tag", "chat", **production)
    assert (done.returncode, done.stderr) == (0, "")
    refused = installation.manage("check", "--tag", "chat", **production | {"ALLOWED_HOSTS": ""})
    assert "(chat.E011)" in refused.stderr, "the names of the site are the operator's to say"
