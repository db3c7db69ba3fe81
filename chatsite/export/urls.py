"""Under /api/."""

from django.urls import re_path

from chatsite.export.views import DownloadViewSet, ExportViewSet

urlpatterns = [
    re_path(r"^users/me/export/?$", ExportViewSet.as_view({"post": "create"})),
    re_path(r"^users/export/(?P<token>[A-Za-z0-9_.:-]{1,500})/?$", DownloadViewSet.as_view({"get": "retrieve"})),
]
