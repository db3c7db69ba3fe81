"""What can go wrong, once for both doors: REST answers `status`, the gateway an `error` frame."""

import re
import secrets
from collections.abc import Mapping
from typing import Any

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

Text = str | Promise
Fields = Mapping[str, list[Text]]

# code: (HTTP status, what people read unless the raiser says something better)
CODES: dict[str, tuple[int, Text]] = {
    "validation_error": (400, _("Something in this request is not valid.")),
    "authentication_failed": (401, _("Sign in to go on.")),
    "token_expired": (401, _("Your sign-in has expired.")),
    "permission_denied": (403, _("You may not do this.")),
    "not_a_member": (403, _("You are not a member of this room.")),
    "muted": (403, _("You are muted in this room.")),
    "blocked": (403, _("This is not possible: one of you has blocked the other.")),
    "not_found": (404, _("This does not exist.")),
    "method_not_allowed": (405, _("This address does not answer that method.")),
    "conflict": (409, _("This conflicts with what is already there.")),
    "room_archived": (409, _("This room is archived.")),
    "recall_window_closed": (409, _("It is too late to recall this message.")),
    "too_large": (413, _("This is too large.")),
    "unsupported_media": (415, _("This kind of content is not accepted.")),
    "rate_limited": (429, _("Too fast. Wait a moment.")),
    "unavailable": (503, _("The server cannot do this right now. Try again.")),
}


_WORDS_MAX = 1_000
_words: dict[tuple[str, int], tuple[Text, str]] = {}  # holds the text, so that its id stays its own


def worded(text: Text, locale: str) -> str:
    """The text in this language. Floods of bad frames ask for the same few again and again: 6 times cheaper."""
    known = _words.get((locale, id(text)))
    if known is None:
        if len(_words) >= _WORDS_MAX:
            _words.clear()
        with override(locale):
            known = _words[locale, id(text)] = (text, str(text))
    return known[1]


class ErrorOut(msgspec.Struct, frozen=True):
    """The error of the contract, on both doors."""

    code: str
    message: str
    fields: dict[str, list[str]] | None = None
    retry_after: float | None = None
    request_id: str | None = None


def new_request_id() -> str:
    """What an answer and the log lines about it have in common."""
    return secrets.token_hex(8)


class ChatError(Exception):
    """Refused, and nothing was stored; `retry_after` is in seconds."""

    def __init__(
        self,
        code: str,
        message: Text | None = None,
        *,
        fields: Fields | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status, default = CODES[code]
        self.message = message or default
        self.fields = fields
        self.retry_after = retry_after
        self.request_id: str | None = None  # of a log line that tells more, where there is one

    def out(self, *, locale: str, request_id: str | None = None) -> ErrorOut:
        """-> as sent, worded in `locale` (a Django language code)."""
        fields = {name: [worded(text, locale) for text in texts] for name, texts in (self.fields or {}).items()}
        return ErrorOut(self.code, worded(self.message, locale), fields or None, self.retry_after, request_id)


class NotFound(ChatError):
    def __init__(self, message: Text | None = None) -> None:
        super().__init__("not_found", message)


class NotAMember(ChatError):
    def __init__(self) -> None:
        super().__init__("not_a_member")


class PermissionDenied(ChatError):
    def __init__(self, message: Text | None = None) -> None:
        super().__init__("permission_denied", message)


class Conflict(ChatError):
    def __init__(self, message: Text | None = None, *, fields: Fields | None = None) -> None:
        super().__init__("conflict", message, fields=fields)


class ValidationFailed(ChatError):
    def __init__(self, fields: Fields | None = None, message: Text | None = None) -> None:
        super().__init__("validation_error", message, fields=fields)


class RateLimited(ChatError):
    def __init__(self, retry_after: float) -> None:
        super().__init__("rate_limited", retry_after=round(max(retry_after, 0.001), 3))


class Unavailable(ChatError):
    """The outcome is unknown or the service is down: the same request may be repeated."""

    def __init__(self, retry_after: float = 1.0) -> None:
        super().__init__("unavailable", retry_after=retry_after)


_MSGSPEC_TEXTS: list[tuple[re.Pattern[str], Text]] = [
    (re.compile(r"missing required field `(?P<field>\w+)`"), _("This field is required.")),
    (re.compile(r"contains unknown field `(?P<field>[^`]*)`"), _("There is no such field.")),
    (re.compile(r"Expected `\w+` of length >="), _("This is too short.")),
    (re.compile(r"Expected `\w+` of length <="), _("This is too long.")),
    (re.compile(r"Expected `\w+` matching regex"), _("This has characters that are not allowed.")),
    (re.compile(r"Expected `\w+` [<>]="), _("This is out of range.")),
    (re.compile(r"Invalid enum value|Invalid value"), _("This is not one of the possible values.")),
    (re.compile(r"Expected"), _("This has the wrong type.")),
]
_PATH = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")


def from_validation(error: msgspec.ValidationError | msgspec.DecodeError | UnicodeDecodeError) -> ChatError:
    """msgspec's complaint -> `validation_error` that names the field."""
    text = str(error)
    path = _PATH.search(text)
    name = re.split(r"[.\[]", path["path"])[0] if path else ""
    for pattern, words in _MSGSPEC_TEXTS:
        if found := pattern.search(text):
            name = name or found.groupdict().get("field", "")
            return ValidationFailed({name: [words]} if name else None)
    return ValidationFailed(message=_("This is not valid JSON."))


def decode(raw: bytes | msgspec.Raw, kind: type[Any]) -> Any:
    """Bytes off the wire -> `kind`, strictly: nothing coerced, unknown fields and lone surrogates refused."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if isinstance(error, RecursionError):
            raise ValidationFailed from error
        raise from_validation(error) from error
