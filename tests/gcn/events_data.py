"""Events as tests need them: told, located and settled, as the worker would."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np

from apps.gcn.actions.events import admit
from apps.gcn.actions.localizations import add_localization
from apps.gcn.models import Detector, Earthquake, EarthquakeNotice, GcnEvent, Localization
from apps.gcn.notices.base import Notice
from apps.sources.actions.photometry import Points, store
from skyportal.access.models import Audience
from skyportal.access.viewer import Viewer
from skyportal.astro.sky import hpx
from skyportal.astro.skymaps import shapes
from skyportal.astro.time import mjd_of
from skyportal.journal import delivery
from skyportal.journal.models import Delivery
from tests.factories import InstrumentFactory
from tests.sources.remarks import known_obj

WHEN = datetime(2026, 1, 2, 3, 4, 5, 250_000, UTC)


def settle() -> None:
    """What the worker does: every delivery that waits, and what comes of it."""
    while waiting := list(Delivery.objects.filter(state=Delivery.WAITING).values_list("pk", flat=True)):
        for pk in waiting:
            delivery.run(pk)
        failed = Delivery.objects.filter(pk__in=waiting).exclude(state=Delivery.DONE)
        assert not failed, list(failed.values_list("reaction", "error"))


def notice(**said: Any) -> Notice:
    usual: dict[str, Any] = {
        "form": "unified", "kind": "gcn.notices.test", "stream": "Test", "ivorn": "ivo://test/1", "sent_at": WHEN,
        "dateobs": WHEN, "trigger_id": "T1", "aliases": ("TEST#T1",), "tags": frozenset({"GRB"}),
    }  # fmt: skip
    return Notice(**{**usual, **said})


def an_event(viewer: Viewer | None = None, *, raw: bytes = b"{}", groups: Any = None, **said: Any) -> GcnEvent:
    told = notice(**said)
    return admit(viewer or Viewer.system("a test"), told, raw=raw, group_ids=groups).event


def a_map(event: GcnEvent, ra: float = 150.0, dec: float = 2.0, sigma: float = 2.0, name: str = "cone") -> Localization:
    return add_localization(event, name, shapes.cone(ra, dec, sigma))


def an_obj(group: Any, name: str, ra: float, dec: float, *, detected: datetime | None = None, **columns: Any) -> Any:
    """An obj the group knows, perhaps with a detection that the group may read."""
    obj = known_obj(group, name=name, ra=ra, dec=dec, hpx=int(hpx(ra, dec)), **columns)
    if detected:
        columns = {
            "obj_id": obj.pk, "mjd": mjd_of(detected), "flux": 100.0, "fluxerr": 5.0, "bandpass": "ztfr",
            "instrument_id": InstrumentFactory().pk, "origin": "", "audience_id": Audience.objects.of([group.pk]).pk,
        }  # fmt: skip
        store(Points(**{name: np.array([value]) for name, value in columns.items()}), owner_id=None)
    return obj


def a_detector(name: str = "LIGO Hanford", nickname: str = "H1", lat: float = 46.46, lon: float = -119.41) -> Detector:
    return Detector.objects.create(
        name=name, nickname=nickname, kind="gravitational-wave", lat=lat, lon=lon, elevation=142.0
    )


def an_earthquake(user: Any = None, name: str = "us7000abcd", when: datetime = WHEN) -> Earthquake:
    row = Earthquake.objects.create(event_id=name, date=when, sent_by=user)
    EarthquakeNotice.objects.create(earthquake=row, date=when, lat=-3.0, lon=140.0, depth=33_000.0, magnitude=7.1)
    return row
