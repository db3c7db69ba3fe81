"""`python -m tests.e2e.offline COMMAND …`: runs it on a machine of its own whose every packet to the outside is seen.

A network namespace with loopback and one more interface that leads nowhere. Needs Linux and iproute2.
Prints where packets went, and fails when there were any.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import threading

INSIDE = "--inside"
OUTWARD, NOWHERE = "out0", "nowhere0"
ADDRESS = "192.0.2.10"
ETHERTYPE_ALL = 3
UDP, DNS_PORT = 17, (53).to_bytes(2)
IPV4, IPV6 = 0x0800, 0x86DD


def main(arguments: list[str]) -> int:
    if arguments[0] != INSIDE:
        again = [sys.executable, "-m", "tests.e2e.offline", INSIDE, *arguments]
        return subprocess.run(["unshare", "--net", "--map-root-user", *again], check=False).returncode
    make_network()
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETHERTYPE_ALL)) as wire:
        wire.bind((OUTWARD, 0))
        threading.Thread(target=listen, args=[wire, gone := []], daemon=True).start()
        code = subprocess.run(arguments[1:], check=False).returncode
    for packet in gone:
        print("LEFT THE MACHINE:", packet, flush=True)
    return code or int(bool(gone))


def make_network() -> None:
    for command in (
        "link set lo up",
        f"link add {OUTWARD} type veth peer name {NOWHERE}",
        f"addr add {ADDRESS}/24 dev {OUTWARD}",
        f"link set {NOWHERE} up",
        f"link set {OUTWARD} up arp off",  # nobody answers there: packets leave without asking
        f"route add default dev {OUTWARD}",
    ):
        subprocess.run(["ip", *command.split()], check=True)


def listen(wire: socket.socket, gone: list[str]) -> None:
    """The kernel's own talk about the interface (IPv6 discovery) is nobody's request."""
    while True:
        frame = wire.recv(65_535)
        kind = int.from_bytes(frame[12:14])
        if kind == IPV4:
            gone.append(f"{socket.inet_ntoa(frame[30:34])} protocol {frame[23]} {asked(frame)}")
        elif kind == IPV6 and frame[20] not in (0, 58):
            gone.append(f"{socket.inet_ntop(socket.AF_INET6, frame[38:54])} protocol {frame[20]}")


def asked(frame: bytes) -> str:
    """-> the name that a DNS query is about, as far as one can be read."""
    question = frame[54:].split(b"\0")[0] if frame[23] == UDP and frame[36:38] == DNS_PORT else b""
    return "".join(chr(code) if 32 < code < 127 else "." for code in question)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
