"""/api/auth/sessions: the devices I am signed in on."""

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from accounts.requests import session_of, user_of
from accounts.schemas import SessionPage
from accounts.services import sessions
from chatsite.api.schema import operation
from chatsite.api.views import NoContent, WireResponse


class SessionViewSet(ViewSet):
    @operation(response=SessionPage, summary="My signed-in devices")
    def list(self, request: Request) -> HttpResponse:
        current = session_of(request)
        mine = sessions.sessions_of(current.user_id)
        rows = [sessions.session_out(session, current_id=current.pk) for session in mine]
        return WireResponse(SessionPage(results=rows))

    @operation(summary="Sign one of my devices out")
    def destroy(self, request: Request, pk: str) -> HttpResponse:
        sessions.sign_out(user_id=user_of(request).pk, session_id=int(pk))
        return NoContent()

    @operation(summary="Sign all my other devices out", operation_id="auth_sessions_destroy_others")
    def destroy_others(self, request: Request) -> HttpResponse:
        sessions.sign_out_others(session=session_of(request))
        return NoContent()
