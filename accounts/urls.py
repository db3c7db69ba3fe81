"""Under /api/."""

from django.urls import URLPattern, re_path
from rest_framework.viewsets import ViewSet

from accounts import openapi  # noqa: F401 -- registers itself
from accounts.views.administration import ApprovalViewSet, RegistrationInviteViewSet, ResetLinkViewSet
from accounts.views.contacts import BlockViewSet, FriendViewSet, RemarkViewSet
from accounts.views.passwords import ForgottenPasswordViewSet, PasswordViewSet
from accounts.views.sessions import SessionViewSet
from accounts.views.signing_in import SigningInViewSet, VerifyViewSet
from accounts.views.users import UserViewSet
from chatsite.api.views import WireRouter

ID = r"(?P<pk>\d{1,16})"

router = WireRouter()
router.register("auth", SigningInViewSet, basename="signing-in")
router.register("auth", VerifyViewSet, basename="verify")
router.register("auth", PasswordViewSet, basename="password")
router.register("auth", ForgottenPasswordViewSet, basename="forgotten-password")
router.register("users", UserViewSet, basename="user")


def at(path: str, viewset: type[ViewSet], **methods: str) -> URLPattern:
    """For addresses whose methods the router does not know: `at("…", FriendViewSet, post="ask")`."""
    return re_path(rf"^{path}/?$", viewset.as_view({**methods}))


urlpatterns = [
    *router.urls,
    at("auth/sessions", SessionViewSet, get="list", delete="destroy_others"),
    at(f"auth/sessions/{ID}", SessionViewSet, delete="destroy"),
    at("auth/invites", RegistrationInviteViewSet, get="list", post="create"),
    at(f"auth/invites/{ID}", RegistrationInviteViewSet, delete="destroy"),
    at("auth/approvals", ApprovalViewSet, get="list"),
    at(f"auth/approvals/{ID}", ApprovalViewSet, put="update", delete="destroy"),
    at("users/friends", FriendViewSet, get="list"),
    at("users/friends/requests", FriendViewSet, get="requests"),
    at(f"users/friends/{ID}", FriendViewSet, post="ask", delete="destroy"),
    at(f"users/friends/{ID}/accept", FriendViewSet, post="accept"),
    at("users/blocks", BlockViewSet, get="list"),
    at(f"users/blocks/{ID}", BlockViewSet, put="update", delete="destroy"),
    at("users/remarks", RemarkViewSet, get="list"),
    at(f"users/{ID}/remark", RemarkViewSet, put="update", delete="destroy"),
    at(f"users/{ID}/reset-link", ResetLinkViewSet, post="create"),
]
