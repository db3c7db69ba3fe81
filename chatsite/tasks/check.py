"""`make check`, and what repairs what it complains of: `make lint`, `make types`, `make messages`."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from chatsite.tasks import frontend, setup
from chatsite.tasks.shell import BIN, PYTHON, Command, Steps, must, say

TEST_SETTINGS = {"DJANGO_SETTINGS_MODULE": "chatsite.settings.test", "ENV_FILE": os.devnull}
SCHEMA = frontend.FRONTEND / "src" / "api" / "schema.json"
TYPES = frontend.FRONTEND / "src" / "api" / "schema.d.ts"


def check() -> None:
    setup.set_up_for_development()
    frontend.install()
    steps = Steps("check")
    steps.run("ruff", [BIN / "ruff", "check", "."])
    steps.run("ruff format", [BIN / "ruff", "format", "--check", "."])
    steps.run("mypy", [BIN / "mypy"])
    steps.run("floors", [BIN / "lint-imports"])
    steps.run("migrations", [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"], env=TEST_SETTINGS)
    steps.run("translations", [PYTHON, "manage.py", "messages", "--check"], env=TEST_SETTINGS)
    say("\n── generated files")
    steps.note("generated files", generated_files_are_fresh())
    for name in ("lint", "typecheck"):
        steps.run(f"client {name}", _npm("run", "--silent", name), cwd=frontend.FRONTEND, env=frontend.environment())
    steps.finish()


def write_types() -> None:
    """The OpenAPI document, and the client's types made from it."""
    setup.set_up_for_development()
    frontend.install()
    _generate(SCHEMA, TYPES)
    say(f"Wrote {SCHEMA.name} and {TYPES.name}.")


def generated_files_are_fresh() -> bool:
    """Makes them again elsewhere and compares."""
    with tempfile.TemporaryDirectory() as directory:
        schema, types = Path(directory) / SCHEMA.name, Path(directory) / TYPES.name
        _generate(schema, types)
        stale = [kept.name for kept, made in ((SCHEMA, schema), (TYPES, types)) if not _same(kept, made)]
    if stale:
        say(f"Stale: {', '.join(stale)}. Run `make types` and commit what it writes.")
    return not stale


def _generate(schema: Path, types: Path) -> None:
    command: Command = [PYTHON, "manage.py", "spectacular", "--format", "openapi-json", "--validate", "--fail-on-warn"]
    must([*command, "--file", schema], "The API's schema could not be made.", env=TEST_SETTINGS)
    must(
        _npm("exec", "--", "openapi-typescript", str(schema), "--output", str(types)),
        "The client's types could not be made.",
        cwd=frontend.FRONTEND,
        env=frontend.environment(),
    )


def _same(kept: Path, made: Path) -> bool:
    return kept.is_file() and kept.read_bytes() == made.read_bytes()


def write_messages() -> None:
    setup.set_up_for_development()
    must([PYTHON, "manage.py", "messages"], "The translations could not be made.", env=TEST_SETTINGS)


def repair() -> None:
    setup.set_up_for_development()
    frontend.install()
    steps = Steps("lint")
    steps.run("ruff", [BIN / "ruff", "check", "--fix", "."])
    steps.run("ruff format", [BIN / "ruff", "format", "."])
    steps.run(
        "client", _npm("run", "--silent", "lint", "--", "--fix"), cwd=frontend.FRONTEND, env=frontend.environment()
    )
    steps.finish()


def _npm(*arguments: str) -> Command:
    return [*frontend.npm_command(), *arguments]
