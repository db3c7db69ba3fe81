"""How the admin looks: django-unfold in the chat's own colours. `UNFOLD` of the settings."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def _stylesheet(request: HttpRequest) -> str:
    return static("administration/admin.css")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Chat administration"),
    "SITE_HEADER": _("Chat"),
    "SITE_SUBHEADER": _("Administration"),
    "SITE_SYMBOL": "forum",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "/favicon.svg"}],
    "SITE_URL": "/",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "SHOW_BACK_BUTTON": True,
    "LANGUAGES": {"action": reverse_lazy("admin:language")},
    "ACCOUNT": {"navigation": [{"title": _("My account and password"), "link": "/"}]},
    "STYLES": [_stylesheet],
    "BORDER_RADIUS": "8px",
    "COLORS": {  # celadon, as in frontend/src/styles/tokens.css
        "primary": {
            "50": "#eef8f4",
            "100": "#def0e9",
            "200": "#bfe2d5",
            "300": "#93cfba",
            "400": "#6cc9ab",
            "500": "#57c7a6",
            "600": "#0a6b56",
            "700": "#085745",
            "800": "#0b4638",
            "900": "#1b3a31",
            "950": "#05231a",
        },
    },
}
