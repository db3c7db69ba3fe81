"""Fills chatsite.gateway.pull.sign_in: whose access token a first frame carries."""

from accounts.authentication import authenticate_token
from chatsite.gateway.pull import SignedIn


def sign_in(token: str) -> SignedIn:
    session, user, expires_at = authenticate_token(token)
    locale = "zh-hans" if user.locale.lower().startswith("zh") else "en"
    return SignedIn(user.pk, session.pk, locale, expires_at.timestamp())
