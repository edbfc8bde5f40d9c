"""Read packets again that were set aside."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.candidates.actions.replay import replay
from apps.candidates.alerts.resolvers import FolderResolver
from skyportal.access.viewer import Viewer


class Command(BaseCommand):
    help = "Read packets again that could not be read. Those that can be by now are let in; the others stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ids", nargs="*", type=int, metavar="ID", help="Packets; without any, all of them.")
        parser.add_argument("--schemas", help="Folder of Avro schemas, for messages that only name theirs.")

    def handle(self, *args: Any, **options: Any) -> None:
        resolver = FolderResolver(options["schemas"]) if options["schemas"] else None
        report = replay(Viewer.system("an operator replays packets"), options["ids"] or None, resolver=resolver)
        self.stdout.write(f"{report.new} new, {report.repeated} repeated, {report.refused} refused again")
        for reason, count in report.reasons.most_common(20):
            self.stdout.write(f"  {count:7d} refused: {reason}")
