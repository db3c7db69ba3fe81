"""The first start on a MySQL or MariaDB: the database is made, or the way to make it is told."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from chatsite.database import alone_on
from tests.live import ROOT
from tests.ops.conftest import Installation

SERVER = os.environ.get("DATABASE_URL", "")
pytestmark = [
    pytest.mark.skipif(not SERVER.startswith("mysql"), reason="runs where DATABASE_URL names a MySQL"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(180),
]
NAME, USER = f"test_ops_{os.getpid()}", f"ops_{os.getpid()}"


def url(name: str = NAME, user: str = "", password: str = "") -> str:
    parts = urlsplit(SERVER)
    host = parts.netloc.rpartition("@")[2]
    who = f"{user}:{password}" if user else parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{who}@{host}", path=f"/{name}"))


def sql(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


@pytest.fixture(autouse=True)
def _nothing_left(db: None) -> Iterator[None]:
    yield
    sql(f"DROP DATABASE IF EXISTS `{NAME}`")
    sql(f"DROP USER IF EXISTS '{USER}'@'%'")


def charset() -> str:
    ((found,),) = sql(
        f"SELECT default_character_set_name FROM information_schema.schemata WHERE schema_name = '{NAME}'"
    )
    return str(found)


def test_a_missing_database_is_made_and_the_chat_serves_from_it(installation: Installation) -> None:
    running = installation.start(DATABASE_URL=url()).wait()
    assert running.stop() == 143
    assert charset() == "utf8mb4"
    assert sql(f"SELECT COUNT(*) FROM `{NAME}`.django_migrations")[0][0] > 0


def test_who_may_not_make_it_is_told_the_exact_line(installation: Installation) -> None:
    sql(f"CREATE USER '{USER}'@'%' IDENTIFIED BY 'pass'")
    said = installation.refusal(DATABASE_URL=url(user=USER, password="pass"))
    line = f"CREATE DATABASE `{NAME}` CHARACTER SET utf8mb4; GRANT ALL ON `{NAME}`.* TO '{USER}'@'%';"
    assert said.endswith(line)
    for statement in line.split(";")[:-1]:
        sql(statement)
    done = installation.manage("migrate", "-v0", DATABASE_URL=url(user=USER, password="pass"))
    assert done.returncode == 0, "the line works"


def test_a_wrong_password_is_named_in_one_sentence(installation: Installation) -> None:
    sql(f"CREATE USER '{USER}'@'%' IDENTIFIED BY 'pass'")
    said = installation.refusal(DATABASE_URL=url(user=USER, password="wrong"))
    assert f"refuses user '{USER}': check DATABASE_URL" in said


def test_a_database_that_would_lose_chinese_is_refused(installation: Installation) -> None:
    sql(f"CREATE DATABASE `{NAME}` CHARACTER SET latin1")
    said = installation.refusal(DATABASE_URL=url())
    assert said.endswith(f"holds latin1 text: run ALTER DATABASE `{NAME}` CHARACTER SET utf8mb4.")


def test_two_first_starts_at_once_migrate_one_after_the_other(installation: Installation) -> None:
    for _ in range(2):
        installation.start(("manage.py", "migrate", "-v0"), DATABASE_URL=url())
    said = [process.communicate(timeout=120)[0] for process in installation.processes]
    assert [process.returncode for process in installation.processes] == [0, 0], said


def test_migrating_takes_its_time_and_only_migrating() -> None:
    options = connection.settings_dict["OPTIONS"]
    before = dict(options)
    with alone_on("default"):
        assert "read_timeout" not in options
    assert options == before
    assert before["read_timeout"] > 0


def test_without_mysqlclient_pymysql_serves(installation: Installation, tmp_path: Path) -> None:
    (tmp_path / "MySQLdb.py").write_text("raise ImportError")
    program = (
        "import django; django.setup(); from django.db import connection as c; u = c.cursor();"
        "u.execute('SELECT 1'); print(u.fetchone(), __import__('MySQLdb').__name__)"
    )
    environment = installation.environment(DATABASE_URL=SERVER, PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
    environment["DATABASE_URL"] = url(urlsplit(SERVER).path.strip("/"))
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "(1,) pymysql", done.stderr


def test_without_any_driver_it_says_what_to_install(installation: Installation, tmp_path: Path) -> None:
    for name in ("MySQLdb", "pymysql"):
        (tmp_path / f"{name}.py").write_text("raise ImportError")
    assert installation.refusal(DATABASE_URL=url(), PYTHONPATH=str(tmp_path)).startswith(
        "DATABASE_URL names MySQL, and no driver is installed: pip install pymysql"
    )
