"""What unfold's pages say and neither it nor Django translates: named here, `make messages` collects it."""

from django.utils.translation import gettext_noop as _

TEXTS = (
    _("Cancel"),
    _("Clear all filters"),
    _("Dark"),
    _("False"),
    _("Filters"),
    _("Go back"),
    _("Light"),
    _("More actions"),
    _("Reset filters"),
    _("Return to site"),
    _("Run"),
    _("Select action"),
    _("Select action to run"),
    _("Select all rows"),
    _("Select record"),
    _("Select value"),
    _("Show all"),
    _("System"),
    _("Toggle password visibility"),
    _("True"),
    _("Type to search"),
    _("Welcome back to"),
    _("You have been successfully logged out from the administration"),
)
