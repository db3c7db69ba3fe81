from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.gateway import sign_in
        from chatsite.gateway import pull

        pull.sign_in = sign_in
