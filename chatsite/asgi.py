"""The ASGI application: REST and pages as WSGI on a bounded thread pool, the gateway beside it."""

from typing import Any

from chatsite.settings.environment import choose_settings

choose_settings()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from chatsite.rest import rest_application  # noqa: E402

# Django is set up before anything that has models is imported.
wsgi_application = rest_application()

from django.conf import settings  # noqa: E402

from chatsite.bridge import Bridge  # noqa: E402
from chatsite.chores.housekeeper import Housekeeper  # noqa: E402
from chatsite.gateway.hub import stop_hub  # noqa: E402
from chatsite.routing import websocket_urlpatterns  # noqa: E402
from chatsite.startup import prepare_process, settle_memory  # noqa: E402
from presence.tracker import stop_tracker  # noqa: E402

prepare_process()


async def lifespan(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Ends the hub and the presence tracker with the server."""
    housekeeper = Housekeeper()
    while (await receive())["type"] == "lifespan.startup":
        settle_memory()
        housekeeper.start()
        await send({"type": "lifespan.startup.complete"})
    housekeeper.stop()
    await stop_tracker()
    await stop_hub()
    await send({"type": "lifespan.shutdown.complete"})


application = ProtocolTypeRouter(
    {
        # One thread hop a request, on threads that keep their database connection (docs: ARCHITECTURE.md).
        "http": Bridge(wsgi_application, settings.REST_THREADS),
        "websocket": URLRouter(websocket_urlpatterns),
        "lifespan": lifespan,
    }
)
