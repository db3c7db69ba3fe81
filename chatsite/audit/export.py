"""The audit log as CSV, page by page: it may be long."""

import csv
from collections.abc import Iterator
from io import StringIO

from django.db.models import QuerySet
from django.utils.translation import get_language, override

from chatsite import pool
from chatsite.audit.actions import ACTIONS
from chatsite.audit.models import AuditEntry
from chatsite.gateway.events import encode

ROWS_A_PAGE = 1_000
BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads 中文 as latin-1
HEAD = [
    "id",
    "at",
    "actor_id",
    "actor",
    "action",
    "meaning",
    "target_type",
    "target_id",
    "target",
    "details",
    "address",
]
FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def as_csv(entries: QuerySet[AuditEntry]) -> Iterator[str]:
    """The oldest first. Texts are in the language of whoever asks, though other threads may write them."""
    with override(get_language()):
        meanings = {action: str(name) for action, name in ACTIONS.items()}
    return _lines(entries.select_related("actor").order_by("pk"), meanings)


def _lines(entries: QuerySet[AuditEntry], meanings: dict[str, str]) -> Iterator[str]:
    yield BYTE_ORDER_MARK + _line(HEAD)
    after = 0
    while page := pool.run(_page, entries, after):
        yield "".join(_line(_cells(entry, meanings)) for entry in page)
        after = page[-1].pk


def _page(entries: QuerySet[AuditEntry], after: int) -> list[AuditEntry]:
    return list(entries.filter(pk__gt=after)[:ROWS_A_PAGE])


def _cells(entry: AuditEntry, meanings: dict[str, str]) -> list[object]:
    return [
        entry.pk,
        entry.at.isoformat(),
        entry.actor_id,
        entry.actor.username if entry.actor_id and entry.actor else "",
        entry.action,
        meanings.get(entry.action, ""),
        entry.target_type,
        entry.target_id,
        entry.target_name,
        encode(entry.details).decode() if entry.details else "",
        entry.address,
    ]


def _line(cells: list[object] | list[str]) -> str:
    out = StringIO()
    csv.writer(out).writerow([safe_cell("" if cell is None else str(cell)) for cell in cells])
    return out.getvalue()


def safe_cell(text: str) -> str:
    """Spreadsheets run what begins like a formula, and names are what people call themselves."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text
