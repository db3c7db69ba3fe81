"""Which function answers which command. Apps register theirs; chatsite/routing.py lists the routers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import msgspec

from chatsite.errors import ValidationFailed
from chatsite.gateway.rate_limit import TokenBuckets

if TYPE_CHECKING:
    from chatsite.gateway.connection import Connection

Handler = Callable[["Connection", Any], Awaitable[Any]]
Reply = Callable[[Any], None]  # takes the ack's data or the ChatError that refused the command
PipelinedHandler = Callable[["Connection", Any, Reply], None]
Hook = Callable[["Connection"], None]


async def _pipelined_only(connection: Connection, command: Any) -> Any:
    raise AssertionError("this command is pipelined")


class Route(msgspec.Struct, frozen=True):
    """`pipelined` handlers are plain functions that reply later; those do not wait for each other."""

    schema: type[msgspec.Struct]
    handler: Handler = _pipelined_only
    pipelined: PipelinedHandler | None = None
    rate: TokenBuckets | None = None


class CommandRouter:
    """The commands and connection hooks of one app."""

    def __init__(self) -> None:
        self.routes: dict[str, Route] = {}
        self.connect_hooks: list[Hook] = []
        self.disconnect_hooks: list[Hook] = []

    def command(
        self, name: str, schema: type[msgspec.Struct], *, rate: TokenBuckets | None = None
    ) -> Callable[[Handler], Handler]:
        """The handler gets the connection and the decoded data; it returns the ack's data or an Event as answer."""

        def register(handler: Handler) -> Handler:
            self.routes[name] = Route(schema, handler, rate=rate)
            return handler

        return register

    def pipeline(
        self, name: str, schema: type[msgspec.Struct], handler: PipelinedHandler, *, rate: TokenBuckets | None = None
    ) -> None:
        """The handler starts the command and returns at once; it replies later, exactly once, on the loop."""
        self.routes[name] = Route(schema, pipelined=handler, rate=rate)

    def on_connect(self, hook: Hook) -> Hook:
        """Runs once the connection is authenticated, after `ready`."""
        self.connect_hooks.append(hook)
        return hook

    def on_disconnect(self, hook: Hook) -> Hook:
        self.disconnect_hooks.append(hook)
        return hook

    def include(self, *routers: CommandRouter) -> CommandRouter:
        for router in routers:
            self.routes |= router.routes
            self.connect_hooks += router.connect_hooks
            self.disconnect_hooks += router.disconnect_hooks
        return self

    def find(self, name: str) -> Route:
        try:
            return self.routes[name]
        except KeyError:
            raise ValidationFailed({"type": ["unknown command"]}) from None
