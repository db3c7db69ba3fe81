"""Conditions over several columns at once, written so that every database answers them from an index."""

from collections.abc import Collection, Sequence
from typing import Any, Self

from django.db.models import BooleanField, F, Func
from django.db.models.lookups import Lookup


class Bare(Lookup):
    """A condition as it stands: Django compares functions to true, and no index of MySQL serves `(…) = 1`."""

    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        sql, params = compiler.compile(self.lhs)
        return sql, list(params)


class Condition(Func):
    """Base of functions for filter()."""

    conditional = True
    output_field = BooleanField()

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Self:
        return Bare(super().resolve_expression(*args, **kwargs), True)  # type: ignore[return-value]


class RowIn(Condition):
    """WHERE (a, b, …) IN ((1, 2, …), …): RowIn("a", "b", rows=[(1, 2)]). `rows` must not be empty."""

    def __init__(self, *columns: str, rows: Collection[Sequence[Any]], **extra: Any) -> None:
        super().__init__(*map(F, columns), **extra)
        self.rows = [tuple(row) for row in rows]

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        columns: list[Any] = self.get_source_expressions()
        params = [cell for row in self.rows for cell in row]
        one = "(" + ", ".join(["%s"] * len(columns)) + ")"
        rows = ", ".join([one] * len(self.rows))
        if connection.vendor == "sqlite":
            return self._looked_up(columns, rows), params
        return f"({', '.join(compiler.compile(column)[0] for column in columns)}) IN ({rows})", params

    def _looked_up(self, columns: Sequence[Any], rows: str) -> str:
        """SQLite would scan the table for row values; a list that it joins with, it goes through look-up by look-up."""
        meta = columns[0].target.model._meta  # noqa: SLF001 - what Django documents under this name
        key = meta.pk.column
        on = " AND ".join(f'own."{c.target.column}" = wanted.column{n}' for n, c in enumerate(columns, 1))
        found = f'SELECT own."{key}" FROM (VALUES {rows}) wanted CROSS JOIN "{meta.db_table}" own ON {on}'  # noqa: S608
        return f'"{columns[0].alias}"."{key}" IN ({found})'


def any_of(conditions: Sequence[str]) -> str:
    """-> the conditions joined by OR, as a tree: SQLite refuses expressions that are 1,000 deep."""
    if len(conditions) == 1:
        return conditions[0]
    middle = len(conditions) // 2
    return f"({any_of(conditions[:middle])} OR {any_of(conditions[middle:])})"
