from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoomsConfig(AppConfig):
    name = "rooms"

    def ready(self) -> None:
        from accounts import slots
        from chatsite.chores import EVERY_MINUTE, HOURLY, Chore, chores
        from rooms import contacts
        from rooms.services import expiry
        from rooms.services.joining import leave_all

        slots.circle_of = contacts.circle_of
        slots.ties_of = contacts.ties_of
        slots.before_deletion = leave_all
        chores["mutes"] = Chore(_("mutes that have ended"), EVERY_MINUTE, expiry.end_mutes)
        chores["bans"] = Chore(_("bans that have ended"), HOURLY, expiry.forget_bans)
        chores["invites"] = Chore(_("invitations to rooms"), HOURLY, expiry.forget_invites)
        chores["pictures"] = Chore(_("pictures that nobody shows"), HOURLY, expiry.forget_pictures)
