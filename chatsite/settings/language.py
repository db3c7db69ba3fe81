"""What operators are told before there are settings, in their language: Django's own translations need settings."""

import functools
import gettext as catalogs
import os
from pathlib import Path

LOCALES = Path(__file__).resolve().parents[1] / "locale"


def language() -> str:
    """That of the terminal: zh_CN.UTF-8 in the first that is set of LANGUAGE, LC_ALL, LC_MESSAGES, LANG is Chinese."""
    names = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    given = next(filter(None, map(os.environ.get, names)), "")
    return "zh-hans" if given.lower().startswith("zh") else "en"


def gettext(sentence: str) -> str:
    return _catalog().gettext(sentence) if language() == "zh-hans" else sentence


@functools.cache
def _catalog() -> catalogs.NullTranslations:
    return catalogs.translation("django", LOCALES, ["zh_Hans"], fallback=True)
