"""Every setting that may be changed live, as its screen shows them."""

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from chatsite.errors import Text
from chatsite.live.kinds import Choice, Live, Switch, Whole, Words

YEAR_SECONDS = 365 * 86_400
AUDIT_DAYS_MIN = 30  # what somebody has just done they cannot make forgotten
CONTENT_CHARS_MAX = 8_000  # what the contract promises to take at most; rows hold no more


class Group(NamedTuple):
    title: Text
    settings: tuple[Live, ...]


_EVERYONE_OR_ADMINS = {"everyone": _("Everyone"), "admins": _("Its admins")}

GROUPS = (
    Group(
        _("Server"),
        (
            Words(
                name="SERVER_NAME",
                title=_("Name"),
                help=_("What this chat is called, on its sign-in page."),
                chars=60,
                is_needed=True,
            ),
            Words(
                name="SERVER_MESSAGE",
                title=_("Message for everybody"),
                help=_("Shown on the sign-in page and to everybody who is signed in. Empty: none."),
                chars=500,
                has_lines=True,
            ),
        ),
    ),
    Group(
        _("Accounts"),
        (
            Choice(
                name="REGISTRATION",
                title=_("Registration"),
                help=_("Who may make an account. Accounts that exist stay as they are."),
                options={
                    "open": _("Everyone"),
                    "invite": _("With an invitation"),
                    "approval": _("Everyone, and an administrator lets them in"),
                    "closed": _("Nobody"),
                },
            ),
            Choice(
                name="EMAIL_VERIFICATION",
                title=_("Confirmation of e-mail addresses"),
                help=_("Whether an account opens only once its address is confirmed. Mails must go out for that."),
                options={"off": _("Not needed"), "required": _("Required")},
            ),
        ),
    ),
    Group(
        _("Messages"),
        (
            Whole(
                name="RECALL_WINDOW_SECONDS",
                title=_("Time to recall"),
                help=_("How long people may recall their own messages. Rooms may have a time of their own."),
                most=10 * YEAR_SECONDS,
                unit="seconds",
            ),
            Whole(
                name="EDIT_WINDOW_SECONDS",
                title=_("Time to edit"),
                help=_("How long people may edit their own messages. Rooms may have a time of their own."),
                most=10 * YEAR_SECONDS,
                unit="seconds",
                zero=_("at any time"),
            ),
            Whole(
                name="CONTENT_CHARS",
                title=_("Length of a message"),
                help=_("The most characters of a new message. Longer ones that exist stay."),
                least=100,
                most=CONTENT_CHARS_MAX,
                unit="characters",
            ),
            Whole(
                name="UPLOAD_BYTES",
                title=_("Size of an upload"),
                help=_("The largest file that people may send."),
                least=64 * 1024,
                most=2 * 1024**3,
                unit="bytes",
            ),
            Whole(
                name="RETENTION_DAYS",
                title=_("Keep messages for"),
                help=_("Older messages are deleted for good. Rooms may keep theirs for a shorter time."),
                most=36_500,
                unit="days",
                zero=_("for ever"),
            ),
        ),
    ),
    Group(
        _("Rooms"),
        (
            Whole(
                name="ROOMS_PER_PERSON",
                title=_("Rooms of a person"),
                help=_("How many rooms that are not archived one person may own."),
                most=100_000,
                unit="rooms",
                zero=_("any number"),
            ),
            Whole(
                name="ROOM_MEMBERS_MAX",
                title=_("Members of a room"),
                help=_("How many members a room may have. Who is in already stays."),
                most=1_000_000,
                unit="people",
                zero=_("any number"),
            ),
            Choice(
                name="NEW_ROOM_JOIN",
                title=_("New public rooms: who comes in"),
                help=_("The rule that new rooms begin with; their admins may change it."),
                options={"open": _("Everyone"), "approval": _("Whom an admin lets in")},
            ),
            Choice(
                name="NEW_ROOM_HISTORY",
                title=_("New rooms: what newcomers may read"),
                help=_("The rule that new rooms begin with; their admins may change it."),
                options={"all": _("Everything"), "since_joining": _("What is said once they are in")},
            ),
            Choice(
                name="NEW_ROOM_LINKS",
                title=_("New rooms: who may post links"),
                help=_("The rule that new rooms begin with; their admins may change it."),
                options=_EVERYONE_OR_ADMINS,
            ),
            Choice(
                name="NEW_ROOM_UPLOAD",
                title=_("New rooms: who may send files"),
                help=_("The rule that new rooms begin with; their admins may change it."),
                options=_EVERYONE_OR_ADMINS,
            ),
            Choice(
                name="NEW_ROOM_PIN",
                title=_("New rooms: who may pin messages"),
                help=_("The rule that new rooms begin with; their admins may change it."),
                options=_EVERYONE_OR_ADMINS,
            ),
        ),
    ),
    Group(
        _("Protection"),
        (
            Whole(
                name="AUDIT_DAYS",
                title=_("Keep the audit log for"),
                help=_("Older entries are deleted for good, and the log says so. At least 30 days."),
                least=AUDIT_DAYS_MIN,
                most=36_500,
                unit="days",
                zero=_("for ever"),
            ),
            Switch(
                name="RATE_LIMITS",
                title=_("Limits on speed"),
                help=_("Off: nothing slows down who guesses passwords or floods rooms. For load tests only."),
            ),
        ),
    ),
)

LIVE: dict[str, Live] = {live.name: live for group in GROUPS for live in group.settings}
