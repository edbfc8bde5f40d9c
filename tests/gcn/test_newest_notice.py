"""The newest notice of an event counts, whichever came last: for its tags, and for the map that speaks for it."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from apps.gcn.actions.localizations import add_localization
from apps.gcn.actions.receiving import receive
from apps.gcn.actions.remarks import add_tag
from apps.gcn.models import EventTag, GcnEvent, Localization
from apps.gcn.queries import matching
from apps.gcn.queries.localizations import newest
from skyportal.astro.sky import hpx
from skyportal.astro.skymaps import shapes, writing

from .events_data import settle

pytestmark = pytest.mark.django_db
WHEN = datetime(2026, 1, 2, 3, 4, 5, 250_000, UTC)


@pytest.fixture(autouse=True)
def a_day_later(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    clock = type("Clock", (), {"now": staticmethod(lambda: WHEN + timedelta(days=1))})
    monkeypatch.setattr(matching, "timezone", clock)


def alert(kind: str, minute: int, classes: dict[str, float], *, far: float = 1e-9, map_at: float = 10.0) -> bytes:
    """An alert of LIGO, Virgo and KAGRA with a map of one cone."""
    fits = writing.multi_order(shapes.cone(map_at, 20.0, 1.0), name="S260102x", date=WHEN)
    said = {
        "superevent_id": "S260102x", "alert_type": kind, "time_created": f"2026-01-02T03:{minute:02}:00Z",
        "event": {
            "time": "2026-01-02T03:04:05.25Z", "far": far, "significant": far < 1e-7, "instruments": ["H1", "L1"],
            "group": "CBC", "pipeline": "gstlal", "search": "AllSky", "classification": classes,
            "skymap": base64.b64encode(fits).decode(),
        },
    }  # fmt: skip
    return json.dumps(said).encode()


FIRST = alert("PRELIMINARY", 10, {"BNS": 0.9, "Terrestrial": 0.1}, far=1e-6)
SECOND = alert("UPDATE", 40, {"NSBH": 0.8, "Terrestrial": 0.2}, map_at=30.0)


@pytest.mark.parametrize("order", [(FIRST, SECOND), (SECOND, FIRST)])
def test_the_newest_notice_counts_whichever_came_last(order):
    """What it was, how sure, and where: of tags, of the map that speaks for the event and of that which is matched."""
    for raw in order:
        assert receive(raw, "igwn.gwalert").is_well
    settle()
    event = GcnEvent.objects.get()
    tags = set(event.tags.values_list("text", flat=True))
    assert {"NSBH", "Significant", "< 1 per year", "H1"} <= tags
    assert not {"BNS", "Subthreshold"} & tags
    assert newest(event).ra == pytest.approx(30.0, abs=1.0)
    assert matching.active_maps() == [(newest(event).pk, event.pk)]
    assert [one.level < 0.5 for one in matching.matches([int(hpx(30.0, 20.0)), int(hpx(10.0, 20.0))])] == [True]


def test_of_one_notice_the_finest_map_counts_and_no_product_does():
    raw = json.loads(FIRST) | {"external_coinc": {"observatory": "Fermi", "combined_skymap": None}}
    raw["external_coinc"]["combined_skymap"] = json.loads(SECOND)["event"]["skymap"]
    receive(json.dumps(raw).encode(), "igwn.gwalert")
    settle()
    event = GcnEvent.objects.get()
    own, combined = Localization.objects.filter(event=event)
    assert [own.place, combined.place] == [0, 1]
    assert combined.name.startswith("combined-")
    assert newest(event) == own
    product = add_localization(event, "a x b", shapes.cone(20.0, 20.0, 3.0), more={"overlap": 2.0, "issued_at": None})
    assert newest(event) == own
    assert list(Localization.objects.filter(event=event)) == [own, combined, product]


def test_what_a_person_tagged_stays(member, viewer_of):
    receive(FIRST, "igwn.gwalert")
    event = GcnEvent.objects.get()
    EventTag.objects.filter(event=event, text="BNS").delete()
    add_tag(viewer_of(member), event, "BNS")
    receive(SECOND, "igwn.gwalert")
    assert {"BNS", "NSBH"} <= set(event.tags.values_list("text", flat=True))
