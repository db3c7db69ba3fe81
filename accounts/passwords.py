"""Which passwords and addresses are accepted, and how a given password is compared."""

import functools
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.names import fold
from chatsite.errors import Text

PASSWORD_MIN, PASSWORD_MAX = 8, 128  # code points


def complaint(field: str, password: str, username: str, email: str) -> dict[str, list[Text]]:
    """-> {} or {field: why this may not be the password}"""
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        return {field: [_("A password has 8 to 128 characters.")]}
    if fold(password) in {fold(username), fold(email), fold(email.partition("@")[0])}:
        return {field: [_("This password is your name.")]}
    if _is_common(password) or _names_the_server(password):
        return {field: [_("This password is too common.")]}
    return {}


@functools.cache
def _common_passwords() -> CommonPasswordValidator:
    return CommonPasswordValidator()


def _is_common(password: str) -> bool:
    try:
        _common_passwords().validate(password)
    except ValidationError:
        return True
    return False


def _names_the_server(password: str) -> bool:
    """chat.example.com, or example.com, is what everybody here would try first."""
    return fold(password) in (urlsplit(settings.PUBLIC_URL).hostname or "")


def email_complaint(email: str) -> dict[str, list[Text]]:
    try:
        validate_email(email)
    except ValidationError:
        return {"email": [_("This is not an e-mail address.")]}
    return {}


def is_right(password: str, user: User | None) -> bool:
    """Takes the same work whether there is such a user or not, so that its duration tells nothing."""
    if user is None or not user.has_usable_password():
        check_password(password, _of_nobody())
        return False
    return user.check_password(password)


@functools.cache
def _of_nobody() -> str:
    return make_password("nobody's password")
