"""Every REST path and page. Presence stands before accounts: /users/online is no user's id."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularSwaggerSplitView

from chatsite.api import exceptions
from chatsite.api.demo import DemoViewSet
from chatsite.api.health import HealthViewSet
from chatsite.api.views import WireRouter
from chatsite.client import index
from chatsite.openapi import DocumentView

router = WireRouter()
router.register("demo", DemoViewSet, basename="demo")
router.register("health", HealthViewSet, basename="health")

api: list[URLPattern | URLResolver] = [
    path("", include("presence.urls")),
    path("", include("messaging.urls")),
    path("", include("accounts.urls")),
    path("", include("rooms.urls")),
    path("", include(router.urls)),
    re_path(r"^schema/?$", DocumentView.as_view(), name="schema"),
    re_path(r"^docs/?$", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    re_path(r"", exceptions.no_such_address),
]

urlpatterns = [
    path("api/", include(api)),
    path("media/avatars/", include("accounts.media_urls")),
    path("admin/", admin.site.urls),
    re_path(r"^(?!api(?:/|$)|ws/?$|static/|media/|admin(?:/|$)).*$", index),
]

handler400 = exceptions.bad_request
handler403 = exceptions.forbidden
handler404 = exceptions.not_found
handler500 = exceptions.server_error
