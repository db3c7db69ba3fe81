"""Must be included before accounts' /users/{id}."""

from chatsite.api.views import WireRouter
from presence.views import OnlineViewSet

router = WireRouter()
router.register("users/online", OnlineViewSet, basename="online")
urlpatterns = router.urls
