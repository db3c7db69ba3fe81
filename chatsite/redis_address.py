"""What REDIS_URL says, as each Redis library wants to hear it: one server, or a primary that Sentinels watch.

redis://USER:PASSWORD@HOST:6379/0 · rediss://… (TLS) · unix://PATH
redis+sentinel://USER:PASSWORD@HOST:26379,HOST:26379/PRIMARY/0?sentinel_password=… · rediss+sentinel://… (TLS)
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from redis import Redis, Sentinel
from redis.asyncio import ConnectionPool as AsyncPool
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio import Sentinel as AsyncSentinel
from redis.asyncio import SentinelConnectionPool as AsyncSentinelPool

from chatsite.settings.language import gettext as _

SENTINEL_PORT = 26379
SENTINEL_SECONDS = 0.5  # a Sentinel may take to answer before the next one is asked
_PATH = re.compile(r"/([a-z0-9._-]+)(?:/(\d{1,3}))?/?")  # django-redis takes the name for a host, in small letters


class Watched(NamedTuple):
    """A primary by the name that its Sentinels, at `hosts`, know it by."""

    hosts: list[tuple[str, int]]
    primary: str
    number: int
    is_secure: bool
    login: dict[str, str]  # for the primary
    sentinel_login: dict[str, str]

    def connection(self) -> dict[str, Any]:
        return {"db": self.number, **self.login, **({"ssl": True} if self.is_secure else {})}

    def sentinel(self) -> dict[str, Any]:
        """How to ask a Sentinel."""
        return {
            "socket_timeout": SENTINEL_SECONDS,
            "socket_connect_timeout": SENTINEL_SECONDS,
            **self.sentinel_login,
            **({"ssl": True} if self.is_secure else {}),
        }


def watched(url: str) -> Watched | None:
    """None: the URL names one server."""
    parts = urlsplit(url)
    if parts.scheme not in ("redis+sentinel", "rediss+sentinel"):
        return None
    login, _at, hosts = parts.netloc.rpartition("@")
    path = _PATH.fullmatch(parts.path)
    if not hosts or path is None:
        raise ImproperlyConfigured(
            _(
                "REDIS_URL must be redis+sentinel://:PASSWORD@HOST:26379,HOST:26379/PRIMARY/0, "
                "the name in small letters."
            )
        )
    username, _colon, password = login.partition(":")
    return Watched(
        hosts=[_host(one) for one in hosts.split(",")],
        primary=path[1],
        number=int(path[2] or 0),
        is_secure=parts.scheme == "rediss+sentinel",
        login=_login(unquote(username), unquote(password)),
        sentinel_login=_login("", parse_qs(parts.query).get("sentinel_password", [""])[0]),
    )


def _login(username: str, password: str) -> dict[str, str]:
    return {name: value for name, value in (("username", username), ("password", password)) if value}


def _host(text: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port or SENTINEL_PORT
    except ValueError:
        host = None
    if not host:
        raise ImproperlyConfigured(_("REDIS_URL: %(host)s is not HOST:PORT of a Sentinel.") % {"host": repr(text)})
    return host, port


def client(url: str, **options: Any) -> Redis:
    """For the primary, whoever that is when a connection is opened."""
    if (found := watched(url)) is None:
        return Redis.from_url(url, **options)
    sentinels = Sentinel(found.hosts, sentinel_kwargs=found.sentinel())  # type: ignore[no-untyped-call]  # redis-py has no types here
    primary: Redis = sentinels.master_for(found.primary, **found.connection(), **options)  # type: ignore[no-untyped-call] # nor here
    return primary


def async_client(url: str, **options: Any) -> AsyncRedis:
    if (found := watched(url)) is None:
        return AsyncRedis.from_url(url, **options)
    sentinels = AsyncSentinel(found.hosts, sentinel_kwargs=found.sentinel())  # type: ignore[no-untyped-call] # nor here
    primary: AsyncRedis = sentinels.master_for(found.primary, **found.connection(), **options)
    return primary


async def leave_sentinels(pool: AsyncPool) -> None:
    """They are asked when a connection is opened, and then not needed for a long time."""
    if isinstance(pool, AsyncSentinelPool):
        for sentinel in pool.sentinel_manager.sentinels:
            await sentinel.aclose(close_connection_pool=True)


def channel_host(url: str, **options: Any) -> dict[str, Any]:
    """One of channels_redis' `hosts`."""
    if (found := watched(url)) is None:
        return {"address": url, **options}
    return {
        "sentinels": found.hosts,
        "sentinel_kwargs": found.sentinel(),
        "master_name": found.primary,
        **found.connection(),
        **options,
    }


def cache(url: str) -> dict[str, Any]:
    """LOCATION and what OPTIONS has to know of it, for django-redis."""
    if (found := watched(url)) is None:
        return {"LOCATION": url, "OPTIONS": {}}
    return {
        "LOCATION": f"{'rediss' if found.is_secure else 'redis'}://{found.primary}/{found.number}",
        "OPTIONS": {
            "CONNECTION_FACTORY": "django_redis.pool.SentinelConnectionFactory",
            "SENTINELS": found.hosts,
            "SENTINEL_KWARGS": found.sentinel(),
            **{name.upper(): value for name, value in found.login.items()},
        },
    }
