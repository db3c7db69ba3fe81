from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class AdministrationConfig(AppConfig):
    name = "chatsite.administration"

    def ready(self) -> None:
        from chatsite.administration import health
        from chatsite.administration.dashboard import figures

        figures["database"] = health.database
        figures["redis"] = health.redis
        figures["storage"] = health.storage


class ChatAdminConfig(AdminConfig):
    """Django's admin on our site; each app's admin.py registers its screens there."""

    default_site = "chatsite.administration.site.ChatAdminSite"
