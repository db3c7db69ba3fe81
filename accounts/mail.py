"""Mail goes out in a thread of its own: nobody waits for it, and its duration tells nobody who has an account."""

import logging
from concurrent.futures import Future, ThreadPoolExecutor

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.utils.translation import override

from accounts.models import User

SMTP_TIMEOUT_SECONDS = 20

logger = logging.getLogger(__name__)
_thread = ThreadPoolExecutor(1, thread_name_prefix="mail")


def send_later(user: User, template: str, **context: object) -> Future[None]:
    """Sends emails/<template>.txt, its first line being the subject, in the user's language."""
    return _thread.submit(_send, user, template, context)


def _send(user: User, template: str, context: dict[str, object]) -> None:
    try:
        _message(user, template, context).send()
    except Exception:  # whatever a mail server answers: it can be asked for again, and the log says why
        logger.exception("mail_lost")


def _message(user: User, template: str, context: dict[str, object]) -> EmailMessage:
    with override("zh-hans" if user.locale == "zh-CN" else "en"):
        text = render_to_string(f"emails/{template}.txt", {"user": user, **context})
    subject, _, body = text.strip().partition("\n")
    connection = get_connection(timeout=SMTP_TIMEOUT_SECONDS)
    return EmailMessage(
        subject.strip(), body.strip() + "\n", settings.DEFAULT_FROM_EMAIL, [user.email], connection=connection
    )
