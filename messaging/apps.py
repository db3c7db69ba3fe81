from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "messaging"

    def ready(self) -> None:
        from chatsite.gateway import pull
        from messaging.source import Source
        from messaging.timeline import Timeline
        from rooms import slots

        slots.timeline = Timeline()
        pull.pull = Source()
