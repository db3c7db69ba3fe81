from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.apps import AppConfig

LOOK_SECONDS = 0.1


class NodeConfig(AppConfig):
    name = "tests.chaos.node"
    label = "chaos_node"

    def ready(self) -> None:
        if file := os.environ.get("CHAOS_CLOCK"):
            threading.Thread(target=_keep_wrong, args=(Path(file),), daemon=True, name="wrong clock").start()


def _keep_wrong(file: Path) -> None:
    """The wall clock is wrong by the seconds that stand in the file."""
    import time_machine

    wrong, travelling = "0", None
    while True:
        time.sleep(LOOK_SECONDS)
        wanted = file.read_text() or "0" if file.is_file() else "0"
        if wanted == wrong:
            continue
        if travelling is not None:
            travelling.stop()
        travelling, wrong = None, wanted
        if float(wanted):
            travelling = time_machine.travel(datetime.now(UTC) + timedelta(seconds=float(wanted)))
            travelling.start()
