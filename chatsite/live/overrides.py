"""What this process knows of the overrides: a dict that is replaced as a whole, so that readers need no lock."""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings

from chatsite.live.registry import LIVE

logger = logging.getLogger(__name__)

_overrides: Mapping[str, Any] = {}
_reading = threading.Lock()  # who reads the table later also puts what it read in place later
_listeners: list[Callable[[], None]] = []


def setting(name: str) -> Any:
    """The value that holds now: the override, or else the environment's. Never a query; fit for the event loop."""
    overrides = _overrides
    return overrides[name] if name in overrides else getattr(settings, name)


def refresh() -> None:
    """Reads what administrators have set; one query. Commands whose work depends on it call this first."""
    with _reading:
        _put(_stored())


def forget() -> None:
    """Back to the environment's values, until the next `refresh`."""
    with _reading:
        _put({})


def listen(listener: Callable[[], None]) -> None:
    """`listener` is called in some thread after values have changed."""
    _listeners.append(listener)


def ignore(listener: Callable[[], None]) -> None:
    if listener in _listeners:
        _listeners.remove(listener)


def _stored() -> dict[str, Any]:
    from chatsite.live.models import Override

    return {name: value for name, value in Override.objects.values_list("name", "value") if _is_sound(name, value)}


def _is_sound(name: str, value: object) -> bool:
    """What another release has stored may mean nothing, or too much, to this one."""
    live = LIVE.get(name)
    if live is None or live.complaint(value) is not None:
        logger.debug("live_setting_ignored", extra={"setting": name})
        return False
    return True


def _put(overrides: dict[str, Any]) -> None:
    global _overrides
    if overrides == _overrides:
        return
    _overrides = overrides
    for listener in _listeners:
        listener()
