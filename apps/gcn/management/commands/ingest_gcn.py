"""Notices and circulars from files."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError

from apps.gcn.actions.receiving import receive

ENDINGS = {".xml", ".json"}
TRUTH = "truth.json"  # what simulate_events writes beside its notices


class Command(BaseCommand):
    help = (
        "Take in notices (VOEvent, JSON) and circulars from files and folders, through the same door as those from "
        "Kafka. A JSON file may hold a list. The same files again change nothing."
    )
    requires_system_checks: list[str] = []  # they would load every page of the site

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="Files, or folders of .xml and .json.")

    def handle(self, *args: Any, **options: Any) -> None:
        files = list(self._files(options["paths"]))
        started, outcomes = time.monotonic(), Counter[str]()
        shown = options["verbosity"] > 0
        for number, path in enumerate(files, 1):
            for raw in messages_of(path):
                found = receive(raw, path.name)
                outcomes[found.outcome] += 1
                if shown and not found.is_well:
                    self.stdout.write(f"{path}: {found.outcome}: {found.reason}")
            if shown and self.stderr.isatty():
                self.stderr.write(f"\r{number}/{len(files)} files, {outcomes.total()} messages ", ending="")
        if shown:
            summary = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common()) or "nothing"
            self.stdout.write(f"{len(files)} files in {time.monotonic() - started:.1f} s: {summary}")

    def _files(self, paths: list[Path]) -> Iterator[Path]:
        for path in paths:
            if path.is_dir():
                found = (file for file in path.rglob("*") if file.suffix.lower() in ENDINGS)
                yield from sorted(file for file in found if file.name != TRUTH)
            elif path.exists():
                yield path
            else:
                raise CommandError(f"There is no {path}.")


def messages_of(path: Path) -> list[bytes]:
    """The file as it is; of a JSON list each member, as it would have come alone."""
    raw = path.read_bytes()
    if raw.lstrip()[:1] == b"[":
        try:
            return [orjson.dumps(one) for one in orjson.loads(raw)]
        except orjson.JSONDecodeError:
            pass
    return [raw]
