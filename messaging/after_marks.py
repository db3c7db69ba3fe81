"""WHERE (room_id = 1 AND user_id IN (7, 0, -1) AND seq > 5) OR …: one range of the index for each room's mark.

The same of Q objects takes the ORM 0.25 ms a room, at every sign-in; a join would walk through all that was read.
"""

from collections.abc import Collection
from typing import Any

from django.db.models import F

from chatsite.pairs import Condition, any_of
from messaging.models import Mention
from rooms.slots import Mark


class AfterMarks(Condition):
    """A condition for Mention.objects.filter(): calls a member, all, or all who were there, after the mark."""

    def __init__(self, marks: Collection[Mark], **extra: Any) -> None:
        super().__init__(F("room_id"), F("user_id"), F("seq"), **extra)
        self.marks = [(m.room_id, m.user_id, Mention.ALL, Mention.HERE, m.last_read_seq) for m in marks]

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        room_id, user_id, seq = (compiler.compile(column)[0] for column in self.get_source_expressions())
        one = f"({room_id} = %s AND {user_id} IN (%s, %s, %s) AND {seq} > %s)"
        return any_of([one] * len(self.marks)), [number for mark in self.marks for number in mark]
