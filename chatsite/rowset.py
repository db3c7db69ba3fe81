"""Rows of constants as a table in the middle of a statement: one parameter however many rows, on every database."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from django.db import connection

NUMBER, TEXT = "BIGINT", "VARCHAR(255)"
_encode = msgspec.json.Encoder().encode


def wanted(columns: Mapping[str, str]) -> str:
    """-> SQL of a table named `wanted` with these columns (name: NUMBER or TEXT); its one parameter is `rows(…)`."""
    if connection.vendor == "sqlite":
        cells = ", ".join(f"json_extract(value, '$[{i}]') AS {name}" for i, name in enumerate(columns))
        return f"(SELECT {cells} FROM json_each(%s)) AS wanted"  # noqa: S608 - names from our own code
    cells = ", ".join(f"{name} {kind} PATH '$[{i}]'" for i, (name, kind) in enumerate(columns.items()))
    return f"JSON_TABLE(%s, '$[*]' COLUMNS ({cells})) AS wanted"


def rows(cells: Iterable[Sequence[int | str]]) -> str:
    """-> the parameter of `wanted`: a JSON array of arrays."""
    return _encode(list(cells)).decode()
