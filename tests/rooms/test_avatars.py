"""A room's picture."""

import os
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from rooms.models import Room
from rooms.services.expiry import forget_pictures
from tests.factories import PASSWORD, make_room
from tests.people import Listen, Person, code_of


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def picture(colour: str = "red") -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "PNG")
    return SimpleUploadedFile("room.png", out.getvalue(), "image/png")


def test_managers_give_a_room_a_picture_and_take_it_away(ann: Person, published: Listen, tmp_path: Path) -> None:
    at = f"/api/rooms/{make_room(ann.user).id}"
    with published() as out:
        assert ann.api.upload("PUT", f"{at}/avatar", file=picture()).status_code == 204
    room = ann.api.get(at).json()
    ((_, kind, data),) = [row for row in out.of_room(room["id"]) if row[1] != "new_message"]
    assert (kind, data["room"]["avatar_url"]) == ("room_updated", room["avatar_url"])
    assert (tmp_path / "avatars" / Path(room["avatar_url"]).name).is_file()
    assert ann.api.delete(f"{at}/avatar").status_code == 204
    assert ann.api.get(at).json()["avatar_url"] is None


def test_who_does_not_manage_the_room_stores_no_picture(ann: Person, bob: Person, cat: Person, tmp_path: Path) -> None:
    at = f"/api/rooms/{make_room(ann.user, members=[bob.user]).id}/avatar"
    assert code_of(bob.api.upload("PUT", at, file=picture())) == (403, "permission_denied")
    assert code_of(cat.api.upload("PUT", at, file=picture())) == (403, "not_a_member")
    assert code_of(bob.api.delete(at)) == (403, "permission_denied")
    assert not (tmp_path / "avatars").exists()


def test_the_same_picture_again_tells_nobody(ann: Person, published: Listen) -> None:
    at = f"/api/rooms/{make_room(ann.user).id}/avatar"
    ann.api.upload("PUT", at, file=picture())
    with published() as out:
        ann.api.upload("PUT", at, file=picture())
    assert out.envelopes == []


def test_what_is_no_picture_is_refused(ann: Person) -> None:
    at = f"/api/rooms/{make_room(ann.user).id}/avatar"
    text = SimpleUploadedFile("x.png", b"no picture", "image/png")
    assert code_of(ann.api.upload("PUT", at, file=text)) == (415, "unsupported_media")
    assert code_of(ann.api.upload("PUT", at, other=picture())) == (400, "validation_error")
    assert code_of(ann.api.put(at, {"file": "x"})) == (415, "unsupported_media")
    huge = SimpleUploadedFile("x.png", bytes(9 * 1024 * 1024), "image/png")
    assert code_of(ann.api.upload("PUT", at, file=huge)) == (413, "too_large")


def test_an_archived_room_keeps_its_picture(ann: Person) -> None:
    at = f"/api/rooms/{make_room(ann.user).id}"
    ann.api.delete(at)
    assert code_of(ann.api.upload("PUT", f"{at}/avatar", file=picture())) == (409, "room_archived")
    assert code_of(ann.api.delete(f"{at}/avatar")) == (409, "room_archived")


def stored(media: Path) -> set[str]:
    return {path.name for path in (media / "avatars").iterdir()}


def age(media: Path) -> None:
    """Two hours go by."""
    for path in (media / "avatars").iterdir():
        os.utime(path, (time.time() - 7200,) * 2)


def test_pictures_that_nobody_shows_go_after_a_while(ann: Person, bob: Person, tmp_path: Path) -> None:
    assert forget_pictures() == 0
    room = f"/api/rooms/{make_room(ann.user).id}/avatar"
    for colour in ("red", "green"):
        ann.api.upload("PUT", room, file=picture(colour))
    for person, colour in ((ann, "blue"), (bob, "blue"), (bob, "white")):
        person.api.upload("PUT", "/api/users/me/avatar", file=picture(colour))
    assert (forget_pictures(), len(stored(tmp_path))) == (0, 4)
    age(tmp_path)
    (tmp_path / "avatars" / "notes.txt").write_text("not ours")
    assert (forget_pictures(), len(stored(tmp_path))) == (1, 4)  # the red one
    ann.api.delete("/api/users/me", {"password": PASSWORD})
    assert forget_pictures() == 1  # the blue one
    shown = {Path(bob.api.get("/api/users/me").json()["avatar_url"]).name, Room.objects.get().avatar}
    assert stored(tmp_path) == shown | {"notes.txt"}


def test_a_picture_that_is_taken_up_again_stays(ann: Person, tmp_path: Path) -> None:
    at = "/api/users/me/avatar"
    ann.api.upload("PUT", at, file=picture())
    ann.api.delete(at)
    age(tmp_path)
    ann.api.upload("PUT", at, file=picture())
    assert (forget_pictures(), len(stored(tmp_path))) == (0, 1)
