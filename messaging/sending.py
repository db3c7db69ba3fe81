"""The gateway's door to the send batch."""

from functools import partial

from chatsite.errors import ChatError
from chatsite.gateway.connection import Connection
from chatsite.gateway.router import Reply
from messaging.batcher import batcher
from messaging.schemas import SendMessage
from messaging.services.send import Result, draft


def send_message(connection: Connection, command: SendMessage, reply: Reply) -> None:
    """Pipelined: enqueued in the order of arrival, acked after COMMIT."""
    wanted = draft(user_id=connection.user_id, body=command, room_id=command.room_id, receiver_id=command.receiver_id)
    batcher().submit(wanted, partial(_answer, reply))


def _answer(reply: Reply, result: Result) -> None:
    reply(result if isinstance(result, ChatError) else result.ack())
