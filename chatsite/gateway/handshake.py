"""The opening handshake of RFC 6455 §4.2, of a request that an HTTP parser has already taken apart."""

import base64
import binascii
import hashlib

from chatsite.gateway.authentication import Headers

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_KEY_BYTES = 16
_VERSION = b"13"
FORBIDDEN = b"403 Forbidden"


class Refused(Exception):
    """The request opens no WebSocket; `status` is the line that says so."""

    def __init__(self, status: bytes, *headers: bytes) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers


def accepted(method: str, http_version: str, headers: Headers) -> bytes:
    """-> the response that opens the WebSocket. Raises Refused."""
    if method != "GET":
        raise Refused(b"405 Method Not Allowed", b"Allow: GET")
    if http_version != "1.1":
        raise Refused(b"505 HTTP Version Not Supported")
    if headers.get(b"sec-websocket-version") != _VERSION:
        raise Refused(b"426 Upgrade Required", b"Sec-WebSocket-Version: " + _VERSION)
    proof = base64.b64encode(hashlib.sha1(_key(headers) + _GUID, usedforsecurity=False).digest())
    return (
        b"HTTP/1.1 101 Switching Protocols\r\n"
        b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + proof + b"\r\n\r\n"
    )


def _key(headers: Headers) -> bytes:
    key = headers.get(b"sec-websocket-key", b"")
    try:
        if len(base64.b64decode(key, validate=True)) == _KEY_BYTES:
            return key
    except binascii.Error:
        pass
    raise Refused(b"400 Bad Request")


def refused(refusal: Refused) -> bytes:
    """-> the response; the connection is closed behind it."""
    lines = [b"HTTP/1.1 " + refusal.status, b"Connection: close", b"Content-Length: 0", *refusal.headers]
    return b"\r\n".join(lines) + b"\r\n\r\n"
