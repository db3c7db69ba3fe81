"""What can be done with accounts; one module a noun."""

from accounts.services.administrators import first_admin_code
from accounts.services.registration import Application, Registered, register
from accounts.services.sessions import Device, TokenPair, begin_session, revoke, revoke_all
from accounts.services.signing_in import login

__all__ = [
    "Application",
    "Device",
    "Registered",
    "TokenPair",
    "begin_session",
    "first_admin_code",
    "login",
    "register",
    "revoke",
    "revoke_all",
]
