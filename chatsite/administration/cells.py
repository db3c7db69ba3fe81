"""What stands in the cells of lists and in the fields of pages."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.admin import display
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.timezone import localtime

from chatsite.errors import Text

KINDS = ("base", "primary", "info", "success", "warning", "danger")


def badge(text: Text, kind: str = "base") -> str:
    """-> a small coloured label; `kind` is one of KINDS."""
    return render_to_string("administration/badge.html", {"text": text, "kind": kind})


def link(url: str, text: Any) -> str:
    return render_to_string("administration/link.html", {"url": url, "text": text})


def moment(at: datetime | None) -> str:
    """-> a time to the minute, where whoever looks is (zones.py)."""
    return f"{localtime(at):%Y-%m-%d %H:%M}" if at else "–"


def plain(field: str, label: Text) -> Callable[[Any, Any], Any]:
    """-> a column that shows a field of the row under a translated name: `zone = plain("timezone", _("time zone"))`."""

    @display(description=label)  # type: ignore[arg-type]  # a lazy text is as good
    def show(screen: Any, row: Any) -> Any:
        value = getattr(row, field)
        return "–" if value in (None, "") else value

    return show


def person(field: str, label: Text) -> Callable[[Any, Any], Any]:
    """-> a column that names a person and leads to their page; name `field` in list_select_related."""

    @display(description=label)  # type: ignore[arg-type]  # a lazy text is as good
    def show(screen: Any, row: Any) -> str:
        return person_link(getattr(row, f"{field}_id"), getattr(row, field))

    return show


def person_link(user_id: int | None, user: Any) -> str:
    """`user` may be None: then the number stands for them."""
    if user_id is None:
        return "–"
    return link(reverse("admin:accounts_user_change", args=[user_id]), user or f"#{user_id}")
