"""Column types that mean the same on every database."""

from typing import Any

from django.db import models


class ExactCharField(models.CharField):  # type: ignore[type-arg]
    """Text compared byte by byte: varbinary on MySQL, whose default collations hold abc = ABC and 👍 = 😀."""

    def db_type(self, connection: Any) -> str | None:
        if connection.vendor == "mysql":
            return f"varbinary({(self.max_length or 64) * 4})"
        return super().db_type(connection)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        return value.decode() if isinstance(value, bytes) else value

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        value = super().get_db_prep_value(value, connection, prepared)
        return value.encode() if connection.vendor == "mysql" and isinstance(value, str) else value


class FingerprintField(models.BinaryField):  # type: ignore[type-arg]
    """A fixed number of raw bytes (`max_length`)."""

    def db_type(self, connection: Any) -> str | None:
        if connection.vendor == "mysql":
            return f"binary({self.max_length})"
        return super().db_type(connection)
