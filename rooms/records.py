"""What moderators do to others, for the audit log; inside the transaction that does it."""

from datetime import datetime

from chatsite.audit.services import record


def record_about(member_id: int, action: str, *, by: int, room_id: int, **details: object) -> None:
    """Somebody was kicked, muted, promoted … by somebody else."""
    facts = {"room_id": room_id, **{name: _plain(value) for name, value in details.items()}}
    record(actor=by, action=action, target_type="user", target_id=member_id, details=facts)


def record_room(room_id: int, name: str, action: str, *, by: int, **details: object) -> None:
    """Something of the room itself was changed; never what it says, only what of it."""
    record(actor=by, action=action, target_type="room", target_id=room_id, target_name=name, details=details)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
