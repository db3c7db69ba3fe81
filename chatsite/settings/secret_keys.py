"""The two secrets of an installation, made once and kept in .env; what stands there is never changed."""

import os
import re
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from chatsite.locks import exclusive
from chatsite.settings.environment import ENV_FILE, text
from chatsite.settings.language import gettext as _

NAMES = ("SECRET_KEY", "JWT_SECRET_KEY")


def ensure_secrets(env_file: Path = ENV_FILE) -> None:
    """Makes those that neither the environment nor the file has."""
    missing = [name for name in NAMES if not text(name)]
    if missing:
        if env_file.exists() and not env_file.is_file():  # as root even /dev/null could be replaced
            raise ImproperlyConfigured(
                _("%(names)s must be set: %(file)s is not a file to keep them in.")
                % {"names": ", ".join(missing), "file": env_file}
            )
        try:
            with exclusive(env_file.with_name(env_file.name + ".lock")):
                os.environ.update(_kept_or_made(env_file, missing))
        except OSError as error:
            raise ImproperlyConfigured(
                _("%(names)s must be set: they cannot be kept in %(file)s (%(why)s).")
                % {"names": ", ".join(missing), "file": env_file, "why": error.strerror}
            ) from None


def replace_secrets(keys: dict[str, str], env_file: Path = ENV_FILE) -> list[str]:
    """Puts other ones into .env -> names of those that the environment itself sets, which wins over any file."""
    changed = [name for name in NAMES if text(name) != keys[name]]
    with exclusive(env_file.with_name(env_file.name + ".lock")):
        content = env_file.read_text("utf-8") if env_file.exists() else ""
        ours = [name for name in changed if text(name) == _kept(content, name)]
        for name in ours:
            content = _with(_without(content, name), name, keys[name])
        if ours:
            _write(env_file, content)
    return [name for name in changed if name not in ours]


def _kept_or_made(env_file: Path, names: list[str]) -> dict[str, str]:
    content = env_file.read_text("utf-8") if env_file.exists() else ""
    kept = {name: value for name in names if (value := _kept(content, name))}
    made = {name: secrets.token_urlsafe(48) for name in names if name not in kept}
    for name, value in made.items():
        content = _with(content, name, value)
    if made:
        _write(env_file, content)
    return kept | made


def _kept(content: str, name: str) -> str:
    """Another process may have written it since we read the file."""
    found = re.search(rf"^(?:export\s+)?{name}[ \t]*=[ \t]*(\S.*?)[ \t]*$", content, re.MULTILINE)
    return found[1].strip("'\"") if found else ""


def _with(content: str, name: str, value: str) -> str:
    line = f"{name}={value}"
    empty = re.compile(rf"^{name}[ \t]*=[ \t]*$", re.MULTILINE)
    if empty.search(content):
        return empty.sub(line, content, count=1)
    return content + ("" if not content or content.endswith("\n") else "\n") + line + "\n"


def _without(content: str, name: str) -> str:
    return re.sub(rf"^(?:export\s+)?{name}[ \t]*=.*\n?", "", content, flags=re.MULTILINE)


def _write(env_file: Path, content: str) -> None:
    """Whole or not at all, readable by its owner only."""
    draft = env_file.with_name(env_file.name + ".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(content)
    draft.replace(env_file)
