import django
from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path

django.setup()

from tests.benchmarks.peers.stock.consumers import ChatConsumer  # noqa: E402 - its model needs the apps

application = ProtocolTypeRouter({"websocket": URLRouter([path("ws/<int:room_id>/", ChatConsumer.as_asgi())])})
