"""Messages and what people do with them. Keys start with the room; no foreign keys, so that rooms can be sharded."""

from __future__ import annotations

import secrets

from django.db import models
from django.utils.timezone import now

from chatsite.fields import ExactCharField, FingerprintField


class MessageQuerySet(models.QuerySet["Message"]):
    def in_room(self, room_id: int) -> MessageQuerySet:
        return self.filter(room_id=room_id)

    def changed(self, *, since: int, until: int) -> MessageQuerySet:
        """Rows whose last change lies in (since, until]."""
        return self.filter(version__gt=since, version__lte=until).order_by("version")


class Message(models.Model):
    TEXT, SYSTEM = "text", "system"

    room_id = models.BigIntegerField()
    seq = models.BigIntegerField()  # 1, 2, 3 … in the room, in commit order
    version = models.BigIntegerField()  # of the room, at this row's last change
    number = models.BigIntegerField(default=0)  # how many people's messages stand at or before this row
    kind = models.CharField(max_length=8, default=TEXT)
    sender_id = models.BigIntegerField(null=True)
    content = models.TextField(blank=True)
    nonce = ExactCharField(max_length=64)
    fingerprint = FingerprintField(max_length=8)  # keyed hash of the send as first made: honest retries after an edit
    reply_to_id = models.BigIntegerField(null=True)
    mentions = models.JSONField(default=list)
    mention_all = models.BooleanField(default=False)
    mention_here = models.BooleanField(default=False)
    system = models.JSONField(null=True)  # {event, actor, target, value}: user ids, worded by clients
    pinned_at = models.DateTimeField(null=True)
    edited_at = models.DateTimeField(null=True)
    recalled_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room_id", "seq"], name="message_seq"),  # pages, order
            models.UniqueConstraint(fields=["room_id", "sender_id", "nonce"], name="message_nonce"),  # retries
        ]
        indexes = [
            models.Index(fields=["room_id", "version"], name="message_sync"),  # rows changed since
            models.Index(fields=["room_id", "pinned_at"], name="message_pins"),
            models.Index(fields=["room_id", "sender_id", "seq"], name="message_own"),  # own messages after a mark
            models.Index(fields=["room_id", "created_at"], name="message_at"),  # jump to a time
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Epoch(models.Model):
    """Names this database's history; a restored backup gets a new one, so that clients drop what it does not hold."""

    value = ExactCharField(max_length=32)

    @classmethod
    def current(cls) -> str:
        standing = cls.objects.filter(pk=1).values_list("value", flat=True).first()
        return str(standing or cls.objects.get_or_create(pk=1, defaults={"value": secrets.token_hex(8)})[0].value)


class ReportQuerySet(models.QuerySet["Report"]):
    def open(self) -> ReportQuerySet:
        return self.filter(closed_at=None)


class Report(models.Model):
    """Of a message or of a person, by somebody or (no reporter) by the word filter. Never a copy of what was said.

    Open, taken by an administrator perhaps, and at last closed with what was done about it.
    """

    DISMISSED, RECALLED, MUTED, KICKED = "dismissed", "recalled", "muted", "kicked"
    BANNED, DISABLED = "banned", "disabled"

    reporter_id = models.BigIntegerField(null=True)
    user_id = models.BigIntegerField(null=True)  # whom it is about
    room_id = models.BigIntegerField(null=True)
    message_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=8)
    text = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=now)
    closed_at = models.DateTimeField(null=True)
    closed_by_id = models.BigIntegerField(null=True)
    note = models.CharField(max_length=500, blank=True)
    taken_by_id = models.BigIntegerField(null=True)  # who looks after it
    outcome = models.CharField(max_length=10, blank=True)  # empty: closed with a note only

    objects = ReportQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["closed_at"], name="report_queue"),
            models.Index(fields=["reporter_id", "user_id"], name="report_once"),  # the same again
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class ReportNote(models.Model):
    """What administrators tell each other of a report."""

    report_id = models.BigIntegerField()
    by_id = models.BigIntegerField()
    text = models.CharField(max_length=500)
    at = models.DateTimeField(default=now)

    class Meta:
        indexes = [models.Index(fields=["report_id"], name="report_notes")]  # of the page of a report


class WordList(models.Model):
    """One row, whose mark is another one after every change of the words; 0 = there are none."""

    ONLY = 1

    mark = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField(default=now)


class FilteredWord(models.Model):
    """What the word filter looks for."""

    BLOCK, MASK, FLAG = "block", "mask", "flag"
    CHARS = 50

    word = models.CharField(max_length=CHARS)
    folded = ExactCharField(max_length=CHARS * 4, unique=True)
    action = models.CharField(max_length=8)
    created_by_id = models.BigIntegerField()
    created_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return self.word


class MessageDay(models.Model):
    """How many messages were sent on a day that is over, system lines included; for the admin's chart."""

    zone = ExactCharField(max_length=64)  # by whose clock it was a day: an administrator's
    day = models.DateField()
    messages = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["zone", "day"], name="message_day_once")]


class Reaction(models.Model):
    room_id = models.BigIntegerField()
    message_id = models.BigIntegerField()
    user_id = models.BigIntegerField()
    emoji = ExactCharField(max_length=32)
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message_id", "emoji", "user_id"], name="reaction_once")]


class Mention(models.Model):
    """One row per person mentioned; user 0 is all, -1 is those in `here`. Gone when the message is recalled."""

    ALL, HERE = 0, -1

    room_id = models.BigIntegerField()
    user_id = models.BigIntegerField()
    seq = models.BigIntegerField()
    message_id = models.BigIntegerField()
    sender_id = models.BigIntegerField()
    here = models.JSONField(null=True)  # of a call to HERE: the members who were online then, one row however many

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room_id", "user_id", "seq"], name="mention_once")]
        indexes = [models.Index(fields=["user_id", "message_id"], name="mention_inbox")]
