"""Log lines for people and machines: the event, its facts and its request, never what people write or sign in with."""

import re
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog
from django.db import DatabaseError

# What is named so is nobody's business, whoever logs it one day.
SECRET_NAMES = frozenset(
    {"authorization", "body", "code", "content", "cookie", "data", "email", "frame", "password", "refresh", "token"}
)
HIDDEN = "[hidden]"
# Signed tokens (JWT, django.core.signing), and the 43 characters of invitations, which stand in paths.
_TOKEN = re.compile(r"\.?eyJ[\w-]{8,}(?:[.:][\w-]+)*|(?<![\w-])[\w-]{43}(?![\w-])")

# A fact that brings line breaks along must not look like a second line.
_CONTROLS = {code: repr(chr(code))[1:-1] for code in (*range(32), *range(127, 160), 0x2028, 0x2029)}

Event = MutableMapping[str, Any]


def formatter(renderer: str) -> structlog.stdlib.ProcessorFormatter:
    """For LOGGING: `renderer` is json or line. It takes records of the standard library, with their `extra`."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _exception,
            _hide,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str) if renderer == "json" else _line,
        ],
    )


def _exception(logger: Any, method: str, event: Event) -> Event:
    error = (event.pop("exc_info", None) or (None, None, None))[1]
    if error is not None:
        event["error"] = worded(error)
        event["traceback"] = "".join(traceback.format_tb(error.__traceback__))
    return event


def worded(error: BaseException) -> str:
    """A database repeats in its message what it was given, which may be what people wrote: its number says enough."""
    if isinstance(error, DatabaseError):
        number = error.args[0] if error.args and isinstance(error.args[0], int) else ""
        number = number or getattr(error.__cause__, "sqlite_errorname", "")
        return f"{type(error).__name__} {number}".strip()
    return repr(error)


def _hide(logger: Any, method: str, event: Event) -> Event:
    for name, value in event.items():
        if name in SECRET_NAMES:
            event[name] = HIDDEN
        elif isinstance(value, str):
            event[name] = _TOKEN.sub(HIDDEN, value)
    event.pop("request", None)  # Django's own records carry the whole of it
    return event


def _line(logger: Any, method: str, event: Event) -> str:
    head = f"{event.pop('time')} {event.pop('level').upper()} {event.pop('logger')}: {event.pop('event')}"
    trace = event.pop("traceback", "")
    facts = "".join(f" {name}={value}" for name, value in event.items())
    return f"{head}{facts}".translate(_CONTROLS) + (f"\n{trace.rstrip()}" if trace else "")
