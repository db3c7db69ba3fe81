"""What the admin answers instead of a page; everything else answers as the API does."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from chatsite.api import exceptions
from chatsite.errors import Text


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if not _is_page(request):
        return exceptions.forbidden(request, exception)
    return _page(request, 403, _("You may not do this."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not _is_page(request):
        return exceptions.not_found(request, exception)
    return _page(request, 404, _("This does not exist."))


def _is_page(request: HttpRequest) -> bool:
    return request.path_info.startswith("/admin/") and request.method in ("GET", "POST")


def _page(request: HttpRequest, status: int, text: Text) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": text, "status": status}
    return render(request, "administration/error.html", context, status=status)
