from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "chatsite.audit"

    def ready(self) -> None:
        from chatsite.audit import retention
        from chatsite.chores import HOURLY, chores

        chores["audit log"] = (HOURLY, retention.delete_old)
