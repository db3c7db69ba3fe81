"""`make clean`."""

from __future__ import annotations

import shutil

from chatsite.tasks.shell import ROOT, say

MADE = [
    ".venv",
    ".coverage",
    ".hypothesis",
    ".import_linter_cache",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    "htmlcov",
    "frontend/dist",
    "frontend/node_modules",
    "frontend/out",
    "frontend/release",
    "var/bench",
    "var/bundle",
    "var/test",
    "var/coverage",
]


def clean() -> None:
    """Data (var/) and settings (.env) stay."""
    for name in MADE:
        path = ROOT / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for cache in ROOT.rglob("__pycache__"):
        shutil.rmtree(cache, ignore_errors=True)
    say("Clean. Your data in var/ and your settings in .env are untouched.")
