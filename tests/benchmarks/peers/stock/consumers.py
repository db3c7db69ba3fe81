import json
from typing import Any
from urllib.parse import parse_qs

import jwt
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from tests.benchmarks.peers.stock.models import Message


class ChatConsumer(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        token = parse_qs(self.scope["query_string"].decode())["token"][0]
        self.user_id = jwt.decode(token, settings.SECRET_KEY, algorithms=["HS256"])["user_id"]
        self.room_id = int(self.scope["url_route"]["kwargs"]["room_id"])
        self.group = f"chat_{self.room_id}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        text = json.loads(text_data or "")["text"]
        if settings.PERSISTS:
            await Message.objects.acreate(room_id=self.room_id, sender_id=self.user_id, content=text)
        await self.channel_layer.group_send(self.group, {"type": "chat.message", "sender": self.user_id, "text": text})

    async def chat_message(self, event: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps({"sender": event["sender"], "text": event["text"]}))
