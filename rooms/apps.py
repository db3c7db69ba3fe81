from django.apps import AppConfig


class RoomsConfig(AppConfig):
    name = "rooms"

    def ready(self) -> None:
        from accounts import slots
        from rooms.contacts import circle_of

        slots.circle_of = circle_of
