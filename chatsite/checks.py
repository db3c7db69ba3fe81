"""What makes an installation unsafe. `production` refuses to start on it, `local` warns."""

import ipaddress
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections

from chatsite import redis_address
from chatsite.settings.language import gettext as _

SECRET_CHARS_MIN = 32
SECRET_KINDS_MIN = 8  # different characters
DEFAULT_SECRETS = ("change-me", "changeme", "secret", "your-", "django-insecure", "example", "default", "test-")
MYSQL_MIN, MARIADB_MIN = (8, 0, 11), (10, 6)

Found = Iterator[tuple[str, str]]  # (number, sentence)


def _messages(kind: str, found: Iterable[tuple[str, str]]) -> list[CheckMessage]:
    if settings.UNSAFE == "ignore":
        return []
    make: Callable[..., CheckMessage] = checks.Error if settings.UNSAFE == "refuse" and kind == "E" else checks.Warning
    return [make(sentence, id=f"chat.{kind}{number}") for number, sentence in found]


@register("chat")
def check_settings(**kwargs: Any) -> list[CheckMessage]:
    found = [*unsafe_secrets(), *unsafe_addresses(), *unsafe_redis(settings.REDIS_URL), *unsafe_demo()]
    return _messages("E", found) + _messages("W", open_doors())


@register("chat", Tags.database)
def check_database(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """An outage is no reason to refuse: whoever starts says that in its own words."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        try:
            found += _messages("E", unsafe_database(database_facts(alias)))
        except DatabaseError:
            continue
    return found


def unsafe_secrets() -> Found:
    values = {name: _secret(name) for name in ("SECRET_KEY", "JWT_SECRET_KEY")}
    for name, value in values.items():
        facts = {"name": name, "least": SECRET_CHARS_MIN}
        if not value:
            yield "001", _("%(name)s is not set: give it %(least)d random characters or more.") % facts
        elif len(value) < SECRET_CHARS_MIN:
            yield "002", _("%(name)s is shorter than %(least)d characters.") % facts
        elif any(word in value.lower() for word in DEFAULT_SECRETS) or len(set(value)) < SECRET_KINDS_MIN:
            yield "003", _("%(name)s is a default: everybody knows it.") % facts
    if len(set(values.values())) == 1 and all(values.values()):
        yield "004", _("SECRET_KEY and JWT_SECRET_KEY are the same: one leak must not open both.")


def _secret(name: str) -> str:
    try:
        return str(getattr(settings, name))
    except ImproperlyConfigured:  # Django's word for an empty SECRET_KEY
        return ""


def unsafe_addresses() -> Found:
    if settings.DEBUG:
        yield "010", _("DEBUG is on: errors would show the server's inside to everybody.")
    for origin in settings.ALLOWED_ORIGINS:
        if "*" in origin:
            yield "012", _("ALLOWED_ORIGINS must not hold a wildcard: %(origin)s.") % {"origin": origin}
    if settings.UNSAFE == "warn":
        return  # a private network is what local is for
    if not settings.ALLOWED_HOSTS or any(host.startswith(("*", ".")) for host in settings.ALLOWED_HOSTS):
        yield "011", _("ALLOWED_HOSTS must name this site's hosts, without a wildcard.")
    for origin in settings.ALLOWED_ORIGINS:
        if origin.startswith("http://"):
            yield "013", _("ALLOWED_ORIGINS must be https: %(origin)s.") % {"origin": origin}


def unsafe_demo() -> Found:
    if settings.DEMO and settings.UNSAFE == "refuse":
        yield "014", _("DEMO=1 shows everybody accounts to sign in with: leave it out.")


def unsafe_redis(url: str) -> Found:
    """A Redis that strangers can reach must ask for a password."""
    parts, sentinels = urlsplit(url), redis_address.watched(url)
    if parts.scheme == "unix" or parts.password:
        return
    hosts = [host for host, _port in sentinels.hosts] if sentinels else [parts.hostname or ""]
    if public := [host for host in hosts if not is_private(host)]:
        yield "020", _("REDIS_URL names a public address (%(hosts)s) and no password.") % {"hosts": ", ".join(public)}


def open_doors() -> Found:
    if not settings.RATE_LIMITS:
        yield "030", _("RATE_LIMITS=off: nothing slows down who guesses passwords or floods rooms.")
    if settings.UNSAFE == "warn":
        return
    if settings.DATABASE_URL.startswith("sqlite"):
        yield "031", _("SQLite serves one machine: set DATABASE_URL=mysql://… for more than one.")
    if not settings.PUBLIC_URL.startswith("https://"):
        yield "032", _("PUBLIC_URL should be the https address that people open: links in mails start with it.")


def is_private(host: str) -> bool:
    """Loopback, link-local or private in all of its addresses; an unknown name is not."""
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return all(ipaddress.ip_address(str(address).split("%")[0]).is_private for address in found)


def database_facts(alias: str) -> dict[str, Any]:
    """What the server says of itself; nothing for SQLite, whose settings are ours."""
    connection = connections[alias]
    if connection.vendor != "mysql":
        return {}
    names = ("version", "log_bin", "sync_binlog", "innodb_flush_log_at_trx_commit")
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"@@GLOBAL.{name}" for name in names))
        return dict(zip(names, cursor.fetchone(), strict=True)) | {
            "is_mariadb": connection.mysql_is_mariadb,  # type: ignore[attr-defined]
            "version": connection.mysql_version,  # type: ignore[attr-defined]
        }


def unsafe_database(facts: dict[str, Any]) -> Found:
    """Settings under which MySQL forgets what it has acknowledged."""
    if not facts:
        return
    least, product = (MARIADB_MIN, "MariaDB") if facts["is_mariadb"] else (MYSQL_MIN, "MySQL")
    told = {"product": product, "least": ".".join(map(str, least[:2])), **facts}
    if facts["version"] < least:
        yield "040", _("%(product)s must be %(least)s or newer.") % told
    if not facts["log_bin"]:
        yield (
            "041",
            _("%(product)s runs with log_bin=0: it shows a commit before it is on disk; switch the binary log on.")
            % told,
        )
    elif facts["sync_binlog"] != 1:
        yield (
            "042",
            _("%(product)s runs with sync_binlog=%(sync_binlog)s: set it to 1, or a crash loses messages.") % told,
        )
    if facts["innodb_flush_log_at_trx_commit"] != 1:
        yield (
            "043",
            _(
                "%(product)s runs with innodb_flush_log_at_trx_commit=%(innodb_flush_log_at_trx_commit)s: "
                "set it to 1, or a crash loses messages."
            )
            % told,
        )
