"""Django's middleware that only pages need, the admin's above all: the API has tokens instead of all that.

What the API does need of others' middleware it gets with the same answers at a fraction of the cost.
"""

from typing import Any

from corsheaders.middleware import CorsMiddleware
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers
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


class Origins(CorsMiddleware):
    """A call that names no Origin gets nothing of it but the word for caches."""

    def __call__(self, request: HttpRequest) -> Any:
        if "HTTP_ORIGIN" in request.META or request.method == "OPTIONS" or not request.path_info.startswith(API):
            return super().__call__(request)
        response: Any = self.get_response(request)
        patch_vary_headers(response, ("origin",))
        return response


class Languages(LocaleMiddleware):
    """No address of the API begins with a language."""

    def process_request(self, request: HttpRequest) -> None:
        if not request.path_info.startswith(API):
            super().process_request(request)
            return
        translation.activate(translation.get_language_from_request(request))
        request.LANGUAGE_CODE = translation.get_language()

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> Any:
        if not request.path_info.startswith(API):
            return super().process_response(request, response)
        patch_vary_headers(response, ("Accept-Language",))
        response.headers.setdefault("Content-Language", translation.get_language())
        return response
