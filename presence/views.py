from django.http import HttpResponse
from rest_framework.request import Request

from accounts.requests import CallerViewSet, caller_id
from chatsite.api.schema import operation
from chatsite.api.views import WireResponse
from presence import services
from presence.schemas import OnlineOut


class OnlineViewSet(CallerViewSet):
    @operation(
        response=OnlineOut, summary="Who is online among those I share a room, a friendship or a direct room with"
    )
    def list(self, request: Request) -> HttpResponse:
        return WireResponse(services.online_people(user_id=caller_id(request)))
