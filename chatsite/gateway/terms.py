"""What the server says of itself: to who enters, to all who are connected when it changes, and at /api/server."""

from django.conf import settings

from chatsite.gateway.frames import ReadyLimits, ServerOut, ServerUpdated
from chatsite.live import setting


def server() -> ServerOut:
    return ServerOut(
        name=setting("SERVER_NAME"),
        message=setting("SERVER_MESSAGE"),
        edit_seconds=setting("EDIT_WINDOW_SECONDS"),
        registration=setting("REGISTRATION"),
        email_verification=setting("EMAIL_VERIFICATION"),
    )


def limits() -> ReadyLimits:
    return ReadyLimits(
        content_chars=setting("CONTENT_CHARS"),
        frame_bytes=settings.FRAME_BYTES,
        upload_bytes=setting("UPLOAD_BYTES"),
        recall_seconds=setting("RECALL_WINDOW_SECONDS"),
        keep_days=setting("RETENTION_DAYS") or None,
    )


def terms() -> ServerUpdated:
    return ServerUpdated(server=server(), limits=limits())
