"""The Django admin's way in: the same password, compared and counted as at the API."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import User
from accounts.services import signing_in
from chatsite.api.client_address import client_address
from chatsite.errors import ChatError


class SignInBackend(ModelBackend):
    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        if username is None or password is None:
            return None
        ip = client_address(request) if request else None
        try:
            user = signing_in.identify(name=username, password=password, ip=ip)
        except ChatError as refusal:
            raise PermissionDenied from refusal
        return user if self.user_can_authenticate(user) else None
