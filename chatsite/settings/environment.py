"""Reads the environment (and .env, which it never overrules): each value checked, each refusal one sentence."""

import os
from collections.abc import Sequence
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import environ
from django.core.exceptions import ImproperlyConfigured

from chatsite.settings.language import gettext as _

BASE_DIR = Path(__file__).resolve().parents[2]
ENV_FILE = Path(os.environ.get("ENV_FILE") or BASE_DIR / ".env")
environ.Env.read_env(ENV_FILE)


def choose_settings() -> None:
    """Which settings count when nobody says: those of `make run`. .env may say."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings.local")


def text(name: str, default: str = "") -> str:
    """An empty value counts as none: `.env.example` lists every name."""
    return os.environ.get(name, "").strip() or default


def whole(name: str, default: int, *, least: int = 0, most: int = 2**53, or_zero: bool = False) -> int:
    given = text(name, str(default))
    is_whole = given.isascii() and given.isdigit()
    if is_whole and (least <= int(given) <= most or (or_zero and int(given) == 0)):
        return int(given)
    facts = {"name": name, "least": least, "most": most, "given": repr(given)}
    if or_zero:
        raise ImproperlyConfigured(
            _("%(name)s must be a whole number from %(least)d to %(most)d, or 0, not %(given)s.") % facts
        )
    raise ImproperlyConfigured(_("%(name)s must be a whole number from %(least)d to %(most)d, not %(given)s.") % facts)


def choice(name: str, options: Sequence[str]) -> str:
    """One of `options`; the first is the default."""
    given = text(name, options[0]).lower()
    if given not in options:
        facts = {"name": name, "options": ", ".join(options), "given": repr(given)}
        raise ImproperlyConfigured(_("%(name)s must be one of %(options)s, not %(given)s.") % facts)
    return given


def zone(name: str, default: str) -> str:
    """A time zone by its name: Asia/Shanghai."""
    given = text(name, default)
    try:
        return str(ZoneInfo(given))
    except (KeyError, ValueError, OSError):
        facts = {"name": name, "given": repr(given)}
        raise ImproperlyConfigured(
            _("%(name)s must name a time zone like Asia/Shanghai, not %(given)s.") % facts
        ) from None


def words(name: str, default: Sequence[str] = ()) -> list[str]:
    """A list with commas."""
    return [word.strip() for word in text(name).split(",") if word.strip()] or list(default)


def networks(name: str, default: Sequence[str]) -> list[str]:
    """A list of addresses or networks, each as a network."""
    return [_network(name, word) for word in words(name, default)]


def _network(name: str, word: str) -> str:
    try:
        return str(ip_network(word, strict=False))
    except ValueError:
        facts = {"name": name, "given": repr(word)}
        raise ImproperlyConfigured(
            _("%(name)s must hold addresses or networks like 10.0.0.0/8, not %(given)s.") % facts
        ) from None


def database_url(default: str) -> str:
    """DATABASE_URL, or what the old system called MYSQL_HOST, _PORT, _USER, _PASSWORD and _DATABASE."""
    if text("DATABASE_URL") or not (text("MYSQL_HOST") or text("MYSQL_DATABASE")):
        return text("DATABASE_URL", default)
    user = quote(text("MYSQL_USER", "root"), safe="")
    password = quote(text("MYSQL_PASSWORD"), safe="")
    host, port = text("MYSQL_HOST", "127.0.0.1"), whole("MYSQL_PORT", 3306, least=1, most=65535)
    return f"mysql://{user}:{password}@{host}:{port}/{text('MYSQL_DATABASE', 'chat')}"


def redis_url(default: str) -> str:
    """REDIS_URL, or what the old system called REDIS_HOST, _PORT, _PASSWORD and _DB."""
    if text("REDIS_URL") or not text("REDIS_HOST"):
        return text("REDIS_URL", default)
    password = quote(text("REDIS_PASSWORD"), safe="")
    port, number = whole("REDIS_PORT", 6379, least=1, most=65535), whole("REDIS_DB", 0)
    return f"redis://{':' + password + '@' if password else ''}{text('REDIS_HOST')}:{port}/{number}"


def database(url: str) -> dict[str, Any]:
    """The entry of DATABASES."""
    refusal = ImproperlyConfigured(_("DATABASE_URL must be mysql://USER:PASSWORD@HOST:PORT/NAME or sqlite:///PATH."))
    if not url.startswith(("sqlite:///", "mysql://")):
        raise refusal
    try:
        config: dict[str, Any] = environ.Env.db_url_config(url)
    except ValueError as error:  # a port that is no number
        raise refusal from error
    if not config["NAME"]:
        raise ImproperlyConfigured(_("DATABASE_URL names no database: mysql://USER:PASSWORD@HOST:PORT/NAME."))
    return config | (_sqlite() if url.startswith("sqlite") else _mysql())


def _sqlite() -> dict[str, Any]:
    return {
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",  # a transaction that starts as a reader cannot always become a writer
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
        "CONN_MAX_AGE": None,  # whoever closes the last connection writes the whole WAL back
    }


def _mysql() -> dict[str, Any]:
    _choose_driver()
    return {
        "OPTIONS": {
            "charset": "utf8mb4",
            "isolation_level": "read committed",
            "connect_timeout": 3,
            "read_timeout": 15,
            "write_timeout": 15,
        },
        # Threads live as long as the process (chatsite/pool.py), so connections may too.
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def _choose_driver() -> None:
    """mysqlclient, or else PyMySQL, which is slower and compiles nothing."""
    try:
        import MySQLdb  # noqa: F401
    except ImportError:
        try:
            import pymysql
        except ImportError:
            raise ImproperlyConfigured(
                _("DATABASE_URL names MySQL, and no driver is installed: pip install pymysql, or mysqlclient (faster).")
            ) from None
        pymysql.install_as_MySQLdb()
