from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from accounts import avatars
from accounts.requests import CallerViewSet, caller_id
from chatsite.api.rate_limit import limit as rate_limit
from chatsite.api.schema import operation
from chatsite.api.views import NoContent, WireResponse, body, limit, uploaded
from chatsite.errors import ValidationFailed
from rooms.schemas import (
    AnnouncementOut,
    AskToJoin,
    BanPage,
    BanPerson,
    ChangeMember,
    ChangeMembership,
    ChangeRoom,
    CreateInvite,
    CreateRoom,
    EnterRoom,
    InviteOut,
    InvitePage,
    InvitePreviewOut,
    JoinRequestPage,
    MakeGroup,
    MemberOut,
    MemberPage,
    MembershipOut,
    Person,
    RoomOut,
    RoomPage,
)
from rooms.services import (
    announcements,
    bans,
    direct,
    groups,
    invites,
    joining,
    listing,
    members,
    own,
    requests,
    rooms,
    settings,
)

ID = r"\d{1,16}"
INVITE = r"[\w-]{1,64}"


def room_answer(request: Request, room_id: int, status: int = 200) -> WireResponse:
    return WireResponse(rooms.get_room(user_id=caller_id(request), room_id=room_id), status)


def _join(request: Request, room_id: int, message: str) -> WireResponse:
    is_in = joining.join(user_id=caller_id(request), room_id=room_id, message=message)
    return room_answer(request, room_id, 200 if is_in else 202)


class RoomViewSet(CallerViewSet):
    lookup_url_kwarg = "room_id"
    lookup_value_regex = ID

    @operation(response=RoomPage, query={"scope": str, "q": str, "cursor": str, "limit": int})
    def list(self, request: Request) -> WireResponse:
        """My rooms; `scope=public` is the directory."""
        query = request.query_params
        if query.get("scope") != "public":
            return WireResponse(listing.my_rooms(user_id=caller_id(request)))
        found = listing.directory(
            user_id=caller_id(request), q=query.get("q", "").strip(), cursor=query.get("cursor"), limit=limit(request)
        )
        return WireResponse(found)

    @operation(request=CreateRoom, response=RoomOut, status=201)
    def create(self, request: Request) -> WireResponse:
        wanted = body(request, CreateRoom)
        room = rooms.create_room(
            user_id=caller_id(request), name=wanted.name, description=wanted.description, kind=wanted.kind
        )
        return room_answer(request, room.id, 201)

    @operation(response=RoomOut)
    def retrieve(self, request: Request, room_id: str) -> WireResponse:
        return room_answer(request, int(room_id))

    @operation(request=ChangeRoom, response=RoomOut)
    def partial_update(self, request: Request, room_id: str) -> WireResponse:
        settings.change_room(user_id=caller_id(request), room_id=int(room_id), wanted=body(request, ChangeRoom))
        return room_answer(request, int(room_id))

    @operation(summary="Archive the room")
    def destroy(self, request: Request, room_id: str) -> NoContent:
        settings.archive_room(user_id=caller_id(request), room_id=int(room_id))
        return NoContent()

    @operation(upload=True, summary="Set the room's picture")
    @action(detail=True, methods=["put"])
    def avatar(self, request: Request, room_id: str) -> NoContent:
        file = uploaded(request, avatars.BYTES_MAX)
        settings.set_avatar(user_id=caller_id(request), room_id=int(room_id), file=file)
        return NoContent()

    @operation(summary="Remove the room's picture")
    @avatar.mapping.delete
    def remove_avatar(self, request: Request, room_id: str) -> NoContent:
        settings.remove_avatar(user_id=caller_id(request), room_id=int(room_id))
        return NoContent()

    @extend_schema(operation_id="rooms_enter")
    @operation(request=EnterRoom, response=RoomOut, also={202: RoomOut}, summary="Join by code or by id")
    @action(detail=False, methods=["post"], url_path="join")
    def enter(self, request: Request) -> WireResponse:
        wanted = body(request, EnterRoom)
        if wanted.code is not None and wanted.room_id is None:
            rate_limit("join_by_code", caller_id(request))
            return _join(request, joining.room_by_code(wanted.code), wanted.message)
        if wanted.room_id is not None and wanted.code is None:
            return _join(request, wanted.room_id, wanted.message)
        raise ValidationFailed({"code": [_("Give either a code or a room_id.")]})

    @operation(response=RoomOut, summary="Give the room another code")
    @action(detail=True, methods=["post"])
    def code(self, request: Request, room_id: str) -> WireResponse:
        settings.rotate_code(user_id=caller_id(request), room_id=int(room_id))
        return room_answer(request, int(room_id))

    @operation(request=AskToJoin, response=RoomOut, also={202: RoomOut})
    @action(detail=True, methods=["post"])
    def join(self, request: Request, room_id: str) -> WireResponse:
        """200 once in; 202 where the room's admins decide."""
        return _join(request, int(room_id), body(request, AskToJoin).message)

    @operation(summary="Ask no more to be let in")
    @join.mapping.delete
    def withdraw(self, request: Request, room_id: str) -> NoContent:
        requests.withdraw(user_id=caller_id(request), room_id=int(room_id))
        return NoContent()

    @operation(response=AnnouncementOut, summary="What is announced, and who has read it")
    @action(detail=True)
    def announcement(self, request: Request, room_id: str) -> WireResponse:
        return WireResponse(announcements.announcement(user_id=caller_id(request), room_id=int(room_id)))

    @operation(summary="I have read what is announced")
    @action(detail=True, methods=["post"], url_path="announcement/read")
    def read_announcement(self, request: Request, room_id: str) -> NoContent:
        announcements.mark_announcement_read(user_id=caller_id(request), room_id=int(room_id))
        return NoContent()

    @operation()
    @action(detail=True, methods=["post"])
    def leave(self, request: Request, room_id: str) -> NoContent:
        joining.leave(user_id=caller_id(request), room_id=int(room_id))
        return NoContent()

    @operation(request=Person, summary="Hand the room on")
    @action(detail=True, methods=["post"])
    def transfer(self, request: Request, room_id: str) -> NoContent:
        heir_id = body(request, Person).user_id
        members.transfer(user_id=caller_id(request), room_id=int(room_id), heir_id=heir_id)
        return NoContent()

    @operation(request=ChangeMembership, response=MembershipOut, summary="My own settings of the room")
    @action(detail=True, methods=["patch"])
    def membership(self, request: Request, room_id: str) -> WireResponse:
        wanted = body(request, ChangeMembership)
        return WireResponse(own.change_membership(user_id=caller_id(request), room_id=int(room_id), wanted=wanted))


class MemberViewSet(CallerViewSet):
    lookup_url_kwarg = "user_id"
    lookup_value_regex = ID

    @operation(response=MemberPage, query={"q": str, "cursor": str, "limit": int})
    def list(self, request: Request, room_id: str) -> WireResponse:
        """Who is in the room; with `q` those who bear such a name, or whom I call so."""
        query = request.query_params
        found = members.list_members(
            user_id=caller_id(request),
            room_id=int(room_id),
            cursor=query.get("cursor"),
            limit=limit(request),
            text=query.get("q", ""),
        )
        return WireResponse(found)

    @operation(request=Person)
    def create(self, request: Request, room_id: str) -> NoContent:
        members.add_member(user_id=caller_id(request), room_id=int(room_id), new_id=body(request, Person).user_id)
        return NoContent()

    @operation(request=ChangeMember, response=MemberOut)
    def partial_update(self, request: Request, room_id: str, user_id: str) -> WireResponse:
        wanted = body(request, ChangeMember)
        changed = members.change_member(
            user_id=caller_id(request), room_id=int(room_id), member_id=int(user_id), wanted=wanted
        )
        return WireResponse(changed)

    @operation(summary="Kick")
    def destroy(self, request: Request, room_id: str, user_id: str) -> NoContent:
        members.kick(user_id=caller_id(request), room_id=int(room_id), member_id=int(user_id))
        return NoContent()


class BanViewSet(CallerViewSet):
    lookup_url_kwarg = "user_id"
    lookup_value_regex = ID

    @operation(response=BanPage, query={"cursor": str, "limit": int})
    def list(self, request: Request, room_id: str) -> WireResponse:
        cursor = request.query_params.get("cursor")
        return WireResponse(
            bans.list_bans(user_id=caller_id(request), room_id=int(room_id), cursor=cursor, limit=limit(request))
        )

    @operation(request=BanPerson)
    def update(self, request: Request, room_id: str, user_id: str) -> NoContent:
        until = body(request, BanPerson).until
        bans.ban(user_id=caller_id(request), room_id=int(room_id), banned_id=int(user_id), until=until)
        return NoContent()

    @operation()
    def destroy(self, request: Request, room_id: str, user_id: str) -> NoContent:
        bans.unban(user_id=caller_id(request), room_id=int(room_id), banned_id=int(user_id))
        return NoContent()


class JoinRequestViewSet(CallerViewSet):
    lookup_url_kwarg = "user_id"
    lookup_value_regex = ID

    @operation(response=JoinRequestPage, query={"cursor": str, "limit": int})
    def list(self, request: Request, room_id: str) -> WireResponse:
        cursor = request.query_params.get("cursor")
        found = requests.list_requests(
            user_id=caller_id(request), room_id=int(room_id), cursor=cursor, limit=limit(request)
        )
        return WireResponse(found)

    @operation(summary="Let somebody in who asks")
    def update(self, request: Request, room_id: str, user_id: str) -> NoContent:
        requests.accept(user_id=caller_id(request), room_id=int(room_id), asker_id=int(user_id))
        return NoContent()

    @operation(summary="Turn down somebody who asks")
    def destroy(self, request: Request, room_id: str, user_id: str) -> NoContent:
        requests.decline(user_id=caller_id(request), room_id=int(room_id), asker_id=int(user_id))
        return NoContent()


class InviteViewSet(CallerViewSet):
    lookup_url_kwarg = "invite_id"
    lookup_value_regex = ID

    @operation(response=InvitePage, query={"cursor": str, "limit": int})
    def list(self, request: Request, room_id: str) -> WireResponse:
        cursor = request.query_params.get("cursor")
        return WireResponse(
            invites.list_invites(user_id=caller_id(request), room_id=int(room_id), cursor=cursor, limit=limit(request))
        )

    @operation(request=CreateInvite, response=InviteOut, status=201)
    def create(self, request: Request, room_id: str) -> WireResponse:
        wanted = body(request, CreateInvite)
        invite = invites.create_invite(
            user_id=caller_id(request), room_id=int(room_id), max_uses=wanted.max_uses, expires_at=wanted.expires_at
        )
        return WireResponse(invite, 201)

    @operation()
    def destroy(self, request: Request, room_id: str, invite_id: str) -> NoContent:
        invites.revoke_invite(user_id=caller_id(request), room_id=int(room_id), invite_id=int(invite_id))
        return NoContent()


class InvitePreviewViewSet(ViewSet):
    authentication_classes: list[type] = []
    permission_classes: list[type] = []
    lookup_url_kwarg = "token"
    lookup_value_regex = INVITE

    @operation(response=InvitePreviewOut, summary="Where a link leads, for whoever holds it")
    def retrieve(self, request: Request, token: str) -> WireResponse:
        return WireResponse(invites.preview_invite(token=token))


class AcceptViewSet(CallerViewSet):
    lookup_url_kwarg = "token"
    lookup_value_regex = INVITE

    @operation(response=RoomOut)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, token: str) -> WireResponse:
        return room_answer(request, invites.accept_invite(user_id=caller_id(request), token=token))


class GroupViewSet(CallerViewSet):
    @operation(request=MakeGroup, response=RoomOut, status=201)
    def create(self, request: Request) -> WireResponse:
        """A private room made from several people in one step."""
        wanted = body(request, MakeGroup)
        room = groups.make_group(user_id=caller_id(request), member_ids=wanted.user_ids, name=wanted.name)
        return room_answer(request, room.id, 201)


class DirectViewSet(CallerViewSet):
    @operation(request=Person, response=RoomOut, also={201: RoomOut})
    def create(self, request: Request) -> WireResponse:
        """The conversation with somebody; with my own id, the note to self."""
        room, created = direct.find_or_make(caller_id(request), body(request, Person).user_id)
        return room_answer(request, room.id, 201 if created else 200)
