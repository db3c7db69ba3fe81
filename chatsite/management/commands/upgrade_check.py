"""manage.py upgrade_check: after the new code is there, before it is started."""

from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chatsite import upgrade
from chatsite.terminal import OperatorCommand


class Command(OperatorCommand):
    summary = gettext_lazy("Tells what the next start would change, and what stands in its way; changes nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(upgrade.findings())
        for finding in found:
            style = self.style.SUCCESS if finding.is_fine else self.style.ERROR
            self.say(f"{style('✓' if finding.is_fine else '✗')} {finding.sentence}")
        if not all(finding.is_fine for finding in found):
            raise CommandError(_("Repair what is marked with ✗ before you upgrade."))
        self.say(_("Nothing stands in the way."))
