"""Everything that must be installed or built before the chat can run; a second call only compares stamps."""

from __future__ import annotations

import os
import re
from pathlib import Path

from chatsite.locks import exclusive
from chatsite.tasks import frontend, packages
from chatsite.tasks.shell import ROOT


def set_up(*, development: bool = False) -> None:
    """One at a time in a checkout."""
    with exclusive(ROOT / "var" / "setup.lock"):
        packages.make_environment()
        packages.install("dev" if development else "base")
        if names_mysql():
            packages.install_mysql_driver()
        frontend.build()


def set_up_for_development() -> None:
    set_up(development=True)


def setting(name: str) -> str:
    """A setting from the environment or from .env, as the server will read it."""
    if name in os.environ:
        return os.environ[name].strip()
    file = Path(os.environ.get("ENV_FILE") or ROOT / ".env")
    content = file.read_text("utf-8") if file.is_file() else ""
    found = re.search(rf"^(?:export\s+)?{name}[ \t]*=[ \t]*(.*?)[ \t]*$", content, re.MULTILINE)
    return found[1].strip("'\"") if found else ""


def names_mysql() -> bool:
    if url := setting("DATABASE_URL"):
        return url.startswith("mysql")
    return bool(setting("MYSQL_HOST") or setting("MYSQL_DATABASE"))
