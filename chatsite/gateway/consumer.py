"""GatewayConsumer: the incoming side of one WebSocket, from handshake to close. It knows no domain word."""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

import msgspec
from channels.consumer import AsyncConsumer
from django.conf import settings
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from structlog.contextvars import bound_contextvars

from chatsite import metrics
from chatsite.errors import ChatError, RateLimited, Unavailable, ValidationFailed, decode, new_request_id
from chatsite.gateway import frames, hoarding, rate_limit
from chatsite.gateway import pull as slots
from chatsite.gateway.admission import TooMany
from chatsite.gateway.authentication import asks_for_language, headers_of, locale_of, origin_is_allowed
from chatsite.gateway.connection import Batch, Connection, Disconnected, Receive, Send, SendWire, Wire, refusal
from chatsite.gateway.events import Event
from chatsite.gateway.frames import Authenticate, Close, Command, Ready, Reconnect
from chatsite.gateway.hub import hub
from chatsite.gateway.pending import Pending
from chatsite.gateway.pull import Claims
from chatsite.gateway.router import CommandRouter, PipelinedHandler
from chatsite.gateway.terms import limits, server

logger = logging.getLogger(__name__)

FIRST_FRAME_SECONDS = 10
ID_CHARS = 128
PENDING_MAX = 128  # sends of one connection that may wait for their commit; then reading stops
RESTART_RETRY_SECONDS = 1.0
DRAIN_SECONDS = 8.0
PROTOCOL = 1

_parse = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_parse_strictly = msgspec.json.Decoder(Command).decode


class Ended(Exception):
    """The connection ends with this close code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Incoming(NamedTuple):
    type: str
    id: str | None
    data: msgspec.Raw
    refused: list[str]  # members that must not be there, or not like this


def parse(text: str | bytes) -> Incoming:
    """A message -> the frame in it; bytes are of a binary one."""
    if isinstance(text, bytes):
        raise Ended(Close.MALFORMED)
    if len(text) > settings.FRAME_BYTES or len(raw := text.encode()) > settings.FRAME_BYTES:
        raise Ended(Close.TOO_LARGE)
    try:
        frame = _parse_strictly(raw)
        if not _is_too_long(frame.id):
            return Incoming(frame.type, frame.id, frame.data, [])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass  # not as it should be: is it a frame at all, and what is wrong with it?
    try:
        members = _parse(raw)
        kind = msgspec.json.decode(members.pop("type"), type=str)
    except (msgspec.DecodeError, KeyError, RecursionError, UnicodeDecodeError):
        return _parse_leniently(text)
    reply_to = members.pop("id", None)
    data = members.pop("data", msgspec.Raw(b"{}"))
    return Incoming(kind, _id(reply_to), data, [*members, *(["id"] if _bad_id(reply_to) else [])])


def _parse_leniently(text: str) -> Incoming:
    """A frame that holds something we refuse (a lone surrogate) is still answered; what is no frame ends it all."""
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        raise Ended(Close.MALFORMED) from None
    if not isinstance(frame, dict) or not isinstance(frame.get("type"), str):
        raise Ended(Close.MALFORMED)
    reply_to = frame.get("id")
    is_clean = isinstance(reply_to, str) and len(reply_to) <= ID_CHARS and reply_to.isprintable()
    return Incoming(frame["type"], reply_to if is_clean else None, msgspec.Raw(b"{}"), ["data"])


def _id(raw: msgspec.Raw | None) -> str | None:
    return None if raw is None or _bad_id(raw) else msgspec.json.decode(raw, type=str | None)


def _is_too_long(reply_to: str | None) -> bool:
    return reply_to is not None and len(reply_to) > ID_CHARS


def _bad_id(raw: msgspec.Raw | None) -> bool:
    if raw is None:
        return False
    try:
        value = msgspec.json.decode(raw, type=str | None)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return True
    return value is not None and len(value) > ID_CHARS


class GatewayConsumer(AsyncConsumer):  # type: ignore[misc]
    """Its own receive loop: no task, queue or thread per receiver, and no channel of its own."""

    router: CommandRouter = CommandRouter()

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        headers = headers_of(scope.get("headers", ()))
        await receive()  # websocket.connect
        if not origin_is_allowed(headers):
            await send({"type": "websocket.close"})  # HTTP 403
            return
        await send({"type": "websocket.accept"})
        await self.serve(SendWire(receive, send), locale_of(headers), is_wish=asks_for_language(headers))

    async def serve(self, wire: Wire, locale: str, *, is_wish: bool = False) -> None:
        """From the opened socket to its end. Unless it is a wish, `locale` holds until we know the user's own."""
        self._wire = wire
        self._locale = locale
        self._is_wish = is_wish
        self._pending = Pending()
        try:
            await self._converse(await self._authenticate())
        except Ended as end:
            self._close(end.code)
        except Disconnected:
            if self.connection is None or self.connection.close_code is None:
                metrics.closed.labels("client").inc()
            return
        with suppress(Disconnected):
            while True:
                await wire.receive()  # reads on until the socket is closed, so that the close frame gets out

    def _close(self, code: int) -> None:
        metrics.closed.labels(str(int(code))).inc()
        self._wire.close(code)

    connection: Connection | None = None
    _is_idle = False  # waits for the next frame

    # --- the first frame

    async def _authenticate(self) -> Connection:
        deadline = asyncio.get_running_loop().call_later(FIRST_FRAME_SECONDS, self._wire.close, Close.SILENT)
        try:
            frame = parse(await self._wire.receive())
        finally:
            deadline.cancel()
        try:
            if frame.type != "authenticate":
                raise ChatError("authentication_failed")
            return await self._enter(frame.id, self._decode_authenticate(frame))
        except TooMany as storm:
            self._wire.write(Batch([Reconnect(retry_after=storm.retry_after).frame()]))
            raise Ended(Close.RESTART) from storm
        except ChatError as error:
            self._refuse(frame.id, error)
            raise Ended(Close.RESTART if error.code == "unavailable" else Close.UNAUTHENTICATED) from error

    def _decode_authenticate(self, frame: Incoming) -> Authenticate:
        self._require_clean(frame)
        command: Authenticate = decode(frame.data, Authenticate)
        return command

    def _refuse(self, reply_to: str | None, error: ChatError) -> None:
        self._wire.write(Batch([frames.error(reply_to, refusal(error, self._locale))]))

    async def _enter(self, reply_to: str | None, command: Authenticate) -> Connection:
        """Subscribe, read where the rooms stand, say `ready`, then catch up behind gates: never the other way round."""
        versions = command.versions()
        claims = slots.read_token(command.token)._replace(rooms=frozenset(versions))
        metrics.frames_in.labels("authenticate").inc()
        connection = self._connection(claims)
        connection.hold()
        connection.hub.enter(connection)
        try:
            ready = await connection.hub.admission.admit(claims)
            if connection.close_code is not None:
                raise Disconnected  # revoked while we asked whether it stands
            if not self._is_wish:
                connection.locale = ready.locale
            hoarding.make_room(connection.hub.users.get(connection.user_id, ()))
            ahead = connection.hub.follow(connection, ready.heads)
            connection.admit(self._ready_frame(reply_to, claims, ready))
            await self._catch_up(connection, command, versions, ready, ahead)
        except BaseException:
            connection.hub.leave(connection)
            raise
        return connection

    def _connection(self, claims: Claims) -> Connection:
        self.connection = connection = Connection(
            hub=hub(),
            wire=self._wire,
            user_id=claims.user_id,
            session_id=claims.session_id,
            locale=self._locale,
            expires_at=claims.expires_at,
        )
        return connection

    def heard(self) -> None:
        """A pong."""
        if self.connection is not None:
            self.connection.heard()

    def _ready_frame(self, reply_to: str | None, claims: Claims, ready: slots.Ready) -> bytes:
        event = Ready(
            user=ready.user,
            session_id=claims.session_id,
            protocol=PROTOCOL,
            epoch=ready.epoch,
            server_time=now(),
            heartbeat_seconds=settings.HEARTBEAT_SECONDS,
            limits=limits(),
            server=server(),
            rooms=list(ready.heads),
        )
        return event.frame(reply_to)

    async def _catch_up(
        self,
        connection: Connection,
        command: Authenticate,
        mine: dict[int, int],
        ready: slots.Ready,
        ahead: list[int],
    ) -> None:
        """Nothing may wait before the gates are closed: whoever is behind would hear of what comes next first."""
        heads = {head.room_id: head.version for head in ready.heads}
        same_epoch = command.epoch is None or command.epoch == ready.epoch
        behind = {r: v for r, v in mine.items() if r in heads and (v != heads[r] or not same_epoch)}
        behind |= {r: heads[r] for r in ahead if r not in behind}
        for farewell in ready.farewells:
            connection.send(farewell)
        for welcome in connection.take_welcomes():
            connection.hub.attach(connection, welcome)
        if behind:
            await connection.hub.catch_up_all(connection, behind, same_epoch=same_epoch, is_behind=True)

    # --- commands

    async def _converse(self, connection: Connection) -> None:
        try:
            for hook in self.router.connect_hooks:
                hook(connection)
            while True:
                self._is_idle = True
                message = await self._wire.receive()
                self._is_idle = False
                connection.heard()
                self._require_budget(connection)
                await self._dispatch(connection, parse(message))
        finally:
            self._is_idle = False
            connection.hub.leave(connection)
            for hook in self.router.disconnect_hooks:
                hook(connection)

    def take(self, text: bytes) -> bool:
        """Starts a pipelined command right where it comes off the wire; False = it takes its turn in the queue.

        Only what is in order is taken. Whatever is wrong with a frame, `_dispatch` finds and answers.
        """
        connection = self.connection
        if connection is None or not self._is_idle:
            return False
        if self._pending.count >= PENDING_MAX or len(text) > settings.FRAME_BYTES:
            return False
        try:
            frame = _parse_strictly(text)
            route = self.router.routes[frame.type]
            if route.pipelined is None or _is_too_long(frame.id):
                return False
            command = msgspec.json.decode(frame.data, type=route.schema)
            if route.rate is not None:
                route.rate.take(connection.user_id)
            rate_limit.frames.take(connection.id)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError, ChatError):
            return False
        connection.heard()
        try:
            self._begin(connection, frame.id, route.pipelined, command)
        except ChatError as error:
            connection.send_error(error, frame.id)
        return True

    def _begin(self, connection: Connection, reply_to: str | None, handler: PipelinedHandler, command: Any) -> None:
        handler(connection, command, partial(self._finish, connection, reply_to))
        self._pending.add()

    def _require_budget(self, connection: Connection) -> None:
        try:
            rate_limit.frames.take(connection.id)
        except RateLimited as error:
            connection.send_error(error)
            raise Ended(Close.TOO_MANY) from error

    async def _dispatch(self, connection: Connection, frame: Incoming) -> None:
        """What is logged meanwhile, here or in the pool, carries the id that an error would."""
        with bound_contextvars(request_id=new_request_id()):
            await self._do(connection, frame)

    async def _do(self, connection: Connection, frame: Incoming) -> None:
        try:
            self._require_clean(frame)
            if frame.type == "authenticate":
                await self._extend(connection, frame)
                return
            route = self.router.find(frame.type)
            command = decode(frame.data, route.schema)
            if route.rate is not None:
                route.rate.take(connection.user_id)
            if route.pipelined is not None:
                await self._pending.at_most(PENDING_MAX - 1)
                self._begin(connection, frame.id, route.pipelined, command)
            else:
                metrics.frames_in.labels(frame.type).inc()  # one of the router's
                metrics.replies.inc()
                await self._pending.at_most(0)  # any other command waits for the sends before it
                self._answer(connection, frame.id, await route.handler(connection, command))
        except ChatError as error:
            connection.send_error(error, frame.id)
        except (Disconnected, Ended):
            raise
        except Exception:
            logger.exception("command_failed", extra={"command": metrics.known(frame.type, self.router.routes)})
            connection.send_error(Unavailable(), frame.id)

    def _require_clean(self, frame: Incoming) -> None:
        if frame.refused:
            raise ValidationFailed({name: [_("This is not valid.")] for name in frame.refused})

    def _answer(self, connection: Connection, reply_to: str | None, result: Any) -> None:
        if isinstance(result, Event):
            connection.send_event(result, reply_to)
        elif reply_to is not None:
            connection.send(frames.ack(reply_to, {} if result is None else result))

    def _finish(self, connection: Connection, reply_to: str | None, result: Any) -> None:
        """The reply of a pipelined command."""
        self._pending.remove()
        if isinstance(result, ChatError):
            connection.send_error(result, reply_to)
        else:
            self._answer(connection, reply_to, result)

    async def _extend(self, connection: Connection, frame: Incoming) -> None:
        """`authenticate` again, with a fresh token of the same user and session."""
        metrics.frames_in.labels("authenticate").inc()
        try:
            claims = slots.read_token(self._decode_authenticate(frame).token)
            ready = await connection.hub.admission.admit(claims)
        except TooMany as storm:
            raise Unavailable(storm.retry_after) from storm
        except ChatError as error:
            if error.code in ("authentication_failed", "token_expired"):
                connection.send_error(error, frame.id)
                raise Ended(Close.UNAUTHENTICATED) from error
            raise
        if (claims.user_id, claims.session_id) != (connection.user_id, connection.session_id):
            connection.send_error(ChatError("authentication_failed"), frame.id)
            raise Ended(Close.UNAUTHENTICATED)
        connection.expires_at = claims.expires_at
        connection.send(self._ready_frame(frame.id, claims, ready))

    # --- the server stops

    def go_away(self) -> None:
        """Says goodbye, waits for what is being committed, and closes with 1012."""
        if self.connection is None:
            self._wire.close(Close.RESTART)
        else:
            self.connection.hub.spawn(self._say_goodbye(self.connection))

    async def _say_goodbye(self, connection: Connection) -> None:
        reconnect = Reconnect(retry_after=RESTART_RETRY_SECONDS).frame()
        if not self._pending.count:
            connection.close(Close.RESTART, reconnect)
            return
        connection.send(reconnect)
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await self._pending.at_most(0)
        connection.close(Close.RESTART)


async def reject(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """ASGI application for every other WebSocket address: HTTP 403 at the handshake."""
    await receive()
    await send({"type": "websocket.close"})
