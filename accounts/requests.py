"""What a request says besides its body: who calls, from what device, in which language."""

from typing import Any, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import get_language
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from accounts.authentication import Caller, Question, authenticate_caller, bearer_token
from accounts.models import Session, User
from accounts.services import Device
from chatsite.api.client_address import client_address
from chatsite.api.renderers import asks_nothing_special

LOCALES = {"zh-hans": "zh-CN", "en": "en"}  # Django's language codes -> the contract's


def user_of(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user


def caller_id(request: Request) -> int:
    """-> user id; all that most endpoints need to know."""
    return cast("int", request.user.pk)


def answer_of(request: Request) -> tuple[Any, ...] | None:
    """-> the row that the view's `first_question` found; None = ask."""
    return cast("Caller", request.user).answer


def session_of(request: Request) -> Session:
    assert isinstance(request.auth, Session)
    return request.auth


def device_of(request: HttpRequest, name: str) -> Device:
    return Device(name, request.headers.get("User-Agent", ""), client_address(request))


def locale_of(request: HttpRequest) -> str:
    return LOCALES.get(get_language() or "", "en")


# What a view may have of its own: then DRF goes its usual way.
POLICIES = frozenset(
    {
        "authentication_classes",
        "content_negotiation_class",
        "finalize_response",
        "initial",
        "permission_classes",
        "renderer_classes",
        "throttle_classes",
        "versioning_class",
    }
)


class CallerViewSet(ViewSet):
    # For all that asks no more of the account than its id: `caller_id(request)`. (A docstring would be an endpoint's.)
    needs_account = False
    has_usual_policies = True

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.has_usual_policies = all(getattr(cls, name) is getattr(ViewSet, name) for name in POLICIES)

    def first_question(self, user_id: int) -> Question | None:
        """What the action asks the database first, in one statement with whether the session stands."""
        return None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A GET that asks nothing special takes DRF's steps, in their order, without DRF's request around it."""
        token = bearer_token(request)
        if token is None or request.method != "GET" or not self._goes_straight(request):
            return super().dispatch(request, *args, **kwargs)
        self.action = self.action_map["get"]
        self.headers = self.default_response_headers
        try:
            request.user, request.auth = authenticate_caller(token, self.first_question), None
            request.query_params = request.GET
            response = getattr(self, self.action)(request, *args, **kwargs)
        except Exception as error:  # all, as DRF does: what it does not know its handler raises again
            response = self.handle_exception(error)
        response = self.finalize_response(request, response, *args, **kwargs)
        for method in self.action_map:  # else the view holds itself, until the garbage collector comes
            self.__dict__.pop(method, None)
        return response

    def _goes_straight(self, request: HttpRequest) -> bool:
        has_own = not POLICIES.isdisjoint(self.__dict__)  # an @action's
        return self.has_usual_policies and not has_own and "get" in self.action_map and asks_nothing_special(request)
