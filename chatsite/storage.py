"""How much room the chat takes."""

from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db import connection


def database_bytes() -> int:
    """Rows and indexes."""
    if connection.vendor == "sqlite":
        return Path(connection.settings_dict["NAME"]).stat().st_size
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT SUM(data_length + index_length) FROM information_schema.tables WHERE table_schema = DATABASE()"
        )
        (size,) = cursor.fetchone()
    return int(size or 0)


def media_bytes(most: int | None = None) -> int:
    """Of all files, or of `most` of them: asking each takes its time."""
    files = (path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())
    return sum(path.stat().st_size for path in islice(files, most))
