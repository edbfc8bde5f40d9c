"""A few days of messengers: a neutron-star merger with its kilonova, a retracted alert, bursts, a neutrino.

The same seed gives the same messages. Every one has the form of its sender; the truth is kept beside them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from skyportal.astro.time import datetime_of, mjd_of

from .gravity import Merger, localise
from .messages import Message, circular, classic, gravitational_wave, merger_event, unified

Truth = dict[str, Any]
Story = Callable[[datetime, np.random.Generator], tuple[list[Message], Truth]]


def simulate(night: int, seed: int = 1, merger: Merger | None = None) -> tuple[list[Message], list[Truth]]:
    """Messages in the order of sending, and what truly happened.

    Parameters
    ----------
    night : MJD on which the last night begins
    merger : the neutron-star merger, where it shall be one that is seen in a simulated night; else one somewhere
    """
    rng = np.random.default_rng(seed)
    messages, truth = _neutron_stars(merger or _merger(night, rng), rng)
    truths = [truth]
    for days_before, story in STORIES:
        told, truth = story(_moment(night + 1 - days_before + rng.uniform(-0.1, 0.1)), rng)
        messages += told
        truths.append(truth)
    return sorted(messages, key=lambda message: (message.sent_at, message.name)), truths


def write(folder: str | Path, night: int, seed: int = 1, merger: Merger | None = None) -> list[Path]:
    """The messages as files, numbered in their order, and ``truth.json``."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    messages, truths = simulate(night, seed, merger)
    paths = []
    for number, message in enumerate(messages):
        paths.append(folder / f"{number:02d}_{message.name}")
        paths[-1].write_bytes(message.raw)
    topics = {path.name: message.topic for path, message in zip(paths, messages, strict=True)}
    (folder / "truth.json").write_text(json.dumps({"topics": topics, "events": truths}, indent=1) + "\n")
    return paths


def _moment(mjd: float) -> datetime:
    """To the hundredth of a second, as most senders tell it."""
    found = datetime_of(mjd)
    return found.replace(microsecond=found.microsecond // 10_000 * 10_000)


def _anywhere(rng: np.random.Generator) -> tuple[float, float]:
    return float(rng.uniform(0, 360)), float(np.degrees(np.arcsin(rng.uniform(-0.9, 0.9))))


def _merger(night: int, rng: np.random.Generator) -> Merger:
    ra, dec = _anywhere(rng)
    return Merger(ra, dec, float(rng.uniform(60, 160)), night + 0.3)


def _letters(rng: np.random.Generator) -> str:
    return "".join(rng.choice(list("abcdefghijklmnopqrstuvwxyz"), 2))


def _neutron_stars(merger: Merger, rng: np.random.Generator) -> tuple[list[Message], Truth]:
    """Preliminary with two detectors, initial with three, an update with a better distance; and a circular."""
    time = _moment(merger.mjd)
    name = f"S{time:%y%m%d}{_letters(rng)}"
    classes = {"BNS": 0.9731, "NSBH": 0.0214, "BBH": 0.0, "Terrestrial": 0.0055}
    messages = []
    for kind, minutes, detectors, timing, spread, far in (
        ("PRELIMINARY", 1, ["H1", "L1"], 4e-4, 0.3, 3.1e-10),
        ("INITIAL", 24, ["H1", "L1", "V1"], 4e-4, 0.28, 3.1e-10),
        ("UPDATE", 190, ["H1", "L1", "V1"], 2.5e-4, 0.2, 1.4e-11),
    ):
        sky = localise(merger, detectors, timing, spread, rng)
        event = merger_event(time, far, detectors, classes, HasNS=1.0, HasRemnant=0.98, HasMassGap=0.02)
        messages.append(gravitational_wave(name, kind, time + timedelta(minutes=minutes), event, sky))
    text = (
        f"The candidate {name} was identified at {time:%Y-%m-%d %H:%M:%S} UTC in data of H1, L1 and V1.\n\n"
        "Its false-alarm rate is below one in a hundred years. If it is astrophysical, at least one of the "
        "objects is a neutron star, and matter was very probably left outside."
    )
    told = circular(900001, f"LIGO/Virgo/KAGRA {name}: a compact binary merger candidate", text, name,
                    time + timedelta(minutes=31))  # fmt: skip
    truth = {"name": name, "what": "BNS", "ra": merger.ra, "dec": merger.dec, "distance_mpc": merger.distance,
             "time": time.isoformat()}  # fmt: skip
    return [*messages, told], truth


def _retracted(time: datetime, rng: np.random.Generator) -> tuple[list[Message], Truth]:
    """A glitch that looked like a merger for an hour."""
    ra, dec = _anywhere(rng)
    name = f"S{time:%y%m%d}{_letters(rng)}"
    sky = localise(Merger(ra, dec, 240.0, mjd_of(time)), ["H1", "V1"], 8e-4, 0.35, rng)
    classes = {"BNS": 0.08, "NSBH": 0.31, "BBH": 0.02, "Terrestrial": 0.59}
    event = merger_event(time, 2.6e-7, ["H1", "V1"], classes, HasNS=1.0, HasRemnant=0.4, HasMassGap=0.1)
    return [
        gravitational_wave(name, "PRELIMINARY", time + timedelta(minutes=2), event, sky),
        gravitational_wave(name, "RETRACTION", time + timedelta(minutes=58), None),
    ], {"name": name, "what": "glitch", "time": time.isoformat()}


def _off(place: tuple[float, float], error: float, rng: np.random.Generator) -> tuple[float, float, float]:
    """Measured positions scatter by their errors."""
    ra, dec = place
    up = float(np.clip(dec + rng.normal(0, error / 1.5), -89.5, 89.5))
    return float((ra + rng.normal(0, error / 1.5) / np.cos(np.radians(up))) % 360), up, error


def _fermi(time: datetime, rng: np.random.Generator) -> tuple[list[Message], Truth]:
    """A long burst: alert, on board, on ground, final."""
    place, trigger = _anywhere(rng), int(rng.integers(800_000_000, 899_999_999))
    seen = {"Data_Signif": 12.4, "Most_Likely_Index": 4, "Most_Likely_Prob": 96, "Hardness_Ratio": 0.82}
    steps: tuple[tuple[str, int, str, int, float, dict[str, Any]], ...] = (
        ("GBM_Alert", 110, "FERMI_GBM_ALERT", 6, 0.0, {"Trig_Signif": 6.1, "Trig_Dur": 0.512}),
        ("GBM_Flt_Pos", 111, "FERMI_GBM_FLT_POS", 14, 9.4, seen),
        ("GBM_Gnd_Pos", 112, "FERMI_GBM_GND_POS", 41, 4.1, {"Burst_Signif": 21.3, "Long_short": "unknown"}),
        ("GBM_Fin_Pos", 115, "FERMI_GBM_FIN_POS", 610, 2.2, {"Burst_Signif": 21.3, "Long_short": "Long"}),
    )
    messages = []
    for number, (part, packet, kind, after, error, params) in enumerate(steps):
        measured = _off(place, error, rng) if error else (0.0, 0.0, 0.0)
        identity = f"{part}_{time:%Y-%m-%dT%H:%M:%S.%f}"[:-4] + f"_{trigger}_{number}-1"
        messages.append(classic("Fermi", packet, kind, identity, time, after, measured, {"TrigID": trigger, **params}))
    text = (
        f"At {time:%H:%M:%S} UT on {time:%d %b %Y} the Fermi Gamma-ray Burst Monitor triggered and located "
        f"GRB {time:%y%m%d}A (trigger {trigger}).\n\nThe light curve shows two peaks within 23 s."
    )
    told = circular(900002, f"GRB {time:%y%m%d}A: Fermi GBM detection", text, f"GRB {time:%y%m%d}A",
                    time + timedelta(hours=1))  # fmt: skip
    return [*messages, told], {"name": str(trigger), "what": "GRB", "ra": place[0], "dec": place[1]}


def _swift(time: datetime, rng: np.random.Generator) -> tuple[list[Message], Truth]:
    place, trigger = _anywhere(rng), int(rng.integers(1_900_000, 1_999_999))
    bat = {"TrigID": trigger, "Rate_Signif": 14.2, "Image_Signif": 8.1, "Integ_Time": 1.024, "GRB_Identified": "true"}
    xrt = {"TrigID": trigger, "Det_Signif": 7.7, "Burst_Inten": "2.4e-09"}
    first, second = f"BAT_GRB_Pos_{trigger}-101", f"XRT_Pos_{trigger}-104"
    messages = [
        classic("SWIFT", 61, "SWIFT_BAT_GRB_POS_ACK", first, time, 21, _off(place, 0.05, rng), bat),
        classic("SWIFT", 67, "SWIFT_XRT_POSITION", second, time, 96, _off(place, 0.0014, rng), xrt),
    ]
    return messages, {"name": str(trigger), "what": "GRB", "ra": place[0], "dec": place[1]}


def _neutrino(time: datetime, rng: np.random.Generator) -> tuple[list[Message], Truth]:
    place, run, event = _anywhere(rng), int(rng.integers(150_000, 160_000)), int(rng.integers(1_000_000, 90_000_000))
    params = {"run_id": run, "event_id": event, "Stream": 24, "Rev": 0, "signalness": 0.62, "energy": 187.4,
              "src_error_90": 0.71, "src_error_50": 0.28}  # fmt: skip
    identity = f"ICECUBE_GOLD_Event{time:%Y-%m-%dT%H:%M:%S.%f}"[:-4] + f"_24_{run}_{event}_0"
    return [
        classic("AMON", 173, "ICECUBE_ASTROTRACK_GOLD", identity, time, 32, _off(place, 0.71, rng), params)
    ], {"name": f"{run}_{event}", "what": "neutrino", "ra": place[0], "dec": place[1]}  # fmt: skip


def _x_rays(time: datetime, rng: np.random.Generator) -> tuple[list[Message], Truth]:
    ra, dec, error = _off(place := _anywhere(rng), 0.051, rng)
    trigger = f"0170{int(rng.integers(9_000_000, 10_000_000))}"
    said = {
        "instrument": "WXT", "trigger_time": f"{time:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z", "id": [trigger],
        "ra": round(ra, 4), "dec": round(dec, 4), "ra_dec_error": error, "image_energy_range": [0.5, 4.0],
        "net_count_rate": 0.4, "image_snr": 9.3,
    }  # fmt: skip
    told = unified("einstein_probe/wxt/alert", f"einstein_probe_{trigger}", time + timedelta(minutes=38), **said)
    return [told], {"name": trigger, "what": "X-ray transient", "ra": place[0], "dec": place[1]}


def in_order(folder: str | Path) -> Iterator[tuple[str, bytes]]:
    """Topic and bytes of what `write` wrote."""
    folder = Path(folder)
    for name, topic in json.loads((folder / "truth.json").read_text())["topics"].items():
        yield topic, (folder / name).read_bytes()


STORIES: tuple[tuple[float, Story], ...] = (
    (2.35, _retracted), (1.2, _fermi), (0.8, _swift), (0.45, _neutrino), (0.3, _x_rays),
)  # fmt: skip
"""What else happens, and how many days before the end of the last night."""
