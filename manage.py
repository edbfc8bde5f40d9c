#!/usr/bin/env python
"""Django's command line, with this checkout's PostgreSQL and Redis started first where none are given."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skyportal.settings.dev")
    from skyportal import embedded

    embedded.ensure()
    from django.core.management import execute_from_command_line

    import skyportal.celery  # noqa: F401 - what commands record is queued where our workers look

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
