"""A simulated night of a survey like ZTF or LSST: true packets of an invented sky, and the truth beside them.

The same seed gives the same night, byte for byte. Whatever reads these packets cannot tell them from the survey's.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from . import lsst, packets, survey
from .encoding import container, encoder
from .lsst_schema import lsst_schema
from .population import ABUNDANCE, SkyObject, draw
from .schema import ztf_schema

__all__ = ["SCHEMAS", "Truth", "message", "simulate", "write_night", "ztf_schema"]

SCHEMAS = {"ztf": ztf_schema, "lsst": lsst_schema}

PER_FILE = 1000
PER_FIELD = 250  # alerts


@dataclass(frozen=True)
class Truth:
    """What an object really is."""

    object_id: str
    kind: str
    ra: float
    dec: float
    redshift: float
    peak_mjd: float
    peak_mag: float
    alerts: int


def simulate(
    night: int, count: int, seed: int = 1, survey_key: str = "ztf"
) -> Iterator[tuple[list[dict[str, Any]], Truth]]:
    """Objects of one night (MJD of its beginning in UTC), each with its packets, until there are ``count`` packets."""
    is_lsst = survey_key == "lsst"
    rng = np.random.default_rng([seed, night])
    fields = (lsst.fields if is_lsst else survey.observed)(night, rng, max(4, -(-count // PER_FIELD)))
    side, detectors = (lsst.FIELD_SIDE, lsst.DETECTORS) if is_lsst else (survey.FIELD_SIDE, 64)
    kinds = [kind for kind in ABUNDANCE if not (is_lsst and kind == "Asteroid")]
    share = np.array([ABUNDANCE[kind] for kind in kinds])
    number, made = int(rng.integers(26**6)), 0
    drawn = [0] * len(fields)
    while made < count:
        which = int(rng.integers(len(fields)))
        field, place = fields[which], divmod(drawn[which], detectors)[::-1]  # detector, and count on it: unique ids
        drawn[which] += 1
        thing = draw(str(rng.choice(kinds, p=share / share.sum())), *_place(field, side, rng), float(night), rng)
        number += 1
        if is_lsst:
            found = list(lsst.packets(thing, field, place, night, rng))[: count - made]
        else:
            found = list(packets.packets(thing, field, place, night, number, rng))[: count - made]
        if found:
            made += len(found)
            yield found, _truth(found, thing)


def _place(field, side: float, rng) -> tuple[float, float]:
    """A random position in a field."""
    x, y = rng.uniform(-side / 2, side / 2, 2)
    dec = float(np.clip(field.dec + y, -89.9, 89.9))
    return float((field.ra + x / np.cos(np.radians(dec))) % 360), dec


def _truth(found: list[dict], thing: SkyObject) -> Truth:
    return Truth(
        found[0].get("objectId") or str(found[0]["diaObject"]["diaObjectId"]),
        thing.kind,
        thing.ra,
        thing.dec,
        thing.redshift,
        thing.peak_mjd,
        thing.peak_mag,
        len(found),
    )


def message(packet: dict[str, Any], survey_key: str = "ztf") -> bytes:
    """A packet as ZTF's Kafka stream carries it: an Avro container with its schema and one record."""
    schema = SCHEMAS[survey_key]()
    return container(schema, [encoder(schema)(packet)], bytes(16))


def write_night(
    folder: str | Path, night: int, count: int, seed: int = 1, progress=None, survey_key: str = "ztf"
) -> dict[str, Any]:
    """Write a night to ``folder``: Avro files of up to 1,000 packets, ``truth.csv``, ``night.json``.

    Each packet is a block of its own, so that a reader can take one without the others. Gives the summary that
    ``night.json`` holds.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    schema = SCHEMAS[survey_key]()
    encode = encoder(schema)
    marker = np.random.default_rng(seed).bytes(16)  # containers end blocks by random bytes; ours repeat with the seed
    waiting: list[bytes] = []
    truths: list[Truth] = []
    files = made = 0
    for found, truth in simulate(night, count, seed, survey_key):
        truths.append(truth)
        waiting += map(encode, found)
        made += len(found)
        if len(waiting) >= PER_FILE or made >= count:
            (folder / f"{survey_key}_sim_{night}_{files:04d}.avro").write_bytes(container(schema, waiting, marker))
            waiting, files = [], files + 1
        if progress:
            progress(made, count)
    with (folder / "truth.csv").open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(Truth.__dataclass_fields__)
        rows.writerows([getattr(t, name) for name in Truth.__dataclass_fields__] for t in truths)
    summary = {
        "survey": survey_key,
        "night": night,
        "seed": seed,
        "packets": made,
        "objects": len(truths),
        "files": files,
    }
    (folder / "night.json").write_text(json.dumps(summary) + "\n")
    return summary
