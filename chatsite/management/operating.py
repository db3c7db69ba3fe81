"""What the operator's commands share: they speak the language of the terminal and show how far they are."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext, override
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


def terminal_language() -> str:
    """zh_CN.UTF-8 -> zh-hans; what we do not speak is answered in English."""
    wanted = next(filter(None, (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "zh-hans" if wanted.lower().startswith("zh") else str(settings.LANGUAGE_CODE)


class OperatorCommand(BaseCommand):
    """Its `help` is marked with gettext_noop; whatever else it says goes through gettext."""

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        with override(terminal_language()):
            self.help = gettext(type(self).help)
            return super().create_parser(*args, **kwargs)

    def execute(self, *args: Any, **options: Any) -> str | None:
        with override(terminal_language()):
            return super().execute(*args, **options)


@contextmanager
def progress() -> Iterator[Progress]:
    """Bars on the terminal, and nothing where there is none."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        yield bars
