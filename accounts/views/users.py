"""/api/users/: me, my picture, other people."""

from django.http import HttpResponse
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from accounts import avatars
from accounts.public import me_out
from accounts.requests import user_of
from accounts.schemas import DeleteMe, MeOut, MePatch, UserOut, UserPage
from accounts.services import deletion, people, profile, remarks, search
from chatsite.api.schema import operation
from chatsite.api.views import NoContent, WireResponse, body, limit, uploaded


class UserViewSet(ViewSet):
    lookup_value_regex = r"\d{1,16}"

    @operation(response=MeOut, summary="Me")
    @action(detail=False, methods=["get"])
    def me(self, request: Request) -> HttpResponse:
        return WireResponse(me_out(user_of(request)))

    @operation(request=MePatch, response=MeOut, summary="Change my profile and preferences")
    @me.mapping.patch
    def update_me(self, request: Request) -> HttpResponse:
        user = profile.update_profile(user_id=user_of(request).pk, patch=body(request, MePatch))
        return WireResponse(me_out(user))

    @operation(request=DeleteMe, summary="Delete my account")
    @me.mapping.delete
    def delete_me(self, request: Request) -> HttpResponse:
        deletion.delete_account(user=user_of(request), password=body(request, DeleteMe).password)
        return NoContent()

    @operation(upload=True, summary="Set my picture")
    @action(detail=False, methods=["put"], url_path="me/avatar")
    def avatar(self, request: Request) -> HttpResponse:
        profile.set_avatar(user_id=user_of(request).pk, file=uploaded(request, avatars.BYTES_MAX))
        return NoContent()

    @operation(summary="Remove my picture")
    @avatar.mapping.delete
    def remove_avatar(self, request: Request) -> HttpResponse:
        profile.remove_avatar(user_id=user_of(request).pk)
        return NoContent()

    @operation(response=UserPage, query={"q": str, "limit": int}, summary="Find people")
    @action(detail=False, methods=["get"])
    def search(self, request: Request) -> HttpResponse:
        text = request.query_params.get("q") or request.query_params.get("keyword", "")
        found = search.search_users(user_id=user_of(request).pk, text=text, limit=limit(request, 20))
        return WireResponse(remarks.with_remarks(user_of(request).pk, found))

    @operation(response=UserOut, summary="A person")
    def retrieve(self, request: Request, pk: str) -> HttpResponse:
        return WireResponse(people.person(viewer_id=user_of(request).pk, user_id=int(pk)))
