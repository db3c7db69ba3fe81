"""/api/auth/password/ and /api/auth/email/."""

from django.http import HttpResponse
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from accounts.requests import session_of
from accounts.schemas import ChangePassword, ConfirmEmail, ConfirmPasswordReset, RequestPasswordReset
from accounts.services import confirmation, passwords
from chatsite.api.client_address import client_address
from chatsite.api.schema import operation
from chatsite.api.views import NoContent, body


class PasswordViewSet(ViewSet):
    @operation(request=ChangePassword, summary="Change my password; my other devices are signed out")
    @action(detail=False, methods=["post"], url_path="password/change")
    def change(self, request: Request) -> HttpResponse:
        given = body(request, ChangePassword)
        passwords.change_password(session=session_of(request), old=given.old_password, new=given.new_password)
        return NoContent()


class ForgottenPasswordViewSet(ViewSet):
    authentication_classes = []
    permission_classes = [AllowAny]

    @operation(request=RequestPasswordReset, summary="Mail a link that sets a new password")
    @action(detail=False, methods=["post"], url_path="password/reset")
    def reset(self, request: Request) -> HttpResponse:
        passwords.request_reset(email=body(request, RequestPasswordReset).email, ip=client_address(request))
        return NoContent()

    @operation(request=ConfirmPasswordReset, summary="Set a new password with a link's token, once")
    @action(detail=False, methods=["post"], url_path="password/reset/confirm")
    def confirm_reset(self, request: Request) -> HttpResponse:
        given = body(request, ConfirmPasswordReset)
        passwords.confirm_reset(token=given.token, new=given.new_password)
        return NoContent()

    @operation(request=ConfirmEmail, summary="Confirm an e-mail address with a link's token")
    @action(detail=False, methods=["post"], url_path="email/confirm")
    def confirm_email(self, request: Request) -> HttpResponse:
        confirmation.confirm(token=body(request, ConfirmEmail).token)
        return NoContent()
