"""Django's middleware that only pages need, the admin's above all: the API has tokens instead of all that."""

from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.deprecation import MiddlewareMixin

API = "/api/"


class _PagesOnly(MiddlewareMixin):
    """Steps aside for the API."""

    def __call__(self, request: HttpRequest) -> Any:
        return self.get_response(request) if request.path_info.startswith(API) else super().__call__(request)


class PageSessions(_PagesOnly, SessionMiddleware):
    pass


class PageUsers(_PagesOnly, AuthenticationMiddleware):
    pass


class PageMessages(_PagesOnly, MessageMiddleware):
    pass


class PageCsrf(_PagesOnly, CsrfViewMiddleware):
    """The API's one cookie has a defence of its own (accounts/cookies.py)."""

    def process_view(self, request: HttpRequest, *view: Any) -> Any:
        return None if request.path_info.startswith(API) else super().process_view(request, *view)
