"""A synthetic data set in the neutral form that `loading` reads: one year of a survey, the same for the same seed.

At scale 1 it has the volume at which the peer was timed: 150,000 objs of which 50,000 are saved, 20 groups, 200,000
candidates with an annotation each, 1,000,000 photometry points (twenty sources have 5,000), 100,000 classifications.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

YEAR = datetime(2019, 1, 1)
MJD0 = 58484.0
CLASSES = ("Ia", "II", "Ib/c", "IIn", "Tidal Disruption Event", "AGN", "Nova", "RR Lyrae", "bogus")
INSTRUMENTS = (
    ("SimCam-1", ("ztfg", "ztfr", "ztfi")),
    ("SimCam-2", ("sdssg", "sdssr", "sdssi", "sdssz")),
    ("SimCam-3", ("atlasc", "atlaso")),
)
HEAVY, HEAVY_POINTS = 20, 5000


@dataclass(frozen=True)
class Size:
    sources: int
    candidate_objs: int
    candidates: int
    photometry: int
    classifications: int
    groups: int = 20

    @classmethod
    def at(cls, scale: float) -> Size:
        return cls(*(max(2000, int(n * scale)) for n in (50_000, 100_000, 200_000, 1_000_000, 100_000)))


def iso(days: float) -> str:
    return (YEAR + timedelta(days=float(days))).isoformat(timespec="milliseconds")


def write(folder: Path, size: Size, seed: int = 20190425) -> None:
    """Write the data set into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    Generator(folder, size, np.random.default_rng(seed)).everything()


class Generator:
    def __init__(self, folder: Path, size: Size, rng: np.random.Generator) -> None:
        self.folder, self.size, self.rng = folder, size, rng
        self.total = size.sources + size.candidate_objs
        self.names = [f"SIM19{i:07d}" for i in range(self.total)]
        self.found = rng.uniform(0, 330, self.total)
        popularity = 1 / np.sqrt(np.arange(1, size.groups + 1))
        self.popularity = popularity / popularity.sum()
        self.home = rng.choice(size.groups, self.total, p=self.popularity) + 1
        self.heavy = np.arange(0, size.sources, max(1, size.sources // HEAVY))[:HEAVY]

    def everything(self) -> None:
        self.objs()
        self.sources()
        self.candidates()
        self.classifications()
        self.photometry()
        pictures = ((n, kind, f"/static/sim/{n}_{kind}.png") for n in self.names for kind in ("new", "ref", "sub"))
        self.table("thumbnails", ("obj_id", "type", "url"), pictures)
        self.meta()

    def table(self, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        with (self.folder / f"{name}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(rows)

    def objs(self) -> None:
        rng, n = self.rng, self.total
        ra, dec = rng.uniform(0, 360, n), np.degrees(np.arcsin(rng.uniform(-1, 1, n)))
        redshift = np.where(rng.random(n) < 0.35, rng.gamma(2.0, 0.04, n), np.nan)
        score = rng.beta(6, 1.5, n)
        header = ("id", "ra", "dec", "redshift", "score", "transient", "origin", "created_at")
        rows = (
            (name, f"{a:.7f}", f"{d:.7f}", "" if np.isnan(z) else f"{z:.5f}", f"{s:.4f}", int(s > 0.5), "sim", iso(t))
            for name, a, d, z, s, t in zip(self.names, ra, dec, redshift, score, self.found, strict=True)
        )
        self.table("objs", header, rows)

    def sources(self) -> None:
        rng, rows = self.rng, []
        for i in range(self.size.sources):
            others = rng.choice(self.size.groups, rng.choice([0, 1, 2], p=[0.6, 0.3, 0.1]), replace=False) + 1
            when = iso(self.found[i] + rng.exponential(2.0))
            rows += [(self.names[i], int(g), when) for g in {int(self.home[i]), *map(int, others)}]
        self.table("sources", ("obj_id", "group", "saved_at"), rows)

    def candidates(self) -> None:
        rng, size = self.rng, self.size
        again = rng.integers(0, size.sources, size.candidates - size.candidate_objs)
        objs = np.concatenate([again, np.arange(size.sources, self.total)])
        filters = np.where(rng.random(len(objs)) < 0.7, self.home[objs], rng.integers(1, size.groups + 1, len(objs)))
        _, first = np.unique(objs * 1000 + filters, return_index=True)
        objs, filters = objs[first], filters[first]
        when = self.found[objs] + rng.exponential(1.5, len(objs))
        order = rng.permutation(len(objs))
        objs, filters, when = objs[order], filters[order], when[order]
        rows = [
            (self.names[o], int(f), iso(t), 10**15 + k)
            for k, (o, f, t) in enumerate(zip(objs, filters, when, strict=True))
        ]
        self.table("candidates", ("obj_id", "filter", "passed_at", "alert_id"), rows)
        self.annotations(rows)

    def annotations(self, candidates: list[tuple[str, int, str, int]]) -> None:
        rng, n = self.rng, len(candidates)
        drb, mag, distance, count = (
            rng.beta(8, 1.2, n),
            rng.normal(19.2, 0.8, n),
            rng.exponential(4, n),
            rng.poisson(9, n),
        )
        rows = (
            (
                obj,
                f,
                f"sim:filter{f}",
                json.dumps(
                    {
                        "drb": round(float(drb[k]), 4),
                        "magpsf": round(float(mag[k]), 3),
                        "distnr": round(float(distance[k]), 3),
                        "ndethist": int(count[k]) + 2,
                    }
                ),
                when,
            )
            for k, (obj, f, when, _) in enumerate(candidates)
        )
        self.table("annotations", ("obj_id", "group", "origin", "data", "created_at"), rows)

    def classifications(self) -> None:
        rng, n = self.rng, self.size.classifications
        objs, classes = rng.integers(0, self.size.sources, n), rng.integers(0, len(CLASSES), n)
        probability, late = rng.beta(5, 1.5, n), rng.exponential(5, n)
        rows = (
            (self.names[o], int(self.home[o]), CLASSES[c], f"{p:.3f}", int(p > 0.7), iso(self.found[o] + t))
            for o, c, p, t in zip(objs, classes, probability, late, strict=True)
        )
        self.table("classifications", ("obj_id", "group", "classification", "probability", "ml", "created_at"), rows)

    def photometry(self) -> None:
        size, rng = self.size, self.rng
        points = np.zeros(size.sources, int)
        weight = rng.lognormal(0, 0.8, size.sources)
        points[:] = np.maximum(1, weight / weight.sum() * max(0, size.photometry - HEAVY * HEAVY_POINTS))
        points[self.heavy] = HEAVY_POINTS
        header = ("obj_id", "mjd", "flux", "fluxerr", "limiting_mag", "filter", "instrument", "stream", "group")
        self.points = points
        self.table("photometry", header, (row for i in range(size.sources) for row in self.light_curve(i, points[i])))

    def light_curve(self, i: int, n: int) -> Iterable[Sequence[Any]]:
        rng, heavy = self.rng, n >= HEAVY_POINTS
        age = np.sort(rng.uniform(-900, 900, n) if heavy else rng.uniform(-8, 70, n))
        shape = 0.6 + 0.4 * np.sin(age / 7.3) if heavy else np.exp(-np.maximum(age, 0) / 25) * (age > 0)
        error = rng.lognormal(np.log(5), 0.25, n)
        flux = 110 * rng.lognormal(0, 0.7) * shape + rng.normal(0, 1, n) * error
        instrument = rng.choice([0, 0, 0, 1, 2], n)
        for t, f, e, k in zip(age, flux, error, instrument, strict=True):
            bands = INSTRUMENTS[k][1]
            yield (
                self.names[i],
                f"{MJD0 + self.found[i] + t:.6f}",
                f"{f:.4f}" if f > 3 * e else "",
                f"{e:.4f}",
                f"{23.9 - 2.5 * np.log10(5 * e):.3f}",
                bands[int(rng.integers(len(bands)))],
                k + 1,
                1 + (k > 0),
                int(self.home[i]),
            )

    def meta(self) -> None:
        groups = range(1, self.size.groups + 1)
        median = np.argsort(self.points)[self.size.sources // 2 :][:400]
        described = {
            "groups": [f"sim-group-{g}" for g in groups],
            "filters": [f"sim-filter-{g}" for g in groups],
            "streams": ["sim-stream-1", "sim-stream-2"],
            "instruments": [{"name": name, "filters": list(filters)} for name, filters in INSTRUMENTS],
            "taxonomy": {"class": "Time-domain Source", "tags": [], "subclasses": [{"class": c} for c in CLASSES]},
            "heavy_sources": [self.names[i] for i in self.heavy],
            "heavy_primary_group": [int(self.home[i]) for i in self.heavy],
            "median_sources": [self.names[i] for i in median],
            "median_primary_group": [int(self.home[i]) for i in median],
        }
        (self.folder / "meta.json").write_text(json.dumps(described, indent=1))
