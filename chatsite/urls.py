"""Every REST path and page. Presence stands before accounts: /users/online is no user's id."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.urls.resolvers import RoutePattern
from drf_spectacular.views import SpectacularSwaggerSplitView

from chatsite.administration import errors
from chatsite.api import exceptions, metrics
from chatsite.api.address import AddressViewSet
from chatsite.api.demo import DemoViewSet
from chatsite.api.health import HealthViewSet
from chatsite.api.resolver import RememberingResolver
from chatsite.api.server import ServerViewSet
from chatsite.api.settings import SettingViewSet
from chatsite.api.views import WireRouter
from chatsite.client import index
from chatsite.openapi import DocumentView

router = WireRouter()
router.register("address", AddressViewSet, basename="address")
router.register("demo", DemoViewSet, basename="demo")
router.register("health", HealthViewSet, basename="health")
router.register("server", ServerViewSet, basename="server")

api: list[URLPattern | URLResolver] = [
    path("", include("presence.urls")),
    path("", include("messaging.urls")),
    path("", include("chatsite.export.urls")),
    path("", include("accounts.urls")),
    path("", include("rooms.urls")),
    path("", include(router.urls)),
    re_path(r"^settings/?$", SettingViewSet.as_view({"get": "list", "patch": "partial_update"})),
    re_path(r"^settings/(?P<pk>[A-Z_]{1,40})/?$", SettingViewSet.as_view({"delete": "destroy"})),
    re_path(r"^schema/?$", DocumentView.as_view(), name="schema"),
    re_path(
        r"^docs/?$",
        SpectacularSwaggerSplitView.as_view(url_name="schema", http_method_names=["get", "head"]),
        name="docs",
    ),
    re_path(r"", exceptions.no_such_address),
]

urlpatterns = [
    RememberingResolver(RoutePattern("api/", is_endpoint=False), api),
    path("media/avatars/", include("accounts.media_urls")),
    path("admin/", admin.site.urls),
    re_path(r"^metrics/?$", metrics.show),
    re_path(r"^(?!api(?:/|$)|ws/?$|static/|media/|admin(?:/|$)).*$", index),
]

handler400 = exceptions.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = exceptions.server_error
