"""The headings of the sidebar, in their order. A screen names one of them."""

from django.utils.translation import gettext_lazy as _

from chatsite.errors import Text

PEOPLE, CONVERSATIONS, SERVER = "people", "conversations", "server"

SECTIONS: dict[str, Text] = {
    PEOPLE: _("People"),
    CONVERSATIONS: _("Conversations"),
    SERVER: _("Server"),
}
