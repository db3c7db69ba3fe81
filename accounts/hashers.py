"""Passwords as the former system kept them. They open until their owner signs in once; then Django hashes anew."""

import base64
import hashlib
import hmac
import re
from typing import Any

from django.contrib.auth.hashers import BasePasswordHasher, mask_hash

STORED_MAX = 128  # characters that the column holds
ROUNDS_MAX = 10_000_000
SCRYPT_MEMORY_MAX = 128 * 1024 * 1024  # bytes, 128 · n · r · p

_METHOD = re.compile(r"pbkdf2:(?P<digest>sha1|sha256|sha512):(?P<rounds>\d+)|scrypt:(?P<n>\d+):(?P<r>\d+):(?P<p>\d+)")


def from_werkzeug(given: str) -> str | None:
    """`pbkdf2:sha256:600000$salt$hex` or `scrypt:32768:8:1$salt$hex` -> what to store, or None if it is neither."""
    method, _separator, rest = given.partition("$")
    salt, _separator, digest = rest.partition("$")
    if not salt or not _is_bearable(method):
        return None
    try:
        short = base64.b64encode(bytes.fromhex(digest)).decode().rstrip("=")  # in hex, scrypt's would not fit
    except ValueError:
        return None
    stored = f"{WerkzeugPasswordHasher.algorithm}${method}${salt}${short}"
    return stored if short and len(stored) <= STORED_MAX else None


def _is_bearable(method: str) -> bool:
    """Nobody's sign-in may take the server's memory, or minutes."""
    found = _METHOD.fullmatch(method)
    if found is None:
        return False
    if found["digest"]:
        return 0 < int(found["rounds"]) <= ROUNDS_MAX
    n, r, p = (int(found[name]) for name in "nrp")
    return n > 1 and n & (n - 1) == 0 and 0 < 128 * n * r * p <= SCRYPT_MEMORY_MAX


class WerkzeugPasswordHasher(BasePasswordHasher):
    """Only checks: no new password is kept this way, and Django replaces what is not its preferred hasher's."""

    algorithm = "wz"

    def verify(self, password: str, encoded: str) -> bool:
        _algorithm, method, salt, kept = encoded.split("$")
        return hmac.compare_digest(
            base64.b64decode(kept + "=" * (-len(kept) % 4)), _derive(method, salt.encode(), password.encode())
        )

    def safe_summary(self, encoded: str) -> dict[Any, Any]:
        _algorithm, method, salt, kept = encoded.split("$")
        return {"algorithm": method, "salt": mask_hash(salt), "hash": mask_hash(kept)}

    def must_update(self, encoded: str) -> bool:
        return True

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Its work is what the former system chose."""


def _derive(method: str, salt: bytes, password: bytes) -> bytes:
    found = _METHOD.fullmatch(method)
    assert found is not None
    if found["digest"]:
        return hashlib.pbkdf2_hmac(found["digest"], password, salt, int(found["rounds"]))
    n, r, p = (int(found[name]) for name in "nrp")
    return hashlib.scrypt(password, salt=salt, n=n, r=r, p=p, maxmem=2 * SCRYPT_MEMORY_MAX)
