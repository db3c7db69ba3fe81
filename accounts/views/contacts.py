"""/api/users/friends, /api/users/blocks and /api/users/remarks."""

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from accounts.requests import user_of
from accounts.schemas import AskFriend, FriendRequestPage, RemarkPage, SetRemark, UserOut, UserPage
from accounts.services import blocks, friends, remarks
from chatsite.api.schema import operation
from chatsite.api.views import NoContent, WireResponse, body


class FriendViewSet(ViewSet):
    """Keyed by user id."""

    @operation(response=UserPage, query={"q": str}, summary="My friends, or those of them who are called like that")
    def list(self, request: Request) -> HttpResponse:
        text = request.query_params.get("q", "")
        user_id = user_of(request).pk
        return WireResponse(remarks.with_remarks(user_id, friends.friends_of(user_id, text=text)))

    @operation(response=FriendRequestPage, summary="Friend requests that wait for an answer")
    def requests(self, request: Request) -> HttpResponse:
        return WireResponse(FriendRequestPage(results=friends.requests_of(user_of(request).pk)))

    @operation(request=AskFriend, summary="Ask somebody to be friends")
    def ask(self, request: Request, pk: str) -> HttpResponse:
        given = body(request, AskFriend)
        friends.ask(user_id=user_of(request).pk, other_id=int(pk), message=given.message)
        return NoContent()

    @operation(summary="End a friendship, withdraw or decline a request")
    def destroy(self, request: Request, pk: str) -> HttpResponse:
        friends.remove(user_id=user_of(request).pk, other_id=int(pk))
        return NoContent()

    @operation(response=UserOut, summary="Accept a friend request")
    def accept(self, request: Request, pk: str) -> HttpResponse:
        friend = friends.accept(user_id=user_of(request).pk, other_id=int(pk))
        return WireResponse(friend)


class BlockViewSet(ViewSet):
    """Keyed by user id."""

    @operation(response=UserPage, summary="Whom I have blocked")
    def list(self, request: Request) -> HttpResponse:
        user_id = user_of(request).pk
        return WireResponse(remarks.with_remarks(user_id, blocks.blocks_of(user_id)))

    @operation(summary="Block somebody")
    def update(self, request: Request, pk: str) -> HttpResponse:
        blocks.block(user_id=user_of(request).pk, other_id=int(pk))
        return NoContent()

    @operation(summary="Unblock somebody")
    def destroy(self, request: Request, pk: str) -> HttpResponse:
        blocks.unblock(user_id=user_of(request).pk, other_id=int(pk))
        return NoContent()


class RemarkViewSet(ViewSet):
    """Keyed by user id."""

    @operation(response=RemarkPage, summary="What I call whom")
    def list(self, request: Request) -> HttpResponse:
        return WireResponse(RemarkPage(results=remarks.remarks_of(user_of(request).pk)))

    @operation(request=SetRemark, summary="Call somebody by a name of mine")
    def update(self, request: Request, pk: str) -> HttpResponse:
        name = body(request, SetRemark).name
        remarks.remark(user_id=user_of(request).pk, about_id=int(pk), name=name)
        return NoContent()

    @operation(summary="Forget what I call somebody")
    def destroy(self, request: Request, pk: str) -> HttpResponse:
        remarks.forget_remark(user_id=user_of(request).pk, about_id=int(pk))
        return NoContent()
