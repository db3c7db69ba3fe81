from chatsite.api.views import WireRouter
from messaging import views

router = WireRouter()
router.register(rf"rooms/(?P<room_id>{views.ID})", views.TimelineViewSet, "timeline")
router.register("messages", views.MessageViewSet, "message")
router.register("users/me/mentions", views.MentionViewSet, "mention")

urlpatterns = router.urls
