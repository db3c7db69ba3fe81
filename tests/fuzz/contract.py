"""What the contract lets a server answer: a table of its own, so that the product cannot grade itself."""

STATUS_OF = {
    "validation_error": 400,
    "authentication_failed": 401,
    "token_expired": 401,
    "permission_denied": 403,
    "not_a_member": 403,
    "muted": 403,
    "blocked": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "conflict": 409,
    "room_archived": 409,
    "recall_window_closed": 409,
    "too_large": 413,
    "unsupported_media": 415,
    "rate_limited": 429,
    "unavailable": 503,
}
ERROR_MEMBERS = {"code", "message", "fields", "retry_after", "request_id"}

INVALID = frozenset({"validation_error"})
# A healthy server whose limits are off says neither `unavailable` nor `rate_limited`.
REFUSALS = frozenset(STATUS_OF) - {"unavailable", "rate_limited", "token_expired", "authentication_failed"}
DONE = {"authenticate": "ready", "join_room": "joined_room", "leave_room": "left_room"}  # everything else: `ack`

MALFORMED, SIGNED_OUT, TOO_LARGE, TOO_MANY = 4400, 4401, 4413, 4429
PROTOCOL_ERROR, BAD_UTF8, TOO_BIG = 1002, 1007, 1009  # RFC 6455 §7.4.1

FRAME_BYTES = 128 * 1024
# What somebody may hear unasked, who shares rooms with those who do odd things.
EVENTS = frozenset(
    {
        *("new_message", "message_updated", "member_joined", "member_left", "member_updated", "membership_updated"),
        *("user_updated", "room_updated", "room_added", "room_removed", "room_sync", "read_updated", "typing"),
        *("user_online", "user_offline", "presence_changed"),
    }
)


def answers_to(command: str) -> frozenset[str]:
    """Whatever a command that says something sensible may be answered."""
    return REFUSALS | {DONE.get(command, "ack")}
