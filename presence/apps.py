from django.apps import AppConfig


class PresenceConfig(AppConfig):
    name = "presence"

    def ready(self) -> None:
        from accounts import slots
        from chatsite.administration.dashboard import figures
        from presence.statistics import online
        from presence.store import reader

        slots.status_of = reader.statuses
        figures["online"] = online
