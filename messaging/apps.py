from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagingConfig(AppConfig):
    name = "messaging"

    def ready(self) -> None:
        from chatsite.administration.dashboard import charts, figures
        from chatsite.chores import HOURLY, Chore, chores
        from chatsite.gateway import pull
        from messaging.services import retention, statistics
        from messaging.source import Source
        from messaging.timeline import Timeline
        from rooms import slots

        slots.timeline = Timeline()
        pull.pull = Source()
        figures["reports"] = statistics.reports_waiting
        charts["messages"] = statistics.messages_a_day
        chores["retention"] = Chore(_("messages past their days"), HOURLY, retention.delete_old)
