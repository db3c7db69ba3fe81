"""Rooms and who is in them. A room is a versioned document; its counter row is the lock of all its changes."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.functional import cached_property
from django.utils.timezone import now
from msgspec import structs

from chatsite.fields import ExactCharField
from rooms import rules
from rooms.rules import Rules


class RoomQuerySet(models.QuerySet["Room"]):
    def of(self, user_id: int) -> RoomQuerySet:
        """Those the user is a member of and knows of."""
        mine = Membership.objects.current().filter(user_id=user_id, is_hidden=False)
        return self.filter(id__in=mine.values("room_id"))

    def public(self) -> RoomQuerySet:
        return self.filter(kind=Room.PUBLIC, archived_at=None)


class Room(models.Model):
    PUBLIC, PRIVATE, DIRECT = "public", "private", "direct"

    kind = models.CharField(max_length=8, default=PUBLIC)
    code = ExactCharField(max_length=12, unique=True, null=True)  # public rooms only
    pair_key = ExactCharField(max_length=48, unique=True, null=True)  # direct rooms: "low:high" user ids
    name = models.CharField(max_length=80, blank=True)
    description = models.CharField(max_length=500, blank=True)
    announcement = models.CharField(max_length=2000, blank=True)
    announced_at = models.DateTimeField(null=True)  # the announcement as it stands
    announced_by_id = models.BigIntegerField(null=True)
    avatar = models.CharField(max_length=80, blank=True)
    created_by_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=now)
    archived_at = models.DateTimeField(null=True)
    history_after_seq = models.BigIntegerField(default=0)  # the newest message that some member may not read
    own_rules = models.JSONField(default=dict)  # where they differ from the defaults
    version = models.BigIntegerField(default=0)  # of the last change of this row

    objects = RoomQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["kind", "name"], name="room_directory")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_direct(self) -> bool:
        return self.kind == Room.DIRECT

    @cached_property
    def rules(self) -> Rules:
        return rules.read(self.kind, self.own_rules)

    def change_rules(self, wanted: dict[str, Any]) -> None:
        """`wanted`: the new values by name."""
        self.own_rules = rules.to_store(self.kind, structs.replace(self.rules, **wanted))
        del self.rules

    def peer_id(self, user_id: int) -> int | None:
        """The other person of a direct room; oneself in the note to self; None elsewhere."""
        if self.pair_key is None:
            return None
        low, high = map(int, self.pair_key.split(":"))
        return high if low == user_id else low


def pair_key(one: int, other: int) -> str:
    return f"{min(one, other)}:{max(one, other)}"


class RoomCounter(models.Model):
    """Narrow and hot: taken FOR UPDATE by every change of its room, and by nothing else."""

    room_id = models.BigIntegerField(primary_key=True)
    last_seq = models.BigIntegerField(default=0)
    message_count = models.BigIntegerField(default=0)  # people's messages; system lines are not counted
    member_count = models.IntegerField(default=0)
    last_message_id = models.BigIntegerField(null=True)
    version = models.BigIntegerField(default=0)
    access_version = models.BigIntegerField(default=0)  # version of the last change of what members may
    last_message_at = models.DateTimeField(null=True)
    purged_seq = models.BigIntegerField(default=0)  # messages up to this one are deleted for good
    purged_number = models.BigIntegerField(default=0)  # how many people's messages were among them
    changed_at = models.DateTimeField(default=now)

    class Meta:
        indexes = [models.Index(fields=["changed_at"], name="counter_changed")]  # the tailer's range

    def next_version(self, *, access: bool = False) -> int:
        """Takes the room's next version (the row must be locked and saved afterwards)."""
        self.version += 1
        if access:
            self.access_version = self.version
        self.changed_at = now()
        return self.version


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> MembershipQuerySet:
        return self.filter(left_at=None)

    def counted(self) -> MembershipQuerySet:
        """With what their room counts at the same moment: one's own messages move both numbers of a difference."""
        counter = RoomCounter.objects.filter(room_id=OuterRef("room_id"))
        return self.annotate(
            counted_messages=Subquery(counter.values("message_count")), counted_seq=Subquery(counter.values("last_seq"))
        )


class Membership(models.Model):
    """One row per room and person who ever was in it; never deleted."""

    OWNER, ADMIN, MEMBER = "owner", "admin", "member"

    room_id = models.BigIntegerField()
    user_id = models.BigIntegerField()
    role = models.CharField(max_length=8, default=MEMBER)
    joined_at = models.DateTimeField(default=now)
    left_at = models.DateTimeField(null=True)
    left_reason = models.CharField(max_length=8, blank=True)  # left, kicked, banned
    muted_until = models.DateTimeField(null=True)
    is_hidden = models.BooleanField(default=False)  # the peer's side of a direct room until its first message

    # What the member has read. unread = (message_count - read_number) - own_after_mark: a difference, it cannot drift.
    last_read_seq = models.BigIntegerField(default=0)
    read_number = models.BigIntegerField(default=0)  # how many people's messages stand at or before the mark
    own_after_mark = models.BigIntegerField(default=0)  # the member's own messages after the mark
    shown_read_seq = models.BigIntegerField(default=0)  # what others saw read before the member set the mark back

    history_after_seq = models.BigIntegerField(default=0)  # what is older does not exist for this member

    notify = models.CharField(max_length=8, default="all")
    notify_until = models.DateTimeField(null=True)
    pinned_at = models.DateTimeField(null=True)
    announcement_read_at = models.DateTimeField(null=True)

    version = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField(default=now)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room_id", "user_id"], name="membership_pair")]
        indexes = [
            models.Index(fields=["user_id", "left_at"], name="membership_of_user"),  # my rooms
            models.Index(fields=["room_id", "version"], name="membership_sync"),  # rows changed since
            models.Index(fields=["changed_at"], name="membership_changed"),  # the tailer's range
            models.Index(fields=["muted_until"], name="membership_muted"),  # mutes that are over
        ]

    @property
    def is_current(self) -> bool:
        return self.left_at is None

    @property
    def seen_seq(self) -> int:
        """The mark as others see it: setting it back is for oneself only."""
        return max(self.last_read_seq, self.shown_read_seq)

    @property
    def is_loud_again(self) -> bool:
        """What `notify` says was for a while, and that is over."""
        return self.notify_until is not None and self.notify_until <= now()

    def unread_count(self, message_count: int) -> int:
        return max(0, message_count - self.read_number - self.own_after_mark)


class BanQuerySet(models.QuerySet["Ban"]):
    def in_force(self) -> BanQuerySet:
        return self.filter(Q(until=None) | Q(until__gt=now()))


class Ban(models.Model):
    """Keeps a person out of a room, until `until` or for good."""

    room_id = models.BigIntegerField()
    user_id = models.BigIntegerField()
    until = models.DateTimeField(null=True)
    created_by_id = models.BigIntegerField()
    created_at = models.DateTimeField(default=now)

    objects = BanQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room_id", "user_id"], name="ban_pair")]


class JoinRequest(models.Model):
    """Somebody waits to be let in; gone with the answer."""

    room_id = models.BigIntegerField()
    user_id = models.BigIntegerField()
    message = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room_id", "user_id"], name="join_request_pair")
        ]  # the queue, too
        indexes = [models.Index(fields=["user_id"], name="join_request_of_user")]  # what a deleted account takes along


class InviteQuerySet(models.QuerySet["Invite"]):
    def in_force(self) -> InviteQuerySet:
        """Neither revoked nor expired nor used up."""
        return self.filter(
            Q(expires_at=None) | Q(expires_at__gt=now()),
            Q(max_uses=None) | Q(uses__lt=F("max_uses")),
            revoked_at=None,
        )


class Invite(models.Model):
    """A link into a room, for `max_uses` people until `expires_at`."""

    room_id = models.BigIntegerField()
    token = ExactCharField(max_length=43, unique=True)
    created_by_id = models.BigIntegerField()
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(null=True)
    max_uses = models.PositiveIntegerField(null=True)
    uses = models.PositiveIntegerField(default=0)
    revoked_at = models.DateTimeField(null=True)

    objects = InviteQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["room_id", "revoked_at"], name="invite_of_room")]
