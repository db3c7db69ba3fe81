from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "messaging"

    def ready(self) -> None:
        from chatsite.administration.dashboard import charts, figures
        from chatsite.chores import HOURLY, chores
        from chatsite.gateway import pull
        from messaging.services import retention, statistics
        from messaging.source import Source
        from messaging.timeline import Timeline
        from rooms import slots

        slots.timeline = Timeline()
        pull.pull = Source()
        figures["reports"] = statistics.reports_waiting
        charts["messages"] = statistics.messages_a_day
        chores["retention"] = (HOURLY, retention.delete_old)
