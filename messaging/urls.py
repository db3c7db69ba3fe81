from chatsite.api.views import WireRouter
from messaging import staff_views, views

router = WireRouter()
router.register(rf"rooms/(?P<room_id>{views.ID})", views.TimelineViewSet, "timeline")
router.register("messages", views.MessageViewSet, "message")
router.register("users", views.PersonViewSet, "person")
router.register("reports", staff_views.ReportViewSet, "report")
router.register("words", staff_views.WordViewSet, "word")
router.register("users/me/mentions", views.MentionViewSet, "mention")

urlpatterns = router.urls
