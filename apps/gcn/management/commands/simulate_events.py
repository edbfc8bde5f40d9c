"""Write, or take in, a few days of simulated multi-messenger notices."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.gcn.actions.demo import kilonova_of
from apps.gcn.notices import simulator


class Command(BaseCommand):
    help = (
        "Write simulated notices in the forms of their senders: a neutron-star merger with its updates, a retracted "
        "alert, bursts of Fermi and Swift, a neutrino, an X-ray transient, circulars. The truth is kept beside them; "
        "take them in with ingest_gcn."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--night", type=int, default=61000, help="MJD (UTC) on which the last night begins")
        parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same notices")
        parser.add_argument("--truth", type=Path, help="truth.csv of simulate_night: its kilonova is the merger")
        parser.add_argument("--out", type=Path, required=True, help="folder to write to")

    def handle(self, *args: Any, **options: Any) -> None:
        merger = None
        if options["truth"]:
            merger = kilonova_of(options["truth"], options["night"])
            if merger is None:
                raise CommandError(f"{options['truth']} holds no kilonova of that night: simulate more packets.")
        paths = simulator.write(options["out"], options["night"], options["seed"], merger)
        if options["verbosity"]:
            self.stdout.write(f"{len(paths)} messages: {options['out']}")
