"""Make a site ready: what every site starts with, and a demo sky where one is asked for."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.candidates.management import demo, site
from apps.groups.queries import any_people


class Command(BaseCommand):
    help = "Load telescopes, instruments and the default taxonomy; with --demo, fill an empty site with a demo sky."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="People, groups, filters and a simulated night.")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()

        def say(line: str) -> None:
            self.stdout.write(f"{time.monotonic() - started:5.1f} s  {line}")
            self.stdout.flush()

        say("telescopes, instruments, taxonomy")
        site.prepare()
        if not options["demo"]:
            return
        if any_people() and not demo.is_begun():
            say("people are here already: no demo sky")
            return
        demo.build(say)
        say("the demo sky is ready")
