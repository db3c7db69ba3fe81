"""For administrators: /api/settings, what may be changed while the server runs."""

from typing import Any

from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from chatsite.api.schema import operation
from chatsite.api.views import NoContent, WireResponse, body
from chatsite.live.schemas import ChangeSettings, SettingOut, SettingPage
from chatsite.live.services import Standing, change_settings, reset_setting, standings


class SettingViewSet(ViewSet):
    @operation(response=SettingPage, summary="What may be changed while the server runs")
    def list(self, request: Request) -> WireResponse:
        return WireResponse(SettingPage(results=[_out(standing) for standing in standings(by=_caller(request))]))

    @operation(request=ChangeSettings, summary="Change settings; in force everywhere within two seconds")
    def partial_update(self, request: Request) -> NoContent:
        change_settings(by=_caller(request), wanted=body(request, ChangeSettings).values)
        return NoContent()

    @operation(summary="Back to the environment's value")
    def destroy(self, request: Request, pk: str) -> NoContent:
        reset_setting(by=_caller(request), name=pk)
        return NoContent()


def _caller(request: Request) -> Any:
    """The user; the ground does not know their model."""
    return request.user


def _out(standing: Standing) -> SettingOut:
    return SettingOut(
        name=standing.live.name,
        value=standing.value,
        default=standing.default,
        is_overridden=standing.is_overridden,
        changed_at=standing.changed_at,
        changed_by=standing.changed_by_id,
    )
