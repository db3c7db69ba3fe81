"""GET /api/demo: with which accounts one may look around, where DEMO=1 has made some."""

import msgspec
from django.conf import settings
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from chatsite import demo
from chatsite.api.schema import operation
from chatsite.api.views import WireResponse


class DemoLoginOut(msgspec.Struct, frozen=True):
    username: str
    display_name: str
    password: str


class DemoOut(msgspec.Struct, frozen=True):
    """Without any where this is no demo."""

    logins: list[DemoLoginOut]


class DemoViewSet(ViewSet):
    authentication_classes: list[type] = []
    permission_classes: list[type] = []

    @operation(response=DemoOut, summary="Accounts to look around with")
    def list(self, request: Request) -> WireResponse:
        logins = demo.LOGINS if settings.DEMO else ()
        return WireResponse(
            DemoOut([DemoLoginOut(login.username, login.display_name, demo.PASSWORD) for login in logins])
        )
