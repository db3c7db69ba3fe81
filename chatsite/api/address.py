"""GET /api/address: what an invitation names, for `localhost` leads everybody to their own machine."""

import msgspec
from django.conf import settings
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from chatsite import addresses
from chatsite.api.client_address import is_from_this_machine
from chatsite.api.schema import operation
from chatsite.api.views import WireResponse


class AddressOut(msgspec.Struct, frozen=True):
    """`url`: null where the server knows of none but the caller's own."""

    url: str | None


class AddressViewSet(ViewSet):
    @operation(response=AddressOut, summary="Where others reach this server")
    def list(self, request: Request) -> WireResponse:
        return WireResponse(AddressOut(url=settings.PUBLIC_URL or _of_this_machine(request)))


def _of_this_machine(request: Request) -> str | None:
    """Only for who sits at it: to nobody else does it say how its network is numbered."""
    others = addresses.urls()[1:] if is_from_this_machine(request) else []
    return next(iter(others), None)
