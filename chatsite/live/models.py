"""What administrators have set, by name; a setting without a row has the environment's value."""

from typing import Any

from django.db import models
from django.utils.timezone import now

from chatsite.fields import ExactCharField


class Override(models.Model):
    name = ExactCharField(max_length=40, primary_key=True)
    value: Any = models.JSONField()
    changed_at = models.DateTimeField(default=now)
    changed_by_id = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.name)
