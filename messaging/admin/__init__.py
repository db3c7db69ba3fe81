from messaging.admin import messages, reports, words  # noqa: F401 -- register themselves
