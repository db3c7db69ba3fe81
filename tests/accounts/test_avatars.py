"""Pictures: decoded and written anew, public under their content's hash."""

import hashlib
import struct
import time
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts import avatars, slots
from accounts.slots import Circle
from tests.conftest import Api
from tests.people import Listen, Person, code_of

Files = Any


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 200), **options: Any) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, (200, 30, 60)).save(out, kind, **options)
    return out.getvalue()


def put(person: Person, content: bytes, name: str = "me.png", kind: str = "image/png") -> Any:
    return person.api.upload("PUT", "/api/users/me/avatar", file=SimpleUploadedFile(name, content, kind))


def url_of(person: Person) -> str:
    return str(person.api.get("/api/users/me").json()["avatar_url"])


def stored(person: Person) -> bytes:
    return (avatars.directory() / url_of(person).rpartition("/")[2]).read_bytes()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_picture_is_public_and_immutable_under_its_hash(ann: Person, api: Api, kind: str) -> None:
    assert put(ann, picture(kind)).status_code == 204
    url = url_of(ann)
    answer = api.get(url)
    content = answer.content
    assert url == f"/media/avatars/{hashlib.sha256(content).hexdigest()}.webp"
    assert answer["Content-Type"] == "image/webp"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["X-Content-Type-Options"] == "nosniff"
    image = Image.open(BytesIO(content))
    assert (image.format, image.size) == ("WEBP", (200, 200))


def test_nginx_is_told_what_to_send(ann: Person, api: Api, settings: Any) -> None:
    put(ann, picture())
    whole = api.get(url_of(ann))
    settings.SENDFILE = "nginx"
    told = api.get(url_of(ann))
    assert told.content == b""
    assert told["X-Accel-Redirect"] == url_of(ann).replace("/media/", "/_stored/")
    for name in ("Content-Type", "Cache-Control", "Content-Security-Policy", "X-Content-Type-Options"):
        assert told[name] == whole[name]
    assert api.get(f"/media/avatars/{'0' * 64}.webp").status_code == 404


def test_large_pictures_shrink(ann: Person) -> None:
    put(ann, picture("JPEG", (3000, 2000)))
    assert Image.open(BytesIO(stored(ann))).size == (512, 512)


def test_no_word_about_camera_or_place_survives(ann: Person) -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretCam"
    exif[0x0112] = 6  # lying on its side
    put(ann, picture("JPEG", (300, 200), exif=exif.tobytes(), comment=b"SecretComment"))
    assert b"Secret" not in stored(ann)
    assert not Image.open(BytesIO(stored(ann))).getexif()


def test_the_first_frame_of_an_animation_counts(ann: Person) -> None:
    frames = [Image.new("RGB", (40, 40), color) for color in ("red", "blue")]
    out = BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    put(ann, out.getvalue())
    image = Image.open(BytesIO(stored(ann)))
    assert getattr(image, "n_frames", 1) == 1
    red, _, blue = image.convert("RGB").getpixel((20, 20))  # type: ignore[misc]
    assert red > 200 > 50 > blue


def bomb(side: int) -> bytes:
    """A PNG that says it is side x side, in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


def eps() -> bytes:
    return b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n/showpage\n"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html><script>alert(1)</script></html>",
        b"%PDF-1.4\n",
        eps(),
        picture("BMP"),
        picture("TIFF"),
        picture("ICO"),
        picture("PNG")[:200],
        picture("JPEG")[:200],
        b"GIF89a" + b"\xff" * 50,
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
    ],
)
def test_what_is_no_such_picture_is_refused_whatever_its_name(ann: Person, content: bytes) -> None:
    assert code_of(put(ann, content)) in ((415, "unsupported_media"), (400, "validation_error"))
    assert ann.api.get("/api/users/me").json()["avatar_url"] is None
    assert not avatars.directory().exists()


@pytest.mark.parametrize("side", [7000, 50_000])
def test_pixels_are_counted_before_they_are_decoded(ann: Person, side: int) -> None:
    started = time.monotonic()
    assert code_of(put(ann, bomb(side))) == (413, "too_large")
    assert time.monotonic() - started < 1


def test_a_file_of_many_bytes_is_refused(ann: Person) -> None:
    assert code_of(put(ann, picture() + b"\0" * avatars.BYTES_MAX)) == (413, "too_large")


def test_an_upload_needs_a_file_and_a_form(ann: Person) -> None:
    assert code_of(ann.api.upload("PUT", "/api/users/me/avatar")) == (400, "validation_error")
    assert code_of(ann.api.upload("PUT", "/api/users/me/avatar", file="just text")) == (400, "validation_error")
    assert code_of(ann.api.put("/api/users/me/avatar", {"file": "x"})) == (415, "unsupported_media")
    raw = ann.api.client.generic(
        "PUT", "/api/users/me/avatar", b"--x\r\nbroken", "multipart/form-data; boundary=x", headers=ann.api.headers
    )
    assert code_of(raw) == (400, "validation_error")


def test_only_the_signed_in_upload(api: Api) -> None:
    answer = api.upload("PUT", "/api/users/me/avatar", file=SimpleUploadedFile("me.png", picture()))
    assert code_of(answer) == (401, "authentication_failed")


def test_the_name_of_the_upload_reaches_no_disk(ann: Person) -> None:
    put(ann, picture(), name="../../../evil\u202e.png")
    assert [p.name for p in avatars.directory().iterdir()] == [url_of(ann).rpartition("/")[2]]


def test_setting_and_removing_a_picture_is_told(
    ann: Person, published: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slots, "circle_of", lambda user_id: Circle([7], []))
    with published() as out:
        put(ann, picture())
    assert out.to_circles()[0][2]["user"]["avatar_url"] == url_of(ann)
    with published() as out:
        assert ann.api.delete("/api/users/me/avatar").status_code == 204
    assert out.to_circles()[0][2]["user"]["avatar_url"] is None
    assert ann.api.get("/api/users/me").json()["avatar_url"] is None
    with published() as out:
        assert ann.api.delete("/api/users/me/avatar").status_code == 204
    assert out.envelopes == []


@pytest.mark.parametrize(
    "name", ["x.webp", "../chat.sqlite3", "%2e%2e/chat.sqlite3", "", "0" * 64 + ".webp", "0" * 64 + ".png"]
)
def test_other_addresses_serve_nothing(api: Api, name: str) -> None:
    assert api.get(f"/media/avatars/{name}").status_code == 404


def test_pictures_are_only_read(api: Api, ann: Person) -> None:
    put(ann, picture())
    assert api.post(url_of(ann)).status_code == 405
