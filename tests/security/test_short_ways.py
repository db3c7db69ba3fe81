"""What was made cheap answers word for word as what it stands in for."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any, ClassVar, NamedTuple
from unittest.mock import Mock

import pytest
from django.conf import settings
from django.db import OperationalError
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import Resolver404, ResolverMatch, URLResolver
from django.urls.resolvers import RoutePattern
from django.utils.timezone import now
from rest_framework.exceptions import Throttled
from rest_framework.permissions import BasePermission
from rest_framework.throttling import BaseThrottle
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import Session, User
from accounts.requests import CallerViewSet
from chatsite.api.resolver import CHARS_MAX, RememberingResolver
from chatsite.api.views import WireResponse
from chatsite.urls import api as patterns
from messaging.models import Message
from rooms.models import Ban, Membership, Room
from tests.factories import make_room
from tests.people import Person

pytestmark = pytest.mark.django_db

STANDS_IN_FOR = {
    "chatsite.api.pages.Origins": "corsheaders.middleware.CorsMiddleware",
    "chatsite.api.pages.Languages": "django.middleware.locale.LocaleMiddleware",
}
OF_THE_MOMENT = {"X-Request-Id", "Expires"}
PREFLIGHT = {"Origin": "app://chat", "Access-Control-Request-Method": "POST"}
HEADERS: list[dict[str, str]] = [
    {},
    {"Origin": "app://chat"},
    {"Origin": "https://evil.example"},
    {"Origin": ""},
    {"Origin": "http://["},
    PREFLIGHT,
    {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"},
    {"Accept-Language": "fr, zh-Hans;q=0.1", "Origin": "app://chat"},
    {"Accept-Language": "*" * 600},
    {"Cookie": "django_language=zh-hans"},
    {"Cookie": "django_language=../../etc"},
    {"Host": "chat.example:9000"},
    {"Host": "not a host"},
    {"Accept": "text/html"},
    {"Accept": "application/json", "User-Agent": "curl/8"},
    {"X-Forwarded-Proto": "https", "X-Forwarded-For": "10.0.0.1"},
]
PATHS = [
    "/api/health",
    "/api/server",
    "/api/rooms/",
    "/api/rooms/{room}/messages",
    "/api/rooms/{room}/messages?limit=x",
    "/api/rooms/{room}/messages/?limit=1&before=9",
    "/api/rooms/999999/messages",
    "/api/nothing",
    "/api/zh-hans/nothing",
    "/apiary",
    "/zh-hans/",
    "/media/nothing",
    "/admin/login/",
    "/",
]


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes
    cookies: list[str]


def _answers(person: Person, room: Room) -> list[Answer]:
    client, bearer = Client(raise_request_exception=False), {"Authorization": f"Bearer {person.api.token}"}
    return [
        _answer(client, method, path.format(room=room.id), bearer | headers if signed_in else headers, is_https)
        for method, path, headers, signed_in, is_https in _asked()
    ]


def _asked() -> list[tuple[str, str, dict[str, str], bool, bool]]:
    """Every header on the API's usual doors, and every door in some usual ways."""
    wide = product(["GET", "OPTIONS"], ["/api/rooms/{room}/messages", "/api/nothing", "/"], HEADERS, [True], [False])
    deep = product(["GET", "HEAD", "POST", "OPTIONS"], PATHS, [{}, PREFLIGHT], [True, False], [True, False])
    return [*wide, *deep]


def _answer(client: Client, method: str, path: str, headers: dict[str, str], is_https: bool) -> Answer:
    response: Any = client.generic(method, path, headers=headers, secure=is_https)
    body = b"".join(response) if response.streaming else response.content
    told = {name: value for name, value in response.headers.items() if name not in OF_THE_MOMENT}
    return Answer(response.status_code, told, _without_chance(body), sorted(response.cookies))


def _without_chance(body: bytes) -> bytes:
    return re.sub(rb'"request_id":"[0-9a-f]+"|csrfmiddlewaretoken" value="\w+"', b"", body)


@pytest.fixture
def room(ann: Person, bob: Person) -> Room:
    room = make_room(ann.user, members=[bob.user])
    for number in range(3):
        ann.say(room, f"message {number}")
    return room


@pytest.mark.parametrize("hsts", [0, 1000])
def test_whoever_asks_for_whatever_gets_the_same_answer(hsts: int, bob: Person, room: Room, settings: Any) -> None:
    settings.SECURE_HSTS_SECONDS = hsts
    settings.ALLOWED_HOSTS = ["testserver", "chat.example"]
    short = _answers(bob, room)
    settings.MIDDLEWARE = [STANDS_IN_FOR.get(name, name) for name in settings.MIDDLEWARE]
    usual = _answers(bob, room)
    assert len({answer.status for answer in short}) >= 6
    for asked, one, other in zip(_asked(), short, usual, strict=True):
        assert (asked, one) == (asked, other)


CALLERS: dict[str, Callable[[Person], object]] = {
    "member": lambda bob: None,
    "signed out": lambda bob: Session.objects.filter(user=bob.user).update(revoked_at=now()),
    "disabled": lambda bob: User.objects.filter(pk=bob.id).update(is_active=False),
    "left": lambda bob: Membership.objects.filter(user_id=bob.id).update(left_at=now()),
    "banned": lambda bob: _ban(bob),
    "hidden": lambda bob: Membership.objects.filter(user_id=bob.id).update(is_hidden=True),
}
READ = [
    "rooms/", "rooms/?limit=x", "rooms/{room}", "rooms/{room}/members", "rooms/{room}/bans", "rooms/{room}/invites",
    "rooms/{room}/announcement", "rooms/{room}/pins", "rooms/{room}/messages", "rooms/{room}/messages?limit=1",
    "rooms/{room}/messages?limit=x", "rooms/{room}/messages?before=1&after=1", "rooms/{room}/messages?format=json",
    "rooms/{room}/messages?format=xml", "rooms/{room}/messages/", "rooms/{room}/changes",
    "rooms/{room}/changes?since=0",
    "rooms/999999/messages", "rooms/9999999999999999/messages", "messages/{message}", "messages/{message}/readers",
    "messages/999999", "messages/{message}/recall", "users/online", "users/me/mentions", "users/me/mentions?cursor=x",
]  # fmt: skip


def _ban(person: Person) -> None:
    membership = Membership.objects.get(user_id=person.id)
    Membership.objects.filter(pk=membership.pk).update(left_at=now())
    Ban.objects.create(room_id=membership.room_id, user_id=person.id, created_by_id=person.id)


@pytest.mark.parametrize("kind", CALLERS)
def test_whoever_reads_gets_what_the_framework_would_answer(
    kind: str, bob: Person, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    CALLERS[kind](bob)
    straight = _readings(bob, room)
    monkeypatch.setattr(CallerViewSet, "_goes_straight", lambda view, request: False)
    assert len({answer.status for answer in straight}) >= 3
    for asked, one, other in zip(_reading(bob), straight, _readings(bob, room), strict=True):
        assert (asked, one) == (asked, other)


def _reading(person: Person) -> list[tuple[str, str, dict[str, str]]]:
    token = str(person.api.token)
    good = {"Authorization": f"Bearer {token}"}
    tokens = [
        "",
        token,
        f"bearer  {token} ",
        f"Token {token}",
        f"Bearer {token}x",
        "Bearer",
        "Bearer \xe4.b.c",
        _expired(person),
    ]
    accepted = ["*/*", "application/json", "text/html", "application/xml", "application/json; indent=4", ""]
    languages = [good | {"Accept-Language": "zh-CN"}]
    headers = [
        *languages,
        *({"Authorization": text} for text in tokens),
        *(good | {"Accept": text} for text in accepted),
    ]
    page = "/api/rooms/{room}/messages"
    deep = [(method, page, header) for method in ("GET", "HEAD", "PUT") for header in headers]
    return [*deep, *(("GET", f"/api/{path}", good) for path in READ)]


def _readings(person: Person, room: Room) -> list[Answer]:
    client, message = Client(raise_request_exception=False), Message.objects.in_room(room.id).latest("seq")
    return [
        _answer(client, method, path.format(room=room.id, message=message.pk), headers, False)
        for method, path, headers in _reading(person)
    ]


def _expired(person: Person) -> str:
    token = AccessToken()
    token["user_id"], token["sid"] = person.id, person.session.pk
    token.set_exp(lifetime=timedelta(seconds=-5))
    return f"Bearer {token}"


@pytest.mark.parametrize("error", [OperationalError(2006, "gone"), Http404(), ZeroDivisionError(), AttributeError("x")])
def test_what_breaks_is_answered_the_same_way(
    error: Exception, bob: Person, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("messaging.services.history.history", Mock(side_effect=error))
    asked = Client(raise_request_exception=False), "GET", f"/api/rooms/{room.id}/messages"
    headers = {"Authorization": f"Bearer {bob.api.token}"}
    straight = _answer(*asked, headers, False)
    assert straight.status in (404, 500, 503)
    monkeypatch.setattr(CallerViewSet, "_goes_straight", lambda view, request: False)
    assert straight == _answer(*asked, headers, False)


class Nobody(BasePermission):
    def has_permission(self, request: Any, view: Any) -> bool:
        return False


class Never(BaseThrottle):
    def allow_request(self, request: Any, view: Any) -> bool:
        return False


class Strict(CallerViewSet):
    permission_classes: ClassVar = [Nobody]

    def list(self, request: Any) -> WireResponse:
        return WireResponse({})


class Stricter(Strict):
    """What it does not say itself counts, too."""


class Open(CallerViewSet):
    def list(self, request: Any) -> WireResponse:
        return WireResponse({})


@pytest.mark.parametrize("kind", [Strict, Stricter])
def test_a_view_with_policies_of_its_own_keeps_them(kind: type[CallerViewSet], bob: Person) -> None:
    assert _status(kind.as_view({"get": "list"}), bob) == 403


def test_so_does_an_action_with_its_own(bob: Person) -> None:
    assert _status(Open.as_view({"get": "list"}), bob) == 200
    assert _status(Open.as_view({"get": "list"}, permission_classes=[Nobody]), bob) == 403
    assert _status(Open.as_view({"get": "list"}, throttle_classes=[Never]), bob) != 200


def _status(view: Any, person: Person) -> int:
    request = RequestFactory().get("/api/x", headers={"Authorization": f"Bearer {person.api.token}"})
    try:
        return int(view(request).status_code)
    except Throttled as throttled:
        return int(throttled.status_code)


def test_what_stands_in_is_in_use() -> None:
    assert set(STANDS_IN_FOR) <= set(settings.MIDDLEWARE)


ADDRESSES = [
    "api/rooms/7/messages",
    "api/rooms/7/messages/",
    "api/rooms/8/messages",
    "api/messages/9/reactions/👍",
    "api/users/me",
    "api/users/online",
    "api/settings/REGISTRATION",
    "api/nothing",
    "api/",
    "api/" + "x" * CHARS_MAX,
]


@pytest.mark.parametrize("path", ADDRESSES)
def test_an_address_leads_where_it_led(path: str) -> None:
    remembering, plain = (
        kind(RoutePattern("api/", is_endpoint=False), patterns) for kind in (RememberingResolver, URLResolver)
    )
    for _ in range(3):
        assert _led(remembering.resolve, path) == _led(plain.resolve, path)


def _led(resolve: Callable[[str], ResolverMatch], path: str) -> tuple[Any, ...]:
    match = resolve(path)
    return match.func, match.args, match.kwargs, match.route, match.url_name, match.namespaces


def test_what_is_no_address_is_none_each_time_and_memory_is_bounded() -> None:
    resolver = RememberingResolver(RoutePattern("api/", is_endpoint=False), patterns)
    for _ in range(2):
        with pytest.raises(Resolver404):
            resolver.resolve("admin/")
    for number in range(2_000):
        resolver.resolve(f"api/rooms/{number}/messages")
    resolver.resolve("api/" + "x" * CHARS_MAX)
    assert resolver.remembered == 1_024
