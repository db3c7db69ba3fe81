"""The routers of all apps, as urls.py lists their REST paths."""

from django.urls import re_path

from chatsite.gateway.consumer import GatewayConsumer, reject
from chatsite.gateway.router import CommandRouter
from messaging.commands import router as messaging
from presence.commands import router as presence
from rooms.commands import router as rooms

router = CommandRouter().include(rooms, presence, messaging)
GatewayConsumer.router = router

websocket_urlpatterns = [
    re_path(r"^ws/?$", GatewayConsumer.as_asgi()),
    re_path(r"", reject),  # type: ignore[arg-type]
]
