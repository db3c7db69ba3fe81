"""DEMO=1: a made-up community, and the accounts that everybody may look at it with."""

from typing import NamedTuple

from django.utils.translation import gettext as _

PASSWORD = "look-around"  # noqa: S105 - printed for everybody
MESSAGES = 14_000
SEED = 1


class Login(NamedTuple):
    username: str
    display_name: str
    locale: str


LOGINS = (
    Login("xiaoyu", "林小雨", "zh-CN"),
    Login("alex", "Alex Morgan", "en"),
    Login("wangwei", "王伟", "zh-CN"),
)


def invitation() -> str:
    names = ", ".join(login.username for login in LOGINS)
    return _("Sign in as %(names)s; the password of each is %(password)s") % {"names": names, "password": PASSWORD}
