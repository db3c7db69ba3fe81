"""The WSGI application: REST and pages in a process group of their own, beside the sockets (`serve --rest`)."""

from chatsite.settings.environment import choose_settings

choose_settings()

from chatsite.rest import rest_application  # noqa: E402

# Django is set up before anything that reads its settings is imported.
_application = rest_application()

from django.conf import settings  # noqa: E402

from chatsite.bounded import Bounded  # noqa: E402
from chatsite.startup import prepare_process, settle_memory  # noqa: E402

prepare_process()
settle_memory()
application = Bounded(_application, settings.REST_THREADS)
