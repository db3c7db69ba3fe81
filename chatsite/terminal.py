"""What operators' commands share: the operator's language, one-sentence refusals, progress bars."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import override

from chatsite.database import NotReady, keep_files_private
from chatsite.settings.language import language

if TYPE_CHECKING:
    from rich.progress import Progress


def bars(*, are_shown: bool = True) -> Progress:
    """Progress bars for a person who looks on; nothing in a log."""
    from rich.console import Console  # servers, which only speak, load none of it
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not are_shown or not console.is_terminal,
    )


def tell(progress: Progress, sentence: str) -> None:
    """Beside the bars, which would write over what goes to stdout meanwhile."""
    progress.console.print(sentence, highlight=False, markup=False, soft_wrap=True)


def in_a_sentence(error: Exception) -> str:
    """What the machine refuses, a full disk above all, is for whoever runs it; `--traceback` shows the rest."""
    if isinstance(error, OperationalError):
        return _("The database gives up: %(why)s.") % {"why": str(error.args[-1]).rstrip(".")}
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}."
    return str(error)


class OperatorCommand(BaseCommand):
    """Says everything in the operator's language; what a service refuses is one sentence on stderr and exit code 1."""

    summary: ClassVar[Promise]
    requires_system_checks = ()

    def create_parser(self, *args: Any, **options: Any) -> CommandParser:
        with spoken():
            self.help = str(self.summary)
            return super().create_parser(*args, **options)

    def execute(self, *args: Any, **options: Any) -> str | None:
        keep_files_private()
        with spoken():
            try:
                return super().execute(*args, **options)
            except (NotReady, OperationalError, OSError) as error:
                raise CommandError(in_a_sentence(error)) from error

    def bars(self, verbosity: int) -> Progress:
        return bars(are_shown=verbosity > 0)

    def say(self, sentence: str) -> None:
        self.stdout.write(sentence)


def spoken() -> AbstractContextManager[None]:
    """What is said in here is in the operator's language."""
    return override(language())
