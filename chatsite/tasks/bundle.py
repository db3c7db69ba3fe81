"""`make bundle`: one archive from which the chat is installed and runs where there is no network."""

from __future__ import annotations

import platform
import re
import shutil
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

from chatsite.tasks import packages, setup
from chatsite.tasks.frontend import DIST, FRONTEND, SOURCES
from chatsite.tasks.shell import PYTHON, ROOT, Command, Failed, must, output, say
from chatsite.tasks.stamps import Stamp

BUNDLES = ROOT / "var" / "bundle"
IMAGES = "images.tar"


def bundle() -> None:
    """For machines with this one's system, processor and Python."""
    setup.set_up()
    path = pack(BUNDLES)
    say(f"Wrote {path.relative_to(ROOT)} ({path.stat().st_size / 2**20:.0f} MB). There: unpack it, then make run.")


def pack(directory: Path) -> Path:
    """-> the archive; the web client has been built."""
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory) as draft:
        root = Path(draft) / f"chat-{_version()}"
        _copy_sources(root)
        _copy_client(root / FRONTEND.relative_to(ROOT))
        _collect_wheels(root / packages.WHEELS.name)
        _save_images(root / IMAGES)
        unfinished = Path(draft) / "bundle.tar"
        with tarfile.open(unfinished, "w") as archive:
            archive.add(root, root.name)
        return unfinished.rename(directory / f"{root.name}-{_machine()}.tar")


def _version() -> str:
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"])


def _machine() -> str:
    return f"{sys.platform}-{platform.machine()}-py{sys.version_info.major}.{sys.version_info.minor}".lower()


def _copy_sources(root: Path) -> None:
    """What git tracks, as it stands here: no data, no settings, nobody's notes."""
    names = output(["git", "ls-files", "-z"])
    if names is None:
        raise Failed("A bundle is made in a clone: git tells what belongs to it.")
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():  # deleted, and not committed yet
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, root / name)


def _copy_client(folder: Path) -> None:
    """With a stamp of the copied sources: whatever else lies beside ours, it is not built again there."""
    shutil.copytree(DIST, folder / DIST.name)
    Stamp(folder / DIST.name / ".stamp", [folder / name for name in SOURCES]).write()


def _collect_wheels(wheels: Path) -> None:
    say("Collecting the Python packages …")
    pip: Command = [PYTHON, "-m", "pip", "wheel", "-q", "--disable-pip-version-check", "-w", wheels]
    must([*pip, "-r", packages.REQUIREMENTS / "base.txt"], "pip could not collect the packages: see its words above.")
    for name, version in packages.mysql_drivers():
        if output([*pip, name + version]) is None:
            say(f"Without {name}, which cannot be built here.")


def _save_images(path: Path) -> None:
    """Those of compose.yaml, by their names, where a container engine answers."""
    engine = shutil.which("docker")
    if engine is None or output([engine, "info"]) is None:
        say("Without container images: no Docker answers here. Installing with Python needs none.")
        return
    must([engine, "compose", "build"], "The image could not be built: see the words above.")
    must([engine, "compose", "pull", "--ignore-buildable"], "Images could not be fetched: see the words above.")
    names = sorted(set(re.findall(r"\S+", output([engine, "compose", "config", "--images"]) or "")))
    must([engine, "save", "-o", path, *names], "The images could not be saved: see the words above.")
