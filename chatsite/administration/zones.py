"""Whose clock the admin goes by: that of whoever looks, as their profile says, or else the server's TIME_ZONE."""

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.timezone import localtime

UNCHOSEN = "UTC"  # what every profile begins with; who wants it wherever the server is chooses Etc/UTC


def zone_of(user: Any) -> ZoneInfo:
    """`user` may be nobody."""
    chosen: str = getattr(user, "timezone", UNCHOSEN)
    try:
        return ZoneInfo(settings.TIME_ZONE if chosen == UNCHOSEN else chosen)
    except (KeyError, ValueError, OSError):  # a zone that this machine does not know any more
        return ZoneInfo(settings.TIME_ZONE)


def zone_in_words(zone: ZoneInfo) -> str:
    """-> Asia/Shanghai (UTC+08:00): its name, and how far it is from UTC right now"""
    offset = f"{localtime(timezone=zone):%z}"
    return str(zone) if str(zone) == "UTC" else f"{zone} (UTC{offset[:3]}:{offset[3:5]})"
