"""The built client's files through whitenoise, which looks at them once, at the start: here again after each build."""

import threading
import time
from copy import copy
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware

LOOK_SECONDS = 1.0
STILL_SECONDS = 1.0

Build = tuple[int, ...] | None


class ClientFiles(WhiteNoiseMiddleware):  # type: ignore[misc] # whitenoise ships no types
    """A build that is the same at two looks, or a second old, counts; until then it is being written."""

    files: dict[str, Any]  # by path, as whitenoise serves them

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        self._others = self.files
        self._lock = threading.Lock()
        self._met = self._served = _build()
        self._serve_build()
        self._look_at = time.monotonic() + LOOK_SECONDS

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if time.monotonic() >= self._look_at and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._lock.release()
        return super().__call__(request)  # type: ignore[no-any-return]  # untyped, as above

    def serve(self, static_file: Any, request: HttpRequest) -> HttpResponseBase:
        try:
            return super().serve(static_file, request)  # type: ignore[no-any-return]  # untyped, as above
        except FileNotFoundError:  # of the build before
            return self.get_response(request)  # type: ignore[no-any-return]  # untyped, as above

    def _look(self) -> None:
        self._look_at = time.monotonic() + LOOK_SECONDS
        before, self._met = self._met, _build()
        if self._met != self._served and (self._met == before or _is_still(self._met)):
            self._serve_build()
            self._served = self._met

    def _serve_build(self) -> None:
        """Other threads read the table meanwhile: they get it whole."""
        filled = copy(self)
        filled.files = dict(self._others)
        if self._met and not self.autorefresh:
            filled.add_files(settings.CLIENT_DIR)
        self.files = filled.files


def _build() -> Build:
    """-> what changes whenever a file of it is written; nothing while there is none"""
    folder = Path(settings.CLIENT_DIR)
    try:
        return tuple(path.stat().st_mtime_ns for path in (folder, folder / "index.html", folder / "assets"))
    except FileNotFoundError:
        return None


def _is_still(build: Build) -> bool:
    """Whoever comes first after a build must not be the one who waits for a second look."""
    return build is not None and max(build) < time.time_ns() - STILL_SECONDS * 1e9
