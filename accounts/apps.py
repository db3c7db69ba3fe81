from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.gateway import read_token
        from accounts.services import expiry, statistics
        from chatsite.administration.dashboard import charts, figures
        from chatsite.chores import HOURLY, Chore, chores
        from chatsite.gateway import pull

        pull.read_token = read_token
        chores["sessions"] = Chore(_("sessions"), HOURLY, expiry.forget_sessions)
        invites = Chore(_("invitations to register"), HOURLY, expiry.forget_registration_invites)
        chores["registration invites"] = invites
        figures["people"] = statistics.people
        figures["sessions"] = statistics.sessions
        charts["new people"] = statistics.new_people
