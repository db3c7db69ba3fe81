"""compose.yaml as Docker reads it: what it includes, an override on top, variables filled in from `env`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.live import ROOT

MAIN, LOCAL = ROOT / "compose.yaml", ROOT / "docker" / "compose.local.yaml"
FILES = (MAIN, ROOT / "docker" / "services.yaml", ROOT / "docker" / "chat.yaml", LOCAL)
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(?::-([^}]*))?\}")
KINDS = ("services", "networks", "volumes")

Tree = dict[str, Any]


def read(path: Path, env: Mapping[str, str] | None = None) -> Tree:
    """One file; values only, as Docker does it: a variable in a comment is none."""
    tree: Tree = _filled(yaml.safe_load(path.read_text("utf-8")), env or {})
    return tree


def _filled(node: Any, env: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: _filled(value, env) for key, value in node.items()}
    if isinstance(node, list):
        return [_filled(value, env) for value in node]
    if isinstance(node, str):
        return VARIABLE.sub(lambda found: env.get(found[1]) or found[2] or "", node).replace("$$", "$")
    return node


def project(env: Mapping[str, str] | None = None, *, local: bool = False) -> Tree:
    """All of it."""
    whole = read(MAIN, env)
    for part in whole.pop("include"):
        included = read(ROOT / part["path"], env)
        for kind in KINDS:
            assert not whole.get(kind, {}).keys() & included.get(kind, {}).keys(), "Docker refuses doubles"
            whole.setdefault(kind, {}).update(included.get(kind, {}))
    return merged(whole, read(LOCAL, env)) if local else whole


def merged(under: Any, over: Any) -> Any:
    """As `-f` a second file: maps are merged, lists are joined, the rest is replaced."""
    if isinstance(under, dict) and isinstance(over, dict):
        return under | {key: merged(under[key], value) if key in under else value for key, value in over.items()}
    if isinstance(under, list) and isinstance(over, list):
        return [*under, *over]
    return over


def variables() -> set[str]:
    """Every name that the files ask for."""
    found: set[str] = set()
    for path in FILES:
        values = yaml.safe_dump(yaml.safe_load(path.read_text("utf-8")), width=10_000)
        found |= {match[1] for match in VARIABLE.finditer(values)}
    return found
