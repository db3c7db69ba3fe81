"""Under /api/."""

from accounts import openapi  # noqa: F401 -- registers itself
from accounts.views.signing_in import SigningInViewSet, VerifyViewSet
from chatsite.api.views import WireRouter

router = WireRouter()
router.register("auth", SigningInViewSet, basename="signing-in")
router.register("auth", VerifyViewSet, basename="verify")

urlpatterns = router.urls
