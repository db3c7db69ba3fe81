"""`make messages`: collects the texts for people from code and templates, and compiles their translations."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import to_locale
from django.utils.translation.template import templatize

from chatsite.settings.environment import BASE_DIR

if TYPE_CHECKING:  # Babel belongs to development only
    from babel.messages import Catalog

PACKAGES = ("chatsite", "accounts", "rooms", "presence", "messaging")
KEYWORDS = {"gettext_lazy": None, "gettext_noop": None, "ngettext_lazy": (1, 2), "pgettext_lazy": ((1, "c"), 2)}
CATALOG = "LC_MESSAGES/django.po"


class Command(BaseCommand):
    help = "Brings the catalogs of chatsite/locale up to date; --check only tells whether they are, and complete."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        found = _collect()
        for language, _ in settings.LANGUAGES:
            if language != settings.LANGUAGE_CODE:
                self._translate(found, to_locale(language), check=check)

    def _translate(self, found: "Catalog", locale: str, *, check: bool) -> None:
        file = Path(settings.LOCALE_PATHS[0]) / locale / CATALOG
        po, mo, missing = _rendered(found, file, locale)
        stale = [kept for kept, content in ((file, po), (file.with_suffix(".mo"), mo)) if _read(kept) != content]
        if check and stale:
            raise CommandError(f"Stale: {', '.join(map(str, stale))}. Run `make messages`.")
        file.parent.mkdir(parents=True, exist_ok=True)
        for kept, content in ((file, po), (file.with_suffix(".mo"), mo)):
            kept.write_bytes(content)
        if missing:
            raise CommandError(f"Not translated in {file}: {'; '.join(missing)}")
        self.stdout.write(f"{locale}: {len(found)} texts, all translated.")


def _rendered(found: "Catalog", file: Path, locale: str) -> tuple[bytes, bytes, list[str]]:
    """-> (.po, .mo, texts without a translation)"""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po, write_po

    kept, catalog = read_po(io.BytesIO(_read(file)), locale), _catalog(locale)
    for message in found:
        if message.id:
            old = kept.get(message.id, message.context)
            words = old.string if old else None
            catalog.add(message.id, words, auto_comments=message.auto_comments, context=message.context)
    po, mo = io.BytesIO(), io.BytesIO()
    write_po(po, catalog, width=120, no_location=True, sort_output=True)
    write_mo(mo, catalog)
    return po.getvalue(), mo.getvalue(), [str(m.id) for m in catalog if m.id and not all(_strings(m.string))]


def _catalog(locale: str | None = None) -> "Catalog":
    """An empty one whose head never changes: a date in it would make every run a change."""
    from babel.messages import Catalog

    begun = datetime(2026, 11, 23, tzinfo=UTC)
    return Catalog(
        locale,
        header_comment="# Texts for people. `make messages` brings this file up to date; translate what is empty.",
        project="chat",
        version=settings.VERSION,
        creation_date=begun,
        revision_date=begun,
        msgid_bugs_address="",
        last_translator="",
        language_team="",
        fuzzy=False,
    )


def _strings(text: Any) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, tuple | list) else (text or "",)


def _read(file: Path) -> bytes:
    return file.read_bytes() if file.is_file() else b""


def _collect() -> "Catalog":
    from babel.messages.extract import DEFAULT_KEYWORDS, extract

    catalog = _catalog()
    for source in _sources():
        for _, text, comments, context in extract("python", source, DEFAULT_KEYWORDS | KEYWORDS, ["i18n:"]):
            catalog.add(text, auto_comments=comments, context=context)
    return catalog


def _sources() -> Iterator[io.BytesIO]:
    """-> Python: templates are turned into what they would call."""
    for package in PACKAGES:
        for path in (BASE_DIR / package).rglob("*.py"):
            yield io.BytesIO(path.read_bytes())
    for path in (BASE_DIR / "templates").rglob("*"):
        if path.is_file():
            yield io.BytesIO(templatize(path.read_text("utf-8")).encode())
