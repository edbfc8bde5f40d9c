"""Write one simulated night of alert packets."""

from pathlib import Path

from django.core.management.base import BaseCommand

from apps.candidates.alerts import simulator

LAST_NIGHT = 61000


class Command(BaseCommand):
    """A sky of our own, observed as ZTF or LSST would; the truth is kept beside it."""

    help = "Write a simulated night of alert packets in a survey's own schema, with the truth beside them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser):
        """What to simulate and where to."""
        parser.add_argument("--night", type=int, default=LAST_NIGHT, help="MJD (UTC) on which the night begins")
        parser.add_argument("--survey", choices=list(simulator.SCHEMAS), default="ztf", help="whose packets")
        parser.add_argument("--packets", type=int, default=3000, help="how many alert packets")
        parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same night")
        parser.add_argument("--out", type=Path, required=True, help="folder to write to")

    def handle(self, *, night, survey, packets, seed, out, **options):
        """Simulate and say what was written."""

        def progress(made, count):
            if options["verbosity"] and self.stderr.isatty():
                self.stderr.write(f"\r{made} of {count} packets", ending="")

        summary = simulator.write_night(out, night, packets, seed, progress, survey)
        self.stdout.write(
            f"{summary['packets']} packets of {summary['objects']} objects in {summary['files']} files: {out}"
        )
