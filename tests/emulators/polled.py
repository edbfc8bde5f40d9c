"""A sky of ZTF objects as ALeRCE's service tells of it: oldest first by when each was seen last, a page at a time."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from .server import Answer


@dataclass
class Sky:
    """``seen``: days (MJD) of the detections of each object; ``broken``: objects whose answers have another form."""

    seen: dict[str, list[float]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    mood: str = "well"
    page: int = 100

    def add(self, count: int, first: float, step: float = 0.001) -> list[str]:
        names = [f"ZTF26sky{len(self.seen) + n:04d}" for n in range(count)]
        self.seen |= {name: [first + n * step] for n, name in enumerate(names)}
        return names

    def speak(self, path: str, query: dict[str, str]) -> Answer:
        if self.mood == "another form":
            return self._json(["not", "what", 1, "expects"])
        if path.endswith("/classifiers/"):
            return self._json(
                [{"classifier_name": "stamp_classifier", "classes": ["SN"]}, {"classifier_name": "a", "classes": ["b"]}]
            )
        if path.endswith("/objects/"):
            return self._json({"items": self._listed(float(query["lastmjd"]), int(query["page"]))})
        name = path.split("/objects/")[1].split("/")[0]
        if name in self.broken:
            return self._json([{"of": "another form"}])
        if name not in self.seen:
            return 404, "application/json", b"{}"
        number = int(name[-4:])
        if path.endswith("/detections"):
            return self._json([
                {"mjd": mjd, "fid": 1, "magpsf": 18.0, "sigmapsf": 0.1, "isdiffpos": 1, "ra": number / 100, "dec": 1.0,
                 "candid": str(2_000_000_000_000_000_000 + number * 1000 + n)}
                for n, mjd in enumerate(self.seen[name])
            ])  # fmt: skip
        if path.endswith("/non_detections"):
            return self._json([])
        return self._json({"oid": name, "meanra": number / 100, "meandec": 1.0, "class": "SN"})

    def _listed(self, since: float, page: int) -> list[dict[str, object]]:
        rows = sorted((max(days), name) for name, days in self.seen.items() if max(days) >= since)
        return [{"oid": name, "lastmjd": mjd} for mjd, name in rows[(page - 1) * self.page : page * self.page]]

    def _json(self, value: object) -> Answer:
        return 200, "application/json", json.dumps(value).encode()
