from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "chatsite.audit"

    def ready(self) -> None:
        from chatsite.audit import retention
        from chatsite.chores import HOURLY, Chore, chores

        chores["audit log"] = Chore(_("entries of the audit log past their days"), HOURLY, retention.delete_old)
