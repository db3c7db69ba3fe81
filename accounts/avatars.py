"""Pictures of people and rooms: decoded, cut to a square and written anew, so that nothing but pixels remains."""

import hashlib
import os
import tempfile
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from PIL import Image, ImageOps

from chatsite.errors import ChatError

FOLDER = "avatars"  # below MEDIA_ROOT
BYTES_MAX = 8 * 1024 * 1024
PIXELS_MAX = 40_000_000
SIDE = 512  # pixels
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
WEBP_QUALITY = 85


def store(file: BinaryIO) -> str:
    """-> the name of the stored picture: its content's hash. Raises unsupported_media or too_large."""
    content = _encoded(_decoded(file))
    name = f"{hashlib.sha256(content).hexdigest()}.webp"
    _write(directory() / name, content)
    return name


def directory() -> Path:
    return Path(settings.MEDIA_ROOT) / FOLDER


def _decoded(file: BinaryIO) -> Image.Image:
    """By content, whatever the name says; a size that would fill the memory is refused before decoding."""
    if file.seek(0, os.SEEK_END) > BYTES_MAX:
        raise ChatError("too_large")
    file.seek(0)
    try:
        image = Image.open(file, formats=FORMATS)
        if image.width * image.height > PIXELS_MAX:
            raise ChatError("too_large")
        image.draft("RGB", (SIDE * 2, SIDE * 2))
        return _square(image)
    except Image.DecompressionBombError as error:
        raise ChatError("too_large") from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:  # whatever Pillow's decoders say of broken files
        raise ChatError("unsupported_media") from error


def _square(image: Image.Image) -> Image.Image:
    """The first frame, upright, with its transparency."""
    ImageOps.exif_transpose(image, in_place=True)
    return ImageOps.fit(image.convert("RGBA"), (min(SIDE, *image.size),) * 2)


def _encoded(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "WEBP", quality=WEBP_QUALITY)
    return out.getvalue()


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: the address is served with an immutable content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(unfinished).chmod(0o644)
    Path(unfinished).replace(path)
