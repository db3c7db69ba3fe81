"""Who may open a socket, and whose it is: Origin at the handshake, the access token in the first frame."""

from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation.trans_real import get_supported_language_variant, parse_accept_lang_header

Headers = dict[bytes, bytes]


def origin_is_allowed(headers: Headers) -> bool:
    """No Origin (bots), the own host, ALLOWED_ORIGINS and the desktop client; nothing else, not even `null`."""
    raw = headers.get(b"origin")
    if raw is None:
        return True
    origin = raw.decode("latin-1")
    if origin == settings.DESKTOP_ORIGIN or origin in settings.ALLOWED_ORIGINS:
        return True
    if settings.PUBLIC_URL and origin == _origin_of(settings.PUBLIC_URL):
        return True
    host = headers.get(b"host", b"").decode("latin-1").lower()
    return bool(host) and origin.lower() in (f"http://{host}", f"https://{host}")


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def locale_of(headers: Headers) -> str:
    """-> Django language code for texts before we know the user's own; as Django finds it for REST."""
    return _accepted(headers) or settings.LANGUAGE_CODE


def asks_for_language(headers: Headers) -> bool:
    """Whether a program says what its user reads. A browser says what it was installed in; no script can tell it."""
    return b"origin" not in headers and _accepted(headers) is not None


def _accepted(headers: Headers) -> str | None:
    for language, _weight in parse_accept_lang_header(headers.get(b"accept-language", b"").decode("latin-1")):
        if language == "*":
            break
        with suppress(LookupError):
            return get_supported_language_variant(language)
    return None


def headers_of(pairs: Iterable[tuple[bytes, bytes]]) -> Headers:
    """-> by name; one that comes twice is the list of both (RFC 9110 §5.3), so that no Origin or Host hides another."""
    headers: Headers = {}
    for name, value in pairs:
        headers[name] = headers[name] + b", " + value if name in headers else value
    return headers
