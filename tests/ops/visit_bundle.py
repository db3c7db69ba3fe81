"""`python -m tests.ops.visit_bundle FOLDER`: starts the chat of an unpacked bundle and sends the first message."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.live import call, free_port

START_SECONDS = 400
KEPT = ("PATH", "HOME", "LANG", "TMPDIR")  # no mirror, no settings of ours


def main(folder: Path) -> None:
    port = free_port()
    env = {name: os.environ[name] for name in KEPT if name in os.environ}
    env |= {"PORT": str(port), "HOST": "127.0.0.1", "RATE_LIMITS": "off"}
    server = subprocess.Popen([sys.executable, "start.py", "run"], cwd=folder, env=env, stdin=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        wait(server, url)
        first_message = folder / "chatsite" / "tasks" / "first_message.py"
        subprocess.run([folder / ".venv" / "bin" / "python", first_message, url], check=True)
        status, page = call(url, "GET", "/")
        assert status == 200
        assert b"<script" in page, "the web client comes with it"
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)
    print("visited")


def wait(server: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if call(url, "GET", "/api/health")[0] == 200:
                return
        time.sleep(0.2)
    raise AssertionError("it does not start")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
