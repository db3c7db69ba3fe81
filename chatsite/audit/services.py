"""Recording what somebody with more rights did."""

from collections.abc import Mapping
from typing import Any

from django.db import models

from chatsite.api.client_address import client_address
from chatsite.api.middleware import current_request
from chatsite.audit.actions import ACTIONS
from chatsite.audit.models import NAME_CHARS, AuditEntry

Actor = models.Model | int | None  # a user or their id; None: the server itself


def record(
    *,
    actor: Actor,
    action: str,
    target_type: str = "",
    target_id: int | None = None,
    target_name: str = "",
    details: Mapping[str, Any] | None = None,
    address: str | None = None,
) -> AuditEntry:
    """Adds an entry to the audit log; call it inside the transaction of the change, so that both stand or neither.

    `action` is one of chatsite/audit/actions.py. `details` hold no contents and no secrets. Without an `address` it is
    that of the request that runs in this thread; whoever acts through a socket has none.
    """
    if action not in ACTIONS:
        raise ValueError(f"{action!r} has no name in chatsite/audit/actions.py")
    return AuditEntry.objects.create(
        actor_id=actor.pk if isinstance(actor, models.Model) else actor,
        action=action,
        target_type=target_type,
        target_id=target_id,
        target_name=target_name[:NAME_CHARS],
        details=dict(details or {}),
        address=address or _here(),
    )


def _here() -> str | None:
    request = current_request.get()
    return client_address(request) if request else None
