from django.apps import AppConfig


class RoomsConfig(AppConfig):
    name = "rooms"

    def ready(self) -> None:
        from accounts import slots
        from rooms import contacts
        from rooms.services.joining import leave_all

        slots.circle_of = contacts.circle_of
        slots.ties_of = contacts.ties_of
        slots.before_deletion = leave_all
