"""The server that is fuzzed: as in the other live tests, and on SIGUSR1 it says how many tasks it has."""

import asyncio
import json
import signal
from pathlib import Path
from types import FrameType

from tests.live_settings import *  # noqa: F403 -- Django takes a module of settings whole
from tests.live_settings import VAR_DIR


def _count_tasks(number: int, frame: FrameType | None) -> None:
    told = Path(VAR_DIR) / "tasks.new"
    told.write_text(json.dumps(sorted(str(task.get_coro()) for task in asyncio.all_tasks())))
    told.replace(Path(VAR_DIR) / "tasks.json")


signal.signal(signal.SIGUSR1, _count_tasks)
