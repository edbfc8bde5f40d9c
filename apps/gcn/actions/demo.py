"""Events for the demo sky: the kilonova of the simulated night is that of a simulated merger."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from skyportal.astro.cosmology import luminosity_distance

from ..notices import simulator
from ..notices.simulator.gravity import Merger
from .receiving import receive

SEED = 20261122
RISE = 0.6  # d from the merger until its light is brightest


def take_in(say: Callable[[str], None], night: int, truth: Path) -> None:
    """Through the same door as notices from Kafka; those that are there change nothing."""
    folder = Path(settings.DATA) / "demo_events"
    if not (folder / "truth.json").exists():  # it is written last
        say("simulating gravitational waves, bursts and a neutrino")
        simulator.write(folder, night, SEED, kilonova_of(truth, night))
    say("taking their notices in")
    for topic, raw in simulator.in_order(folder):
        receive(raw, topic)


def kilonova_of(truth: Path, night: int) -> Merger | None:
    """The nearest kilonova of a simulated night that flared up in its last days."""
    if not truth.exists():
        return None
    with truth.open() as file:
        seen = [row for row in csv.DictReader(file) if row["kind"] == "Kilonova"]
    young = [row for row in seen if night - 4 < float(row["peak_mjd"]) < night + 1]
    for row in sorted(young or seen, key=lambda row: float(row["redshift"])):
        distance = float(luminosity_distance(float(row["redshift"])))
        return Merger(float(row["ra"]), float(row["dec"]), distance, float(row["peak_mjd"]) - RISE)
    return None
