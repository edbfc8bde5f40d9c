"""A stored event again, as a rehearsal."""

from __future__ import annotations

import time
from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.gcn.actions.replaying import find, replay, sandbox
from skyportal.access.errors import Refusal

TOLD = 5.0
"""Seconds from which on it is said that one waits."""
LONGEST = 600.0
"""Seconds at most between two notices, where nothing else is asked: an erratum may come years after its event."""


def speed(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise ArgumentTypeError("a number above 0")
    return value


class Command(BaseCommand):
    help = (
        "Let a stored event happen again, now: its notices and sky maps in order, in a group of their own, with the "
        "tag replay. Nothing of the real event changes."
    )
    requires_system_checks: list[str] = []  # they would load every page of the site

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("event", help="A name such as S190814bv, a trigger, or a time.")
        parser.add_argument("--speed", type=speed, default=60.0, help="Times as fast as it was (default 60).")
        parser.add_argument(
            "--longest",
            type=speed,
            default=LONGEST,
            help="Never wait longer than so many seconds for the next notice (default %(default)g).",
        )
        parser.add_argument("--group", default="Sandbox", help="In which it happens; made where there is none.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            event, group = find(options["event"]), sandbox(options["group"])
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(f"{event} again, {options['speed']:g} times as fast, in the group {group.name}.")
        made, skipped = None, 0
        try:
            for step in replay(event, group, options["speed"], pause=lambda due: self._wait(due, options["longest"])):
                self.stdout.write(f"{step.number}/{step.of}  +{step.after}  {step.kind}: {step.outcome}")
                self.stdout.flush()
                made, skipped = step.event or made, skipped + step.outcome.startswith("skipped")
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")
        if made is None:
            raise CommandError("None of its notices could be told again.")
        self.stdout.write(f"It is at /event/{made.address}, for members of {group.name}; {skipped} notices skipped.")

    def _wait(self, due: float, longest: float) -> None:
        """Some notices come months after their event: who waits knows for how long."""
        seconds = min(due, longest)
        if seconds >= TOLD:
            instead = "" if seconds == due else f" instead of {timedelta(seconds=round(due))}"
            self.stdout.write(f"The next notice comes in {timedelta(seconds=round(seconds))}{instead}.")
            self.stdout.flush()
        time.sleep(seconds)
