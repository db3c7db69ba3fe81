"""What the server can say of itself: database, Redis, disk."""

import shutil
import time
from typing import Any

from django.conf import settings
from django.db import connection
from django.template.defaultfilters import filesizeformat
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_redis import get_redis_connection
from redis.exceptions import RedisError

from chatsite.administration.dashboard import Figure
from chatsite.errors import Text
from chatsite.storage import database_bytes, media_bytes

FULL = 0.9  # of the disk
FILES_MAX = 20_000  # that are asked how long they are
size = lazy(filesizeformat, str)


def database() -> Figure:
    begun = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    text = _("answers in {milliseconds} ms")
    return Figure(_("Database"), connection.display_name, _answers(begun, text), "database", "good")


def redis() -> Figure:
    try:
        begun = time.perf_counter()
        memory = get_redis_connection("default").info("memory")
        note = _answers(begun, _("in memory; answers in {milliseconds} ms"))
    except RedisError:
        text = _("does not answer: nobody’s presence is known, and changes reach people up to two seconds later")
        return Figure("Redis", _("no answer"), text, "bolt", "bad")
    return Figure("Redis", size(int(memory["used_memory"])), note, "bolt", "good")


def storage() -> Figure:
    disk = shutil.disk_usage(settings.VAR_DIR)
    rows, files = database_bytes(), media_bytes(FILES_MAX)
    text = _("database {rows}, files {files}; {free} free")
    note = format_lazy(text, rows=size(rows), files=size(files), free=size(disk.free))
    return Figure(
        _("Storage"), size(rows + files), note, "hard_drive", "bad" if disk.used > disk.total * FULL else "good"
    )


def _answers(begun: float, text: Any) -> Text:
    return format_lazy(text, milliseconds=f"{(time.perf_counter() - begun) * 1000:.1f}")
