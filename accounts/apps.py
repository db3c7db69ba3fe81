from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.gateway import read_token
        from accounts.services import expiry, statistics
        from chatsite.administration.dashboard import charts, figures
        from chatsite.chores import HOURLY, chores
        from chatsite.gateway import pull

        pull.read_token = read_token
        chores["sessions"] = (HOURLY, expiry.forget_sessions)
        chores["registration invites"] = (HOURLY, expiry.forget_registration_invites)
        figures["people"] = statistics.people
        figures["sessions"] = statistics.sessions
        charts["new people"] = statistics.new_people
