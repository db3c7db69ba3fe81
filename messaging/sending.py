"""The gateway's door to the send batch."""

import asyncio

from chatsite.gateway.connection import Connection
from messaging.batcher import batcher
from messaging.schemas import SendAck, SendMessage
from messaging.services.send import draft


def send_message(connection: Connection, command: SendMessage) -> asyncio.Future[SendAck]:
    """Pipelined: enqueued in the order of arrival, acked after COMMIT."""
    return batcher().submit(
        draft(
            user_id=connection.user_id,
            body=command,
            room_id=command.room_id,
            receiver_id=command.receiver_id,
        )
    )
