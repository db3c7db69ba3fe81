"""`make run` and `make dev`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from chatsite.tasks import frontend, setup
from chatsite.tasks.shell import PYTHON, ROOT, must, output, say


def run() -> None:
    """This process becomes the server: signals reach it with nobody in between."""
    setup.set_up()
    os.chdir(ROOT)
    command = [str(PYTHON), "manage.py", "serve"]
    if os.name == "nt":
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)  # noqa: S606


def develop() -> None:
    """The reloading server and the reloading client; when one ends, so does the other."""
    setup.set_up_for_development()
    frontend.install()
    port = setup.setting("PORT") or "9000"
    must([PYTHON, "manage.py", "migrate", "-v0"], "The database could not be brought up to date.")
    say(f"The client: http://localhost:5173. The server: http://localhost:{port}.")
    environment = {**os.environ, **frontend.environment(), "CHAT_SERVER": f"http://localhost:{port}"}
    server = subprocess.Popen([str(PYTHON), "manage.py", "runserver", port], cwd=ROOT)
    client = subprocess.Popen(
        [str(part) for part in frontend.npm_command()] + ["run", "dev", "--silent"],
        cwd=frontend.FRONTEND,
        env=environment,
    )
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        while server.poll() is None and client.poll() is None:
            time.sleep(0.2)
    finally:
        for process in (server, client):
            process.terminate()
            process.wait()
        # The reloader kills its server, which can then not stop the embedded Redis.
        output([PYTHON, "manage.py", "services", "tidy"])
