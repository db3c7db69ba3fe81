"""No outside request: neither the page, nor the server, nor anything they start."""

import os
import shutil
import subprocess
import sys

import pytest
from playwright.sync_api import Browser, Error

from tests.e2e.browser import Visitor
from tests.live import ROOT

EMBEDDED = {"DATABASE_URL": "", "REDIS_URL": ""}
SMOKE = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/e2e/test_smoke.py"]


def run_offline(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.e2e.offline", *command],
        cwd=ROOT,
        env={**os.environ, **EMBEDDED},
        capture_output=True,
        text=True,
        check=False,
    )


needs_linux = pytest.mark.skipif(
    not (shutil.which("unshare") and shutil.which("ip")) and os.environ.get("CI") != "true",
    reason="needs Linux with unshare and ip",
)


@needs_linux
@pytest.mark.timeout(300)
def test_no_packet_leaves_the_machine_while_people_talk() -> None:
    run = run_offline(*SMOKE)
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
    assert "2 passed" in run.stdout


@needs_linux
def test_a_packet_that_leaves_would_be_seen() -> None:
    ask = "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'?', ('198.51.100.7', 9))"
    run = run_offline(sys.executable, "-c", ask)
    assert run.returncode == 1
    assert "LEFT THE MACHINE: 198.51.100.7" in run.stdout


def test_a_page_that_asks_elsewhere_would_be_seen(browser: Browser, localhost: str) -> None:
    visitor = Visitor(browser, localhost)
    visitor.page.goto("/signin")
    with pytest.raises(Error):
        visitor.page.goto("http://elsewhere.example/")
    assert visitor.leave() == ["outside request: http://elsewhere.example/"]


def test_a_page_that_breaks_its_policy_would_be_seen(browser: Browser, localhost: str) -> None:
    visitor = Visitor(browser, localhost)
    visitor.page.goto("/signin")
    with visitor.page.expect_console_message(lambda message: message.text.startswith("CSP")):
        visitor.page.evaluate("document.body.append(Object.assign(new Image(), { src: 'http://elsewhere.example/' }))")
    assert any("CSP img-src" in fault for fault in visitor.leave())
