"""/api/auth/: getting in, staying in, getting out."""

from django.http import HttpResponse
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from accounts import cookies, services, tokens
from accounts.authentication import authenticate_token, bearer_token
from accounts.models import User
from accounts.public import me_out
from accounts.requests import device_of, locale_of, user_of
from accounts.schemas import Login, Refresh, Register, SignedInOut, TokensOut, VerifyOut
from accounts.services import sessions
from chatsite.api.client_address import is_from_this_machine
from chatsite.api.schema import operation
from chatsite.api.views import NoContent, WireResponse, body
from chatsite.errors import ChatError


class SigningInViewSet(ViewSet):
    """These need no access token, and a bad one does not keep anybody from signing in."""

    authentication_classes = []
    permission_classes = [AllowAny]

    @operation(request=Register, response=SignedInOut, status=201, also={202: SignedInOut}, summary="Make an account")
    @action(detail=False, methods=["post"])
    def register(self, request: Request) -> HttpResponse:
        given = body(request, Register)
        application = services.Application(
            given.username,
            given.email,
            given.password,
            given.display_name,
            locale_of(request),
            given.invite,
            given.admin_code,
        )
        registered = services.register(
            application=application,
            device=device_of(request, given.device),
            from_this_machine=is_from_this_machine(request),
        )
        return _signed_in(request, registered.user, registered.tokens, 201, cookie=given.cookie)

    @operation(request=Login, response=SignedInOut, summary="Sign in with a password")
    @action(detail=False, methods=["post"])
    def login(self, request: Request) -> HttpResponse:
        given = body(request, Login)
        pair = services.login(name=given.username, password=given.password, device=device_of(request, given.device))
        return _signed_in(request, pair.session.user, pair, 200, cookie=given.cookie)

    @operation(request=Refresh, response=TokensOut, summary="Exchange a refresh token for its successor")
    @action(detail=False, methods=["post"])
    def refresh(self, request: Request) -> HttpResponse:
        given = body(request, Refresh).refresh
        token = given or cookies.refresh_token_of(request)
        if token is None:
            raise ChatError("authentication_failed")
        pair = sessions.refresh(token=token)
        response = WireResponse(TokensOut(access=pair.access, refresh=pair.refresh if given else None))
        if not given:
            cookies.keep(response, request, pair.refresh)
        return response

    @operation(request=Refresh, summary="Sign this device out")
    @action(detail=False, methods=["post"])
    def logout(self, request: Request) -> HttpResponse:
        user_id, session_id = _whose_session(request)
        sessions.log_out(user_id=user_id, session_id=session_id)
        response = NoContent()
        cookies.forget(response, request)
        return response


class VerifyViewSet(ViewSet):
    @operation(response=VerifyOut, summary="Whose access token is this?")
    @action(detail=False, methods=["get"])
    def verify(self, request: Request) -> HttpResponse:
        return WireResponse(VerifyOut(user=me_out(user_of(request))))


def _signed_in(
    request: Request, user: User, pair: services.TokenPair | None, status: int, *, cookie: bool
) -> HttpResponse:
    if pair is None:
        out = SignedInOut(
            user=me_out(user), access=None, refresh=None, waits_for="approval" if user.awaits_approval else "email"
        )
        return WireResponse(out, 202)
    refresh = None if cookie else pair.refresh
    response = WireResponse(SignedInOut(user=me_out(user), access=pair.access, refresh=refresh), status)
    if cookie:
        if replaced := cookies.replaced_by_signing_in(request):
            sessions.end_replaced(token=replaced)
        cookies.keep(response, request, pair.refresh)
    return response


def _whose_session(request: Request) -> tuple[int, int]:
    """-> (user id, session id). Any token of the session will do: who signs out need not refresh first."""
    refresh = body(request, Refresh).refresh
    bearer = bearer_token(request)
    if refresh is None and bearer is not None:
        signed_in = authenticate_token(bearer)
        return signed_in.user.pk, signed_in.session.pk
    refresh = refresh or cookies.refresh_token_of(request)
    if refresh is None:
        raise ChatError("authentication_failed")
    claims = tokens.read_refresh(refresh)
    return claims.user_id, claims.session_id
