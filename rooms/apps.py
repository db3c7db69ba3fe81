from django.apps import AppConfig


class RoomsConfig(AppConfig):
    name = "rooms"

    def ready(self) -> None:
        from accounts import slots
        from chatsite.chores import EVERY_MINUTE, HOURLY, chores
        from rooms import contacts
        from rooms.services import expiry
        from rooms.services.joining import leave_all

        slots.circle_of = contacts.circle_of
        slots.ties_of = contacts.ties_of
        slots.before_deletion = leave_all
        chores["mutes"] = (EVERY_MINUTE, expiry.end_mutes)
        chores["bans"] = (HOURLY, expiry.forget_bans)
        chores["invites"] = (HOURLY, expiry.forget_invites)
        chores["pictures"] = (HOURLY, expiry.forget_pictures)
