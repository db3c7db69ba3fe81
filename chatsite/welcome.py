"""What `make run` prints once it serves: where to open the chat, and who becomes its administrator."""

import socket
from contextlib import suppress

from django.conf import settings

from chatsite import demo

UNROUTED = ("192.0.2.1", 9)  # a documentation address: connecting a UDP socket to it sends nothing


def text(first_admin_code: str | None = None, *, rest_only: bool = False) -> str:
    """`first_admin_code`: what makes the first account of an empty server its administrator."""
    title = f"Chat {settings.VERSION} is running:"
    if rest_only:
        title = f"Chat {settings.VERSION}, REST and pages without the sockets, is running:"
    lines = [title, *(f"  {url}" for url in urls())]
    if settings.DEMO:
        lines += ["This is a demo, on a database of its own.", demo.invitation()]
    if first_admin_code:
        lines += [
            "Nobody is administrator yet: the first account that registers on this machine becomes it,",
            f"from another machine the one that registers with the code {first_admin_code}",
        ]
    return "\n".join([*lines, "Stop it with Ctrl-C."])


def urls() -> list[str]:
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
