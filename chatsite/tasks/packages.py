"""Python packages: the environment in .venv, and what is installed into it."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

from chatsite.tasks.shell import BIN, PYTHON, ROOT, VENV, Command, Failed, call, must, output, say
from chatsite.tasks.stamps import Stamp

REQUIREMENTS = ROOT / "requirements"
WHEELS = ROOT / "wheels"  # in what `make bundle` has made: all that is needed, so nothing is fetched


def make_environment() -> None:
    if output([PYTHON, "-c", "import sys; assert sys.version_info >= (3, 11)"]) is not None:
        return
    say("Making a Python environment in .venv …")
    if call([sys.executable, "-m", "venv", "--clear", VENV]):
        raise Failed("Python cannot make an environment: install its venv package (Debian, Ubuntu: python3-venv).")


def install(name: str) -> None:
    """The pinned packages of requirements/<name>.txt."""
    requirements = REQUIREMENTS / f"{name}.txt"
    stamp = Stamp(VENV / f".installed-{name}", [requirements], extra=sys.version)
    if stamp.is_fresh():
        return
    say(f"Installing the Python packages of {requirements.relative_to(ROOT)} …")
    if not install_packages(["-r", str(requirements)]):
        raise Failed(f"pip could not install {requirements.relative_to(ROOT)}: see its words above.")
    stamp.write()
    if name == "dev":  # holds the base too
        Stamp(VENV / ".installed-base", [REQUIREMENTS / "base.txt"], extra=sys.version).write()


def install_packages(arguments: list[str], *, quiet: bool = False) -> bool:
    """By uv, which takes seconds, else by pip; from a bundle without a network."""
    if WHEELS.is_dir():
        arguments = ["--no-index", "--find-links", str(WHEELS), *arguments]
    uv = None if WHEELS.is_dir() else find_uv()
    if uv and output([uv, "pip", "install", "-q", "--python", PYTHON, *arguments], env=_mirror()) is not None:
        return True
    pip: Command = [PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", *arguments]
    return output(pip) is not None if quiet else call(pip) == 0


def find_uv() -> Path | None:
    if found := shutil.which("uv") or shutil.which("uv", path=str(BIN)):
        return Path(found)
    if output([PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "uv"]) is None:
        return None
    return find_uv() if shutil.which("uv", path=str(BIN)) else None


def _mirror() -> dict[str, str]:
    """uv does not read pip's own settings, where people name their mirror."""
    if "UV_DEFAULT_INDEX" in os.environ:
        return {}
    index = os.environ.get("PIP_INDEX_URL") or output([PYTHON, "-m", "pip", "config", "get", "global.index-url"])
    return {"UV_DEFAULT_INDEX": index.strip()} if index else {}


def install_mysql_driver() -> None:
    """mysqlclient where it can be compiled, PyMySQL where not."""
    requirements = REQUIREMENTS / "mysql.txt"
    stamp = Stamp(VENV / ".installed-mysql", [requirements], extra=sys.version)
    if stamp.is_fresh():
        return
    say("Installing the MySQL driver …")
    for name, version in mysql_drivers():
        if install_packages([name + version], quiet=True) and _loads(name):
            if name == "pymysql":
                say("mysqlclient does not compile here (no MySQL client headers): PyMySQL serves instead, more slowly.")
            stamp.write()
            return
    must([PYTHON, "-m", "pip", "install", "-r", requirements], "No MySQL driver for DATABASE_URL could be installed.")


def mysql_drivers() -> list[tuple[str, str]]:
    """-> names and versions, the faster one first."""
    pins = (REQUIREMENTS / "mysql.txt").read_text("utf-8")
    return sorted(re.findall(r"^(mysqlclient|pymysql)(==\S+)", pins, re.MULTILINE))


def _loads(driver: str) -> bool:
    """mysqlclient built elsewhere installs well, and misses MySQL's own library where that is not."""
    return output([PYTHON, "-c", f"import {'MySQLdb' if driver == 'mysqlclient' else driver}"]) is not None
