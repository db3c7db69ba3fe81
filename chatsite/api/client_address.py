"""Where a call comes from, and whether it comes from our own pages."""

import ipaddress
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
FORWARDING_HEADERS = ("X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via")
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
HOPS_MAX = 16  # of X-Forwarded-For that are looked at, from our end: a header may name thousands
DEFAULT_PORTS = {"http": 80, "https": 443}


def client_address(request: HttpRequest) -> str | None:
    """The peer; behind TRUSTED_PROXIES the nearest address of X-Forwarded-For that is no such proxy."""
    address = _parsed(request.META.get("REMOTE_ADDR", ""))
    for hop in reversed(request.headers.get("X-Forwarded-For", "").rsplit(",", HOPS_MAX)[-HOPS_MAX:]):
        if address is None or not _is_trusted(address):
            break
        address = _parsed(hop) or address
    return str(address) if address else None


def as_address(text: str) -> str | None:
    """-> the address as it is stored, if that is one."""
    address = _parsed(text)
    return str(address) if address else None


def rate_key(address: str | None) -> str:
    """Who owns an IPv6 address owns its whole /64: they share one limit."""
    parsed = _parsed(address or "")
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def is_secure(request: HttpRequest) -> bool:
    """Did the browser use https? A trusted proxy may say so."""
    return request.is_secure() or is_secure_at_proxy(request.META)


def is_secure_at_proxy(environ: Mapping[str, Any]) -> bool:
    """`environ`: the request as WSGI has it."""
    if environ.get("HTTP_X_FORWARDED_PROTO") != "https":
        return False
    peer = _parsed(environ.get("REMOTE_ADDR", ""))
    return peer is not None and _is_trusted(peer)


def is_own_origin(request: HttpRequest) -> bool:
    """Was the call made by a page of this very server?"""
    scheme, _, netloc = request.headers.get("Origin", "").partition("://")
    if scheme not in DEFAULT_PORTS:
        return False
    own = {_host(scheme, request.get_host())}
    if settings.PUBLIC_URL:
        public = urlsplit(settings.PUBLIC_URL)
        own.add(_host(public.scheme, public.netloc))
    origin = _host(scheme, netloc)
    return origin[0] is not None and origin in own


def is_from_this_machine(request: HttpRequest) -> bool:
    """Someone sitting at the server: loopback, by a loopback name, through no proxy, led here by no foreign page."""
    address = _parsed(request.META.get("REMOTE_ADDR", ""))
    forwarded = any(name in request.headers for name in FORWARDING_HEADERS)
    origin = request.headers.get("Origin")
    led_here = origin not in (None, settings.DESKTOP_ORIGIN) and not is_own_origin(request)
    local_name = _host("http", request.get_host())[0] in LOCAL_HOSTS
    return address is not None and address.is_loopback and local_name and not forwarded and not led_here


def _host(scheme: str, netloc: str) -> tuple[str | None, int | None]:
    try:
        parts = urlsplit(f"//{netloc}")
        return parts.hostname, parts.port or DEFAULT_PORTS.get(scheme)
    except ValueError:
        return None, None


def _parsed(text: str) -> IPAddress | None:
    try:
        address = ipaddress.ip_address(text.strip().partition("%")[0])  # without the interface: fe80::1%eth0
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_trusted(address: IPAddress) -> bool:
    return any(address in ipaddress.ip_network(proxy, strict=False) for proxy in settings.TRUSTED_PROXIES.split(","))
