"""For administrators: whom to let in, and how to let somebody in again."""

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from accounts.models import RegistrationInvite
from accounts.public import users_out
from accounts.requests import user_of
from accounts.schemas import (
    CreateRegistrationInvite,
    RegistrationInviteOut,
    RegistrationInvitePage,
    ResetLinkOut,
    UserOut,
    UserPage,
)
from accounts.services import approval, invites, passwords
from chatsite.api.schema import operation
from chatsite.api.views import NoContent, WireResponse, body


class RegistrationInviteViewSet(ViewSet):
    @operation(response=RegistrationInvitePage, summary="Invites to register that can still be used")
    def list(self, request: Request) -> HttpResponse:
        return WireResponse(RegistrationInvitePage(results=[_out(i) for i in invites.invites(by=user_of(request))]))

    @operation(
        request=CreateRegistrationInvite,
        response=RegistrationInviteOut,
        status=201,
        summary="Make an invite to register",
    )
    def create(self, request: Request) -> HttpResponse:
        given = body(request, CreateRegistrationInvite)
        invite = invites.invite(by=user_of(request), max_uses=given.max_uses, expires_at=given.expires_at)
        return WireResponse(_out(invite), 201)

    @operation(summary="Withdraw an invite to register")
    def destroy(self, request: Request, pk: str) -> HttpResponse:
        invites.withdraw(by=user_of(request), invite_id=int(pk))
        return NoContent()


class ApprovalViewSet(ViewSet):
    """Keyed by user id."""

    @operation(response=UserPage, summary="Who waits for approval")
    def list(self, request: Request) -> HttpResponse:
        return WireResponse(UserPage(results=users_out(approval.waiting(by=user_of(request)), viewer_id=None)))

    @operation(response=UserOut, summary="Let a person in")
    def update(self, request: Request, pk: str) -> HttpResponse:
        user = approval.approve(by=user_of(request), user_id=int(pk))
        return WireResponse(users_out([user], viewer_id=None)[0])

    @operation(summary="Turn a person away")
    def destroy(self, request: Request, pk: str) -> HttpResponse:
        approval.turn_away(by=user_of(request), user_id=int(pk))
        return NoContent()


class ResetLinkViewSet(ViewSet):
    @operation(response=ResetLinkOut, status=201, summary="Make a link that sets a person's new password, to hand over")
    def create(self, request: Request, pk: str) -> HttpResponse:
        return WireResponse(ResetLinkOut(url=passwords.reset_link(by=user_of(request), user_id=int(pk))), 201)


def _out(invite: RegistrationInvite) -> RegistrationInviteOut:
    return RegistrationInviteOut(
        id=invite.pk,
        token=invite.token,
        url=invites.link(invite),
        created_at=invite.created_at,
        expires_at=invite.expires_at,
        max_uses=invite.max_uses,
        uses=invite.uses,
    )
