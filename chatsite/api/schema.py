"""The OpenAPI document, made from the same structs that decode and encode the wire."""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from chatsite.api.views import takes_nothing
from chatsite.errors import ErrorOut

F = TypeVar("F", bound=Callable[..., Any])
REF = "#/components/schemas/{name}"
_types: set[Any] = {ErrorOut}


class WireSchema(AutoSchema):
    """Our `list` actions answer a page object, never a bare array."""

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False

    def get_operation_id(self) -> str:
        """Named by what the method does: rooms_list and rooms_retrieve share their words."""
        action = getattr(self.view, "action", None) or self.method.lower()
        return "_".join([*self._tokenize_path(), action])


def component(kind: F) -> F:
    """Class decorator: documents a struct that only ready-encoded JSON refers to."""
    _types.add(kind)
    return kind


def _schema(kind: Any) -> dict[str, Any]:
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=REF)
    _types.add(kind)
    return schema


def operation(
    *,
    request: Any = None,
    response: Any = None,
    status: int = 200,
    also: dict[int, Any] | None = None,
    query: dict[str, type] | None = None,
    upload: bool = False,
    summary: str | None = None,
    operation_id: str | None = None,
) -> Callable[[F], F]:
    """Documents a view: `request` and `response` are structs (or list[Struct]); no response means 204.

    Without `request` or `upload` it takes no body.
    """
    answers: dict[int, Any] = {status if response else 204: _schema(response) if response else None}
    answers |= {code: _schema(kind) for code, kind in (also or {}).items()}
    multipart = {
        "multipart/form-data": {
            "type": "object",
            "properties": {"file": {"type": "string", "format": "binary"}},
            "required": ["file"],
        }
    }
    body = {"application/json": _schema(request)} if request else None
    document = extend_schema(
        operation_id=operation_id,
        summary=summary,
        request=multipart if upload else body,
        responses={**answers, "default": OpenApiResponse(_schema(ErrorOut))},
        parameters=[OpenApiParameter(name, kind) for name, kind in (query or {}).items()],
    )
    return lambda view: document(view if request or upload or _only_reads(view) else takes_nothing(view))


def _only_reads(view: Any) -> bool:
    """Known beforehand of nearly all that do: they are what most calls are."""
    return view.__name__ in ("list", "retrieve") or set(getattr(view, "mapping", ())) == {"get"}


def components() -> tuple[Any, ...]:
    """Every struct that an operation or a @component has named so far."""
    return tuple(_types)
