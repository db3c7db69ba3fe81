from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.gateway import read_token
        from chatsite.gateway import pull

        pull.read_token = read_token
