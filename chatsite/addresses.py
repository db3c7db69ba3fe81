"""Where this server is reached: by who sits at it, and by the others in its network."""

import socket
from contextlib import suppress

from django.conf import settings

UNROUTED = ("192.0.2.1", 9)  # a documentation address: connecting a UDP socket to it sends nothing


def urls() -> list[str]:
    """All of them, the one for this machine first."""
    if settings.HOST not in ("0.0.0.0", "::"):
        return [_url(settings.HOST)]
    return [_url("localhost"), *map(_url, lan_addresses())]


def _url(host: str) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.PORT}"


def lan_addresses() -> list[str]:
    """This machine's IPv4 addresses as others see them, the one of its default route first."""
    found: list[str] = []
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:  # no network at all
        probe.connect(UNROUTED)
        found.append(probe.getsockname()[0])
    with suppress(OSError):  # a name that nobody resolves
        found += [str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    return [address for address in dict.fromkeys(found) if not address.startswith(("127.", "0."))]
