"""People, the devices they are signed in on, whom they know and whom they have blocked."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models, transaction
from django.utils.timezone import now

from accounts.names import NAME_SEARCH_MAX, fold, search_text
from chatsite.fields import ExactCharField


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username_key=fold(username or ""))

    def create_user(self, username: str, email: str = "", password: str | None = None, **fields: Any) -> User:
        user = self.model(username=username, email=email, **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, username_key: str, email: str = "", password: str | None = None, **fields: Any) -> User:
        """`manage.py createsuperuser` asks for the USERNAME_FIELD; the key follows from the name."""
        return self.create_user(username_key, email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person or a bot. A deleted account stays as a nameless row behind its messages (`deleted_at`)."""

    username = models.CharField(max_length=64)
    username_key = ExactCharField("username", max_length=96, unique=True)
    email = models.CharField(max_length=254, blank=True)
    email_key = ExactCharField(max_length=254, unique=True, null=True)
    email_verified_at = models.DateTimeField(null=True)
    display_name = models.CharField(max_length=64, blank=True)
    name_search = models.CharField(max_length=NAME_SEARCH_MAX, blank=True)  # accounts.names.search_text
    bio = models.CharField(max_length=500, blank=True)
    locale = models.CharField(max_length=16, default="en")
    timezone = models.CharField(max_length=64, default="UTC")
    avatar = models.CharField(max_length=80, blank=True)  # file name: content hash and extension
    status = models.CharField(max_length=8, default="online")  # as chosen: online, away, dnd, offline (invisible)
    status_text = models.CharField(max_length=100, blank=True)
    preferences = models.JSONField(default=dict)
    is_bot = models.BooleanField(default=False)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    awaits_approval = models.BooleanField(default=False)  # and is not active until then
    date_joined = models.DateTimeField(default=now)
    last_seen_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    objects = UserManager()

    class Meta:
        indexes = [models.Index(fields=["date_joined"], name="user_joined")]  # new people a day

    KEY_SOURCES = frozenset({"username", "display_name", "email", "deleted_at"})
    SHOWN_WITH_MESSAGES = frozenset({"username", "display_name", "avatar", "is_bot"})  # accounts.schemas.SenderOut
    USERNAME_FIELD = "username_key"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def save(self, *, update_fields: Iterable[str] | None = None, force_update: bool = False, **kwargs: Any) -> None:
        self.set_keys()
        is_shown = force_update or not self._state.adding
        if update_fields is not None:
            is_shown = is_shown and not self.SHOWN_WITH_MESSAGES.isdisjoint(update_fields)
            if self.KEY_SOURCES.intersection(update_fields):
                update_fields = {*update_fields, "username_key", "email_key", "name_search"}
        with transaction.atomic() if is_shown else nullcontext():
            super().save(update_fields=update_fields, force_update=force_update, **kwargs)
            if is_shown:
                NamesVersion.grow()

    def set_keys(self) -> None:
        """What is derived from the names; call it before a bulk_create. No username holds a colon."""
        self.username_key = fold(self.username) if self.deleted_at is None else f":{self.pk}"
        self.email_key = fold(self.email) or None
        self.name_search = search_text(self.username, self.display_name)

    def __str__(self) -> str:
        return self.username or f"#{self.pk}"

    @property
    def name(self) -> str:
        return self.display_name or self.username


class NamesVersion(models.Model):
    """One row. It grows with whatever messages show of people, so that who keeps ready pages knows the old ones."""

    value = models.BigIntegerField(default=0)

    @classmethod
    def grow(cls) -> None:
        cls.objects.get_or_create(pk=1)
        cls.objects.filter(pk=1).update(value=models.F("value") + 1)

    @classmethod
    def current(cls) -> int | None:
        """None = none has changed yet."""
        return cls.objects.filter(pk=1).values_list("value", flat=True).first()


class Session(models.Model):
    """A signed-in device. Refresh tokens are numbered by `generation`; the newest one is that."""

    user = models.ForeignKey(User, models.CASCADE, related_name="sessions")
    name = models.CharField(max_length=100, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    ip = models.GenericIPAddressField(null=True)
    created_at = models.DateTimeField(default=now)
    last_used_at = models.DateTimeField(default=now)
    generation = models.PositiveIntegerField(default=1)
    rotated_at = models.DateTimeField(default=now)  # when `generation` was issued
    revoked_at = models.DateTimeField(null=True)
    revoke_reason = models.CharField(max_length=32, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["revoked_at"], name="session_revoked"),  # every process asks for the newest
        ]


class Friendship(models.Model):
    """A request or a friendship, one row a pair: `low` < `high`. It is a friendship once `accepted_at` is set."""

    low = models.ForeignKey(User, models.CASCADE, related_name="+")
    high = models.ForeignKey(User, models.CASCADE, related_name="+")
    requested_by = models.ForeignKey(User, models.CASCADE, related_name="+")
    message = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=now)
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["low", "high"], name="friendship_pair")]


class Block(models.Model):
    """`user` wants nothing from `blocked`, and sends nothing to them."""

    user = models.ForeignKey(User, models.CASCADE, related_name="blocks")
    blocked = models.ForeignKey(User, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "blocked"], name="block_pair")]


class Remark(models.Model):
    """What `user` calls `about`; nobody else ever learns of it."""

    CHARS = 64

    user = models.ForeignKey(User, models.CASCADE, related_name="remarks")
    about = models.ForeignKey(User, models.CASCADE, related_name="+")
    name = models.CharField(max_length=CHARS)
    name_search = models.CharField(max_length=NAME_SEARCH_MAX)  # accounts.names.search_text

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "about"], name="remark_pair")]


class RegistrationInvite(models.Model):
    """Lets people register where registration is by invite: `max_uses` of them until `expires_at`."""

    token = ExactCharField(max_length=43, unique=True)
    created_by = models.ForeignKey(User, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(null=True)
    max_uses = models.PositiveIntegerField(null=True)
    uses = models.PositiveIntegerField(default=0)
    revoked_at = models.DateTimeField(null=True)
