"""Read alert packets from files into a stream."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from contextlib import closing
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.candidates.actions.intake import BATCH, Intake, Report
from apps.candidates.alerts.batches import ahead, decode, in_batches
from apps.candidates.alerts.reading import expand, read_file
from apps.candidates.alerts.resolvers import FolderResolver
from apps.candidates.queries.streams import stream_named
from skyportal.access.errors import NotVisible


class Command(BaseCommand):
    help = "Let the packets of files, folders and patterns into a stream. The same packets again change nothing."
    requires_system_checks: list[str] = []  # they would load every page of the site

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH", help="Files, folders, or patterns such as 'night/*'.")
        parser.add_argument("--stream", required=True, help="Name of the stream they came by.")
        parser.add_argument("--batch", type=int, default=BATCH, help="Packets taken together (default: %(default)s).")
        parser.add_argument("--schemas", help="Folder of Avro schemas, for messages that only name theirs.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            stream = stream_named(options["stream"])
        except NotVisible as refusal:
            raise CommandError(refusal.message) from None
        files = list(expand(options["paths"]))
        if missing := [str(path) for path in files if not path.exists()]:
            raise CommandError(f"There is no {missing[0]}." + (f" ({len(missing)} in all)" if missing[1:] else ""))
        resolver = FolderResolver(options["schemas"]) if options["schemas"] else None
        progress = Progress(self, len(files), shown=options["verbosity"] > 0)
        intake = Intake(stream)
        packets = (packet for path in progress.of(files) for packet in read_file(path, resolver))
        with closing(ahead(map(decode, in_batches(packets, max(1, options["batch"]))))) as batches:
            for batch in batches:
                progress.report.add(intake.take(batch))
                progress.show()
                del batch  # the next one is waited for without it
        progress.sum_up()


class Progress:
    """One line that is written over while files are read; a summary at the end."""

    def __init__(self, command: BaseCommand, files: int, *, shown: bool) -> None:
        self.command, self.files, self.shown = command, files, shown
        self.report, self.done, self.started = Report(), 0, time.monotonic()
        self.live = shown and command.stderr.isatty()

    def of(self, paths: list[Path]) -> Any:
        for path in paths:
            yield path
            self.done += 1

    def show(self) -> None:
        if not self.live:
            return
        filled = 24 * self.done // max(1, self.files)
        line = f"[{'#' * filled}{'.' * (24 - filled)}] {self.done}/{self.files} files, {self.report.read} packets"
        self.command.stderr.write(f"\r{line}, {self.rate:.0f}/s ", ending="")
        self.command.stderr.flush()

    @property
    def rate(self) -> float:
        return self.report.read / max(1e-3, time.monotonic() - self.started)

    def sum_up(self) -> None:
        if not self.shown:
            return
        if self.live:
            self.command.stderr.write("")
        report, write = self.report, self.command.stdout.write
        write(
            f"{report.read} packets of {self.files} files in {time.monotonic() - self.started:.1f} s: {self.rate:.0f}/s"
        )
        write(f"{report.new} new, {report.repeated} repeated, {report.refused} refused, {report.admitted} candidates")
        for name, count in sorted(report.passed.items()):
            write(f"  {count:7d} passed {name}")
        for reason, count in report.reasons.most_common(20):
            write(f"  {count:7d} refused: {reason}")
