"""The admin at /admin/: who comes in, what the sidebar lists, which of Django's own pages are left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.text import capfirst
from django.utils.timezone import override
from django.utils.translation import gettext_lazy as _
from django.views.i18n import set_language
from unfold.forms import AuthenticationForm
from unfold.sites import UnfoldAdminSite

from chatsite.administration.dashboard import kept
from chatsite.administration.screens import Screen
from chatsite.administration.sections import SECTIONS
from chatsite.administration.zones import zone_in_words, zone_of
from chatsite.audit.services import record

View = Callable[..., Any]


class SignInForm(AuthenticationForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("Username or e-mail address")


class ChatAdminSite(UnfoldAdminSite):
    """Staff see it; what only superusers see says so itself (`superusers_only`)."""

    login_form = SignInForm
    index_title = _("Overview")
    index_template = "administration/dashboard.html"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Screens only: Django would have its groups and permissions listed here, which nothing asks about."""
        if admin_class is not None and issubclass(admin_class, Screen):
            super().register(model_or_iterable, admin_class, **options)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        # Not unfold's: its search keeps what it has found in Redis, and waits for it.
        pages: list[URLPattern | URLResolver] = super(UnfoldAdminSite, self).get_urls()
        return [path("language/", set_language, name="language"), *pages]

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Every page speaks of times as they are where whoever looks is."""
        guarded = super().admin_view(view, cacheable)

        @wraps(view)
        def in_their_zone(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            with override(zone_of(request.user)):
                response: HttpResponse = guarded(request, *args, **kwargs)
                return response.render() if isinstance(response, SimpleTemplateResponse) else response

        return in_their_zone

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context: dict[str, Any] = super().each_context(request)
        return context | {"zone": zone_in_words(zone_of(request.user))}

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        page: TemplateResponse = super().index(request, {"overview": kept.overview(), **(extra_context or {})})
        return page

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response: HttpResponse = super().login(request, extra_context)
        if request.method == "POST" and isinstance(response, HttpResponseRedirect) and self.has_permission(request):
            record(actor=request.user.pk, action="admin.sign_in")
        return response

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """In the client: there a new password signs the other devices out."""
        return HttpResponseRedirect("/")

    def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        groups: list[dict[str, Any]] = [
            {"items": [{"title": self.index_title, "icon": "monitoring", "link": "/admin/"}]}
        ]
        groups += [{"title": title, "items": list(self._items(request, name))} for name, title in SECTIONS.items()]
        for group in groups:
            group["items"] = self._get_navigation_items(request, group["items"])
        return [group for group in groups if group["items"]]

    def _items(self, request: HttpRequest, section: str) -> Iterator[dict[str, Any]]:
        screens: list[Any] = [screen for screen in self._registry.values() if screen.section == section]
        for screen in sorted(screens, key=lambda screen: screen.position):
            if screen.has_view_permission(request):
                meta = screen.opts
                link = f"/admin/{meta.app_label}/{meta.model_name}/"
                yield {"title": capfirst(str(screen.name)), "icon": screen.icon, "link": link}
