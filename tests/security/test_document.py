"""Anybody may ask for the OpenAPI document as often as they like: it is made once."""

from __future__ import annotations

import json
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from chatsite.openapi import DocumentView
from tests.conftest import Api

JSON = "application/vnd.oai.openapi+json"


def test_the_document_is_made_once_for_each_format(api: Api, monkeypatch: Any) -> None:
    monkeypatch.setattr(DocumentView, "_rendered", {})
    made = []
    make = SchemaGenerator.get_schema

    def count(self: SchemaGenerator, *args: Any, **kwargs: Any) -> Any:
        made.append(1)
        return make(self, *args, **kwargs)

    monkeypatch.setattr(SchemaGenerator, "get_schema", count)
    for language in ("en", "zh-hans", "xx", "\ud800".encode("utf-8", "surrogatepass"), *map(str, range(20))):
        for kind in (JSON, "application/vnd.oai.openapi"):
            assert api.client.get("/api/schema", {"lang": language}, headers={"Accept": kind}).status_code == 200
    assert len(made) == 4  # two languages, two formats
    document = json.loads(api.client.get("/api/schema", headers={"Accept": JSON}).content)
    assert "/api/rooms/" in document["paths"]
