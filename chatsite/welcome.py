"""What `make run` prints once it serves: where to open the chat, and who becomes its administrator."""

from django.conf import settings
from django.utils.translation import gettext as _

from chatsite import demo
from chatsite.addresses import urls


def text(first_admin_code: str | None = None, *, rest_only: bool = False) -> str:
    """`first_admin_code`: what makes the first account of an empty server its administrator."""
    title = _("Chat %(version)s is running:")
    if rest_only:
        title = _("Chat %(version)s, REST and pages without the sockets, is running:")
    lines = [title % {"version": settings.VERSION}, *(f"  {url}" for url in urls())]
    if settings.DEMO:
        lines += [_("This is a demo, on a database of its own."), demo.invitation()]
    if first_admin_code:
        lines += [
            _("Nobody is administrator yet: the first account that registers on this machine becomes it,"),
            _("from another machine the one that registers with the code %(code)s") % {"code": first_admin_code},
        ]
    return "\n".join([*lines, _("Stop it with Ctrl-C.")])
