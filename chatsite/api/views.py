"""What every REST view shares: strict bodies in, msgspec JSON out, slashes optional."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, BinaryIO, TypeVar, cast

import msgspec
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.routers import SimpleRouter

from chatsite.errors import ChatError, ValidationFailed, decode
from chatsite.gateway.events import encode

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])
JSON = "application/json"
FORM_BYTES = 64 * 1024  # what a form may have around its file


class WireResponse(HttpResponse):
    """`data` is a schema, a dict or list of them, or ready-encoded JSON bytes."""

    def __init__(self, data: Any, status: int = 200) -> None:
        content = data if isinstance(data, bytes) else encode(data)
        super().__init__(content, content_type=JSON, status=status)


class NoContent(HttpResponse):
    def __init__(self) -> None:
        super().__init__(status=204)


class WireRouter(SimpleRouter):
    def __init__(self) -> None:
        super().__init__(trailing_slash=False)
        self.trailing_slash = "/?"


def body(request: Request, kind: type[T]) -> T:
    """The request's JSON as `kind`, or validation_error. A missing body counts as {}."""
    if request.body and request.content_type.partition(";")[0].strip().lower() not in ("", JSON):
        raise ChatError("unsupported_media")
    return decode(request.body or b"{}", kind)  # type: ignore[no-any-return]


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No fields."""


def takes_nothing(view: F) -> F:
    """The view of a call that has no body: it refuses unknown fields like all others."""

    @wraps(view)
    def strict(self: Any, request: Request, *args: Any, **kwargs: Any) -> Any:
        if request.method not in SAFE_METHODS:
            body(request, Nothing)
        return view(self, request, *args, **kwargs)

    return cast("F", strict)


def uploaded(request: Request, bytes_max: int) -> BinaryIO:
    """The `file` of a multipart body; what is too large is refused before it is read."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > bytes_max + FORM_BYTES:
        raise ChatError("too_large")
    if unknown := set(request.data) - {"file"}:
        raise ValidationFailed({name: [_("There is no such field.")] for name in unknown})
    file = request.FILES.get("file")
    if file is None:
        raise ValidationFailed({"file": [_("This field is required.")]})
    return cast("BinaryIO", file)


def query_int(request: Request, name: str) -> int | None:
    """An optional whole number, 0 to 2^53, of the query string."""
    text = request.query_params.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 16):
        raise ValidationFailed({name: [_("This has the wrong type.")]})
    return int(text)


def limit(request: Request, default: int = 50) -> int:
    """`limit`, clamped to 1..100."""
    text = request.query_params.get("limit", str(default))
    if not re.fullmatch(r"-?[0-9]{1,400}", text):
        raise ValidationFailed({"limit": [_("This has the wrong type.")]})
    return min(max(int(text), 1), 100)
