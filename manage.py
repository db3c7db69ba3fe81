#!/usr/bin/env python
import signal
import sys

from chatsite.settings.environment import choose_settings


def main() -> None:
    choose_settings()
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        _ = settings.INSTALLED_APPS
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)  # where a stack of calls tells nobody anything


if __name__ == "__main__":
    main()
