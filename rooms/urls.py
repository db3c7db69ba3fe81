from chatsite.api.views import WireRouter
from rooms import views

ROOM = rf"rooms/(?P<room_id>{views.ID})"

router = WireRouter()
router.register("rooms", views.RoomViewSet, "room")
router.register(rf"{ROOM}/members", views.MemberViewSet, "member")
router.register(rf"{ROOM}/bans", views.BanViewSet, "ban")
router.register(rf"{ROOM}/requests", views.JoinRequestViewSet, "join-request")
router.register(rf"{ROOM}/invites", views.InviteViewSet, "invite")
router.register("invites", views.InvitePreviewViewSet, "invite-preview")
router.register("invites", views.AcceptViewSet, "accept")
router.register("groups", views.GroupViewSet, "group")
router.register("direct", views.DirectViewSet, "direct")

urlpatterns = router.urls
