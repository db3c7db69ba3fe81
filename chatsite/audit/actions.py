"""Every action that is recorded, and its name for people. `record` takes no other."""

from django.utils.translation import gettext_lazy as _

from chatsite.errors import Text

ACTIONS: dict[str, Text] = {
    "admin.sign_in": _("Signed in to the administration"),
    "audit.export": _("Exported the audit log"),
    "audit.expire": _("Deleted old entries of the audit log"),
    "user.approve": _("Let somebody in"),
    "user.turn_away": _("Turned somebody away"),
    "user.disable": _("Disabled an account"),
    "user.enable": _("Enabled an account"),
    "user.sign_out": _("Signed somebody out"),
    "user.reset_link": _("Made a link for a new password"),
    "user.make_staff": _("Made somebody staff"),
    "user.unmake_staff": _("Took somebody’s staff rights"),
    "user.delete": _("Deleted an account"),
    "registration_invite.make": _("Made an invitation to register"),
    "registration_invite.revoke": _("Revoked an invitation to register"),
    "member.role": _("Changed somebody’s role in a room"),
    "member.kick": _("Removed somebody from a room"),
    "member.ban": _("Banned somebody from a room"),
    "member.unban": _("Lifted a ban from a room"),
    "member.mute": _("Muted somebody in a room"),
    "member.unmute": _("Unmuted somebody in a room"),
    "room.transfer": _("Handed a room on"),
    "room.change": _("Changed a room’s rules or archived it"),
    "room_invite.revoke": _("Revoked an invitation to a room"),
    "message.recall": _("Recalled somebody’s message"),
    "room.rotate_code": _("Gave a room another code"),
    "request.accept": _("Let somebody into a room"),
    "request.decline": _("Turned down a request to join a room"),
    "message.ask": _("Asked to read what two people say"),
    "report.take": _("Took over a report"),
    "report.note": _("Added a note to a report"),
    "report.close": _("Closed a report"),
    "setting.change": _("Changed a setting of the server"),
    "setting.reset": _("Reset a setting of the server"),
    "word.add": _("Added words to the filter"),
    "word.remove": _("Took a word off the filter"),
}

TARGETS: dict[str, Text] = {
    "user": _("person"),
    "room": _("room"),
    "message": _("message"),
    "registration_invite": _("invitation to register"),
    "room_invite": _("invitation to a room"),
    "report": _("report"),
    "word": _("filtered word"),
    "setting": _("setting"),
}


def action_name(action: str) -> Text:
    """What an older release has recorded may have no name any more."""
    return ACTIONS.get(action, action)
