"""Image bombs and odd formats at the avatar door: small files that would be large pictures, or other programs' work.

Modelled on matrix-media-repo GHSA-j889-h476-hh9h and Mattermost GHSA-m7w4-q5vg-5xfp (pictures that fill the memory)
and Synapse CVE-2024-53863 (Pillow hands PostScript to Ghostscript). What is refused on form alone is in
tests/accounts/test_avatars.py; this looks at the memory of a live server.
"""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from tests.fuzz.resources import rss_kb
from tests.live import Person, Server, call

pytestmark = pytest.mark.once

FLAT_KB = 64 * 1024
PNG = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def header(width: int, height: int, depth: int = 8, color: int = 2) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0))


def png(*chunks: bytes) -> bytes:
    return PNG + b"".join(chunks) + chunk(b"IEND", b"")


def zeros(megabytes: int) -> bytes:
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(megabytes)) + packer.flush()


def animation(frames: int) -> bytes:
    """A GIF whose frames are one dot each."""
    dot = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff" + dot * frames + b"\x3b"


def large_gif() -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", 65_535, 65_535, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff" + b"\x3b"


def as_(kind: str, size: tuple[int, int] = (8, 8)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "red").save(out, kind)
    return out.getvalue()


def jpeg_of(side: int) -> bytes:
    """A small JPEG that says it is large."""
    content = as_("JPEG")
    at = content.index(b"\xff\xc0")
    return content[: at + 5] + struct.pack(">HH", side, side) + content[at + 9 :]


BOMBS = {
    "PNG of 50,000 by 50,000": png(header(50_000, 50_000), chunk(b"IDAT", zeros(1))),
    "PNG of one row that is endless": png(header(2**31 - 1, 1), chunk(b"IDAT", zeros(1))),
    "PNG that unpacks to 200 MB of pixels": png(header(8_000, 8_000, 16, 6), chunk(b"IDAT", zeros(200))),
    "PNG just under the bound, mostly missing": png(header(6_300, 6_300), chunk(b"IDAT", zeros(1))),
    "PNG with a text of 200 MB": png(
        header(8, 8), chunk(b"zTXt", b"a\0\0" + zeros(200)), chunk(b"IDAT", zlib.compress(bytes(200)))
    ),
    "PNG with a profile of 200 MB": png(
        header(8, 8), chunk(b"iCCP", b"a\0\0" + zeros(200)), chunk(b"IDAT", zlib.compress(bytes(200)))
    ),
    "PNG of 20,000 empty chunks": png(header(8, 8), chunk(b"IDAT", b"") * 20_000),
    "GIF of 65,535 by 65,535": large_gif(),
    "JPEG of 60,000 by 60,000": jpeg_of(60_000),
}
OTHER_FORMATS = {
    "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n(%pipe%id) (r) file\n",
    "EPS for DOS": b"\xc5\xd0\xd3\xc6" + struct.pack("<6I", 30, 20, 0, 0, 0, 0) + b"\xff\xff%!PS-Adobe-3.0 EPSF-3.0\n",
    "SVG": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><image href='file:///etc/passwd'/></svg>",
    "SVG with a prologue": b"<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><svg>&x;</svg>",
    "PDF": b"%PDF-1.7\n1 0 obj<<>>endobj\n",
    "MVG": b"push graphic-context\nviewbox 0 0 640 480\nfill 'url(https://127.0.0.1/)'\n",
    **{kind: as_(kind) for kind in ("BMP", "TIFF", "ICO", "PPM", "TGA", "PCX", "SGI", "JPEG2000", "DDS")},
}  # fmt: skip


@pytest.fixture(scope="module")
def person(server: Server) -> Person:
    return server.register()


def put(person: Person, content: bytes, name: str = "me.png") -> tuple[int, str]:
    body = (
        b'--edge\r\nContent-Disposition: form-data; name="file"; filename="' + name.encode() + b'"\r\n'
        b"Content-Type: image/png\r\n\r\n" + content + b"\r\n--edge--\r\n"
    )
    status, answer = call(
        person.server.base,
        "PUT",
        "/api/users/me/avatar",
        raw=body,
        token=person.access,
        Content_Type="multipart/form-data; boundary=edge",
    )
    return status, "" if answer is None else answer["code"]


@pytest.mark.parametrize("content", BOMBS.values(), ids=BOMBS)
def test_a_picture_bomb_is_refused_and_fills_no_memory(server: Server, person: Person, content: bytes) -> None:
    assert put(person, as_("PNG", (2_000, 2_000)))[0] == 204
    before = rss_kb(server, "VmHWM:")
    assert put(person, content) in ((413, "too_large"), (415, "unsupported_media"))
    assert rss_kb(server, "VmHWM:") - before < FLAT_KB


def test_of_ten_thousand_frames_only_the_first_is_looked_at(server: Server, person: Person) -> None:
    put(person, as_("PNG"))
    before = rss_kb(server, "VmHWM:")
    assert put(person, animation(10_000))[0] == 204
    assert rss_kb(server, "VmHWM:") - before < FLAT_KB


@pytest.mark.parametrize("name", ["me.png", "me.eps", "me.svg"])
@pytest.mark.parametrize("content", OTHER_FORMATS.values(), ids=OTHER_FORMATS)
def test_no_other_format_is_decoded_whatever_its_name(person: Person, content: bytes, name: str) -> None:
    assert put(person, content, name) == (415, "unsupported_media")


def test_what_is_stored_is_pixels_and_nothing_else(server: Server, person: Person) -> None:
    """A polyglot: a good PNG with a page behind it."""
    assert put(person, as_("PNG") + b"<html><script>alert(1)</script>")[0] == 204
    status, stored = call(server.base, "GET", person.ok("GET", "/api/users/me")["avatar_url"])
    assert status == 200
    assert b"script" not in stored
    assert Image.open(BytesIO(stored)).format == "WEBP"
