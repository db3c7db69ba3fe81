"""WHERE (a, b, …) IN ((1, 2, …), …): row values, one index look-up each, on every database."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import BooleanField, F, Func


class RowIn(Func):
    """A condition for filter(): RowIn("room_id", "user_id", rows=[(1, 2)]). `rows` must not be empty."""

    conditional = True
    output_field = BooleanField()

    def __init__(self, *columns: str, rows: Collection[Sequence[Any]], **extra: Any) -> None:
        super().__init__(*map(F, columns), **extra)
        self.rows = [tuple(row) for row in rows]

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        left, params = [], []
        for expression in self.get_source_expressions():
            sql, own = compiler.compile(expression)
            left.append(sql)
            params += own
        row = "(" + ", ".join(["%s"] * len(left)) + ")"
        values = ", ".join([row] * len(self.rows))
        # SQLite wants VALUES before a list of rows, MySQL 8 and MariaDB disagree on it.
        values = f"VALUES {values}" if connection.vendor == "sqlite" else values
        return f"({', '.join(left)}) IN ({values})", [*params, *(cell for r in self.rows for cell in r)]
