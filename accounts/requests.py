"""What a request says besides its body: who calls, from what device, in which language."""

from typing import cast

from django.http import HttpRequest
from django.utils.translation import get_language
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from accounts.models import Session, User
from accounts.services import Device
from chatsite.api.client_address import client_address

LOCALES = {"zh-hans": "zh-CN", "en": "en"}  # Django's language codes -> the contract's


def user_of(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user


def caller_id(request: Request) -> int:
    """-> user id; all that most endpoints need to know."""
    return cast("int", request.user.pk)


def session_of(request: Request) -> Session:
    assert isinstance(request.auth, Session)
    return request.auth


def device_of(request: HttpRequest, name: str) -> Device:
    return Device(name, request.headers.get("User-Agent", ""), client_address(request))


def locale_of(request: HttpRequest) -> str:
    return LOCALES.get(get_language() or "", "en")


class CallerViewSet(ViewSet):
    # For all that asks no more of the account than its id: `caller_id(request)`. (A docstring would be an endpoint's.)
    needs_account = False
