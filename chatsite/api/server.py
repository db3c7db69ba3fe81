"""GET /api/server: what its sign-in page must know before anybody is signed in."""

from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from chatsite.api.schema import operation
from chatsite.api.views import WireResponse
from chatsite.gateway.frames import ServerOut
from chatsite.gateway.terms import server


class ServerViewSet(ViewSet):
    authentication_classes: list[type] = []
    permission_classes: list[type] = []

    @operation(response=ServerOut, summary="What the server is called, and who may register")
    def list(self, request: Request) -> WireResponse:
        return WireResponse(server())
