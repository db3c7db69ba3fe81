"""Which row of another installation became which of ours: a second import adds only what is new."""

from django.db import models

from chatsite.fields import ExactCharField


class Imported(models.Model):
    """Messages are not in here: their nonce tells where they come from."""

    source = ExactCharField(max_length=32)  # the installation
    kind = ExactCharField(max_length=16)  # its table
    old_id = models.BigIntegerField()
    new_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "kind", "old_id"], name="imported_once")]
