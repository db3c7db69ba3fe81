"""/api/users/me/export and /api/users/export/{token}"""

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.timezone import now
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from accounts.requests import session_of
from chatsite.api.schema import operation
from chatsite.api.views import WireResponse, body
from chatsite.export import links
from chatsite.export.archive import zipped
from chatsite.export.contents import contents
from chatsite.export.schemas import AskExport, ExportLinkOut


class ExportViewSet(ViewSet):
    @operation(request=AskExport, response=ExportLinkOut, status=201, summary="Ask for everything that is mine")
    def create(self, request: Request) -> WireResponse:
        return WireResponse(links.ask(session=session_of(request), password=body(request, AskExport).password), 201)


class DownloadViewSet(ViewSet):
    """The link itself is what lets in: browsers fetch it without more ado."""

    authentication_classes = []
    permission_classes = [AllowAny]

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY}, summary="Fetch everything that is mine")
    def retrieve(self, request: Request, token: str) -> HttpResponseBase:
        user_id = links.open_link(token)
        response = StreamingHttpResponse(zipped(contents(user_id)), content_type="application/zip")
        response["Content-Disposition"] = f'attachment; filename="chat-{now():%Y-%m-%d}.zip"'
        return response
