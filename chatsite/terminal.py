"""What operators' commands share: the operator's language, one-sentence refusals, progress bars."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.functional import Promise
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
            except NotReady as refusal:
                raise CommandError(str(refusal)) from refusal

    def bars(self, verbosity: int) -> Progress:
        return bars(are_shown=verbosity > 0)

    def say(self, sentence: str) -> None:
        self.stdout.write(sentence)


def spoken() -> AbstractContextManager[None]:
    """What is said in here is in the operator's language."""
    return override(language())
