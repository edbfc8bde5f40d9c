"""Alerts from packets to candidates: how many a second, at what cost in processor time and memory.

A simulated night of ZTF packets with cutouts goes through 25 filters that let one packet in a thousand pass, by the
command that operators use. It is watched from outside: the stream's counter after each batch, and `/proc`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from apps.candidates.models import Filter, FilterVersion, StreamPulse
from apps.groups.models import Group, Stream

ROOT = Path(__file__).resolve().parent.parent
FILTERS = 25
EVERY = 0.05
"""Seconds between two looks."""
TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Watched:
    """What was seen of a command and its children while it ran."""

    seconds: float = 0.0
    batches: list[tuple[float, int]] = field(default_factory=list)
    """When (seconds from the start) how many packets were done."""
    cpu: dict[int, float] = field(default_factory=dict)
    peak: int = 0
    """bytes, all processes together"""

    @property
    def steady(self) -> float:
        """Packets a second from the end of the first batch to the end of the last."""
        (first_at, first), (last_at, last) = self.batches[0], self.batches[-1]
        return (last - first) / (last_at - first_at) if last > first else float("nan")


def ingest(packets: int, survey: str = "ztf") -> dict[str, float]:
    """Print and give what ingesting so many packets took."""
    night = Path(os.environ["DATA"]) / ("bench_night_" + ("" if survey == "ztf" else f"{survey}_") + f"{packets}")
    if not (night / "night.json").exists():
        print(f"\nsimulating {packets:,} packets")
        call_command("simulate_night", packets=packets, survey=survey, out=night, seed=7, verbosity=0)
    stream = _stream(survey)
    try:
        seen = _watch(
            [sys.executable, "manage.py", "ingest_alerts", str(night / "*.avro"), "--stream", stream.name, "-v0"],
            stream,
        )
    finally:
        Filter.objects.filter(stream=stream).update(enabled=False)
    pulse = StreamPulse.objects.get(stream=stream)
    found = {
        "packets": pulse.packets,
        "passed": pulse.passed,
        "steady_per_s": seen.steady,
        "seconds": seen.seconds,
        "with_start_per_s": pulse.packets / seen.seconds,
        "cpu_ms_per_alert": 1000 * sum(seen.cpu.values()) / pulse.packets,
        "peak_mb": seen.peak / 1e6,
    }
    title = f"{pulse.packets:,} {survey.upper()} packets with cutouts, {FILTERS} filters, {pulse.passed} candidates"
    print(f"\ningestion of {title}: {seen.seconds:.0f} s")
    print(f"  {seen.steady:.0f} alerts/s in steady state, {found['with_start_per_s']:.0f} with the command's start")
    print(f"  {sum(seen.cpu.values()):.1f} s of processor time, {found['cpu_ms_per_alert']:.2f} ms an alert")
    print(f"  {found['peak_mb']:.0f} MB at most in {len(seen.cpu)} processes")
    return found


def _stream(survey: str) -> Stream:
    """A stream of its own for each run, so that every packet is new to the archive."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    stream = Stream.objects.create(name=f"bench {stamp}", altdata={"survey": survey.upper(), "programids": [1, 2, 3]})
    group = Group.objects.create(name=f"bench {stamp}")
    group.streams.set([stream])
    for number in range(FILTERS):
        made = Filter.objects.create(name=f"filter {number}", group=group, stream=stream)
        FilterVersion.objects.create(
            filter=made, number=1, active=True, condition=_condition(number, survey), annotations=ANNOTATIONS[survey]
        )
    return stream


ANNOTATIONS = {
    "ztf": {
        "mag": "candidate.magpsf",
        "age": "candidate.jd - candidate.jdstarthist",
        "rise": "candidate.magpsf - list_min(list_transform(prv_candidates, lambda p: p.magpsf))",
    },
    "lsst": {
        "flux": "diaSource.psfFlux",
        "sources": "diaObject.nDiaSources",
        "rise": "diaSource.psfFlux - list_max(list_transform(prvDiaSources, lambda p: p.psfFlux))",
    },
}
SOURCE = {"ztf": "candidate", "lsst": "diaSource"}


def _condition(number: int, survey: str) -> str:
    """Each lets one packet in 25,000 pass, drawn by position; half of them read every earlier detection of every packet
    (the sum leaves the database no way to test the draw first)."""
    drawn = f"(cast({SOURCE[survey]}.ra * 1e5 as bigint) % {1000 * FILTERS})"
    if survey == "lsst":
        if number % 2:
            earlier = "len(list_filter(prvDiaSources, lambda p: p.psfFlux > 0 and p.reliability > 0.1))"
            return f"coalesce({earlier}, 0) + 1000 * {drawn} between {1000 * number} and {1000 * number + 999}"
        return f"diaSource.reliability > 0 and diaSource.psfFlux > {-1000 - number} and {drawn} = {number}"
    if number % 2:
        earlier = "len(list_filter(prv_candidates, lambda p: p.magpsf is not null and p.isdiffpos = 't'))"
        return f"coalesce({earlier}, 0) + 1000 * {drawn} between {1000 * number} and {1000 * number + 999}"
    return f"candidate.drb > 0 and candidate.magpsf < {25 + number} and {drawn} = {number}"


def _watch(command: list[str], stream: Stream) -> Watched:
    seen, started = Watched(), time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "DATA": str(settings.DATA)})
    while process.poll() is None:
        _look(process.pid, seen)
        done = StreamPulse.objects.filter(stream=stream).values_list("packets", flat=True).first() or 0
        if done > (seen.batches[-1][1] if seen.batches else 0):
            seen.batches.append((time.monotonic() - started, done))
        time.sleep(EVERY)
    seen.seconds = time.monotonic() - started
    if process.returncode:
        raise SystemExit(f"ingest_alerts ended with {process.returncode}.")
    return seen


def _look(root: int, seen: Watched) -> None:
    resident = 0
    for pid in _family(root):
        try:
            stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            resident += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
        except (FileNotFoundError, ProcessLookupError):
            continue
        seen.cpu[pid] = (int(stat[11]) + int(stat[12])) / TICK
    seen.peak = max(seen.peak, resident)


def _family(root: int) -> Iterator[int]:
    """A process and all below it."""
    yield root
    for children in Path(f"/proc/{root}/task").glob("*/children"):
        try:
            below = children.read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        for pid in below:
            yield from _family(int(pid))
