"""How much the browser loads before it can draw a route: everything that is imported without being asked for later."""

from __future__ import annotations

import gzip
import json
from typing import Any

from tests.live import ROOT

DIST = ROOT / "frontend" / "dist"
ENTRY = "index.html"
ALWAYS = ("src/i18n/en.ts",)
SIGN_IN = ("src/views/SignView.vue",)
CHAT = ("src/inside.ts", "src/i18n/inside/en.ts")


def kilobytes(names: set[str]) -> float:
    return sum(len(gzip.compress((DIST / name).read_bytes(), 9)) for name in names) / 1000


def javascript(*views: str) -> float:
    return kilobytes({chunk["file"] for chunk in eager(*views)})


def styles(*views: str) -> float:
    return kilobytes({name for chunk in eager(*views) for name in chunk.get("css", [])})


def eager(*views: str) -> list[dict[str, Any]]:
    manifest: dict[str, dict[str, Any]] = json.loads((DIST / ".vite" / "manifest.json").read_text())
    wanted = [ENTRY, *ALWAYS, *views]
    found: dict[str, dict[str, Any]] = {}
    while wanted:
        name = wanted.pop()
        if name not in found:
            found[name] = manifest[name]
            wanted += found[name].get("imports", [])
    return list(found.values())
