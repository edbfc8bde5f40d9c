"""`/api/gcn_event` and `/api/localization`, as clients of the public API know them."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest

from apps.gcn.models import GcnEvent, Localization
from skyportal.journal.models import JournalEntry
from tests.emulators.server import serve
from tests.factories import make_user
from tests.gcn.events_data import settle
from tests.gcn.notice_data import DATA, needs_data, raw_of, voevent

pytestmark = pytest.mark.django_db
GW = "voevent/lvc/S190425z_GW190425_initial.xml"


@pytest.fixture
def sender(group):
    return make_user("sender", groups_=[group])


@pytest.fixture
def maps(settings):
    """Sky maps over loopback, at any path that ends with a file of the development data."""
    settings.OUTSIDE_PRIVATE_HOSTS = ["127.0.0.1"]

    def speak(path, query):
        name = {"bayestar.fits.gz": "S190425z_bayestar.fits.gz"}.get(path.rsplit("/", 1)[-1], path.rsplit("/", 1)[-1])
        file = DATA / "skymaps" / name
        return (200, "application/fits", file.read_bytes()) if file.is_file() else (404, "text/plain", b"none")

    with serve(speak) as emulator:
        yield emulator


def post(api, **body):
    status, answer = api.post("gcn_event", body)
    assert status == 200, answer
    return answer["data"]


@needs_data
def test_a_gravitational_wave_is_told_and_its_map_is_there(maps, sender, api_of):
    api = api_of(sender)
    xml = raw_of(GW).decode()
    start = xml.index('value="', xml.index("skymap_fits")) + 7
    end = xml.index('"', start)
    xml = xml[:start] + f"{maps.address}/S190425z/bayestar.fits.gz" + xml[end:]
    answer = post(api, xml=xml)
    assert answer["dateobs"] == "2019-04-25T08:18:05"
    settle()
    event = api.get("gcn_event/2019-04-25 08:18:05")[1]["data"]
    assert event["id"] == answer["gcnevent_id"]
    assert {"GW", "BNS"} <= set(event["tags"])
    assert "LVC#S190425z" in event["aliases"]
    assert event["properties"][0]["data"]["BNS"] == pytest.approx(0.9994, abs=1e-4)
    assert event["gcn_notices"][0]["notice_type"] == "LVC_INITIAL"
    assert "VOEvent" in event["gcn_notices"][0]["content"]
    (found,) = event["localizations"]
    assert found["localization_name"] == "bayestar.fits.gz"
    assert found["properties"][0]["data"]["area_90"] == pytest.approx(10_183, rel=1e-3)
    assert found["properties"][0]["data"]["distmean"] == pytest.approx(154.6, rel=1e-3)

    path = "localization/2019-04-25T08:18:05/name/bayestar.fits.gz"
    row = api.get(path, include2DMap=True)[1]["data"]
    assert np.isclose(np.sum(row["flat_2d"]), 1)
    assert [f["geometry"]["type"] for f in row["contour"]["features"]] == ["Point"] + ["MultiLineString"] * 2
    status, fits = api.get(f"{path}/download")
    assert status == 200
    assert fits.startswith(b"SIMPLE")
    status, answer = api.post("gcn_event", {"xml": xml})
    assert status == 400
    assert "already exists" in answer["message"]


@needs_data
def test_a_burst_comes_as_a_circle_and_may_be_deleted_by_who_sent_it(sender, api_of, outsider):
    api = api_of(sender)
    post(api, xml=raw_of("voevent/fermi/GRB180116A_Fermi_GBM_Gnd_Pos.xml").decode())
    settle()
    event = api.get("gcn_event/2018-01-16T00:36:53")[1]["data"]
    assert "GRB" in event["tags"]
    path = "localization/2018-01-16T00:36:53/name/214.74000_28.14000_11.19000"
    assert api.get(path)[1]["data"]["localization_name"] == "214.74000_28.14000_11.19000"
    assert api_of(outsider).delete(path)[0] == 400
    assert api.delete(path)[0] == 200
    assert api.get(path) == (404, {**api.get(path)[1], "message": "Localization not found"})


@needs_data
def test_an_igwn_alert_brings_its_map_and_a_retraction_takes_it_back(sender, api_of):
    api = api_of(sender)
    alert = json.loads(raw_of("json/igwn/igwn_gwalert_preliminary_MS260605l.json"))
    back = json.loads(raw_of("json/igwn/igwn_gwalert_retraction_MS260605l.json"))
    answer = post(api, json=alert)
    settle()
    event = api.get(f"gcn_event/{answer['dateobs']}")[1]["data"]
    assert event["dateobs"] == "2026-06-05T11:57:26"
    assert {"GW", "BNS"} <= set(event["tags"])
    assert len(event["localizations"]) == 1
    assert event["localizations"][0]["is_3d"]
    post(api, json=json.dumps(back))
    event = api.get(f"gcn_event/{answer['dateobs']}")[1]["data"]
    assert event["retracted"]
    assert "retracted" in event["tags"]
    assert len(event["gcn_notices"]) == 2


SKYMAPS = {
    "cone": ({"ra": 10.0, "dec": -20.0, "error": 0.5}, "10.00000_-20.00000_0.50000"),
    "ellipse": ({"localization_name": "e", "ra": 10, "dec": 5, "amaj": 3, "amin": 1, "phi": 30}, None),
    "polygon": ({"localization_name": "p", "polygon": [[30, 60], [40, 60], [40, 70], [30, 70]]}, None),
    "cells": ({"localization_name": "made.fits", "uniq": [1024, 1025, 1040], "probdensity": [1, 2, 1]}, "made.fits"),
}


@pytest.mark.parametrize("kind", SKYMAPS)
def test_a_script_tells_an_event_with_a_map_in_figures(kind, sender, api_of):
    skymap, name = SKYMAPS[kind]
    api = api_of(sender)
    body = {
        "dateobs": "2022-06-17T18:31:12.6", "tags": ["IPN", "GRB"], "skymap": skymap, "aliases": ["GRB#220617A"],
        "properties": {"fluence": 1.5e-6},
    }  # fmt: skip
    answer = post(api, **body)
    assert answer["dateobs"] == "2022-06-17T18:31:13"  # to the nearest second
    settle()
    event = api.get("gcn_event/2022-06-17T18:31:13")[1]["data"]
    assert event["tags"] == ["GRB", "IPN"]
    (found,) = event["localizations"]
    assert name is None or found["localization_name"] == name
    assert post(api, **body) == answer
    settle()
    assert Localization.objects.count() == 1, "nothing twice"


@needs_data
def test_a_map_comes_as_a_file_or_an_address(maps, sender, api_of):
    api = api_of(sender)
    raw = base64.b64encode(raw_of("skymaps/MS181101ab_mock_bayestar.multiorder.fits")).decode()
    post(api, dateobs="2018-11-01T22:22:46", skymap=f"name=mock.fits;base64,{raw}")
    post(api, dateobs="2018-11-01T22:22:46", skymap=f"{maps.address}/GRB180116A_glg_healpix_all_bn180116026.fit")
    settle()
    maps.mood = "error"
    post(api, dateobs="2018-11-01T22:22:46", skymap=f"{maps.address}/S240513ei_bayestar.multiorder.fits")
    settle()
    event = api.get("gcn_event/2018-11-01T22:22:46")[1]["data"]
    assert {m["localization_name"] for m in event["localizations"]} == {
        "mock.fits", "GRB180116A_glg_healpix_all_bn180116026.fit",
    }  # fmt: skip
    (failed,) = [n for n in event["gcn_notices"] if n["localization_failed"]]
    assert "127.0.0.1" in failed["localization_failed"]
    path = f"localization/2018-11-01T22:22:46/notice/{failed['id']}"
    assert api.post(path, {})[0] == 400
    maps.mood = "well"
    answer = api.post(path, {})[1]
    assert answer["data"]["localization_name"] == "S240513ei_bayestar.multiorder.fits", answer
    assert api.post(path, {})[0] == 409


BAD = {
    "nothing": ({}, "Send xml"),
    "no time": ({"dateobs": "yesterday-ish"}, "Invalid dateobs"),
    "half a cone": ({"dateobs": "2022-01-01", "skymap": {"ra": 1, "dec": 2}}, "ra, dec, and error must be in skymap"),
    "a pole beyond": ({"dateobs": "2022-01-01", "skymap": {"ra": 1, "dec": 92, "error": 1}}, "dec from -90 to 90"),
    "no error": ({"dateobs": "2022-01-01", "skymap": {"ra": 1, "dec": 2, "error": 0}}, "above 0"),
    "NaN": ({"dateobs": "2022-01-01", "skymap": {"ra": float("nan"), "dec": 2, "error": 1}}, "Invalid skymap"),
    "cells of two lengths": ({"dateobs": "2022-01-01", "skymap": {"uniq": [4, 5], "probdensity": [1]}}, "one length"),
    "cells that overlap": ({"dateobs": "2022-01-01", "skymap": {"uniq": [4, 16], "probdensity": [1, 1]}}, "overlap"),
    "no cells": ({"dateobs": "2022-01-01", "skymap": {"uniq": [3], "probdensity": [1]}}, "no HEALPix cells"),
    "no base64": ({"dateobs": "2022-01-01", "skymap": "name=x.fits;base64,$$$"}, "not base64"),
    "a file here": ({"dateobs": "2022-01-01", "skymap": "/etc/passwd"}, "http address"),
    "tags": ({"dateobs": "2022-01-01", "tags": {"a": 1}}, "Invalid tags"),
    "broken xml": ({"xml": "<voe:VOEvent"}, "Invalid xml"),
    "not a notice": ({"json": {"hello": 1}}, "Invalid json"),
    "foreign group": ({"dateobs": "2022-01-01", "group_ids": [999999]}, "group"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_makes_no_sense_is_refused_and_nothing_is_kept(case, sender, api_of):
    body, says = BAD[case]
    status, answer = api_of(sender).post("gcn_event", body)
    assert status == 400, answer
    assert says in answer["message"]
    assert not GcnEvent.objects.exists()


def test_only_who_sent_an_event_adds_to_it(sender, outsider, group_admin, api_of):
    post(api_of(sender), dateobs="2022-01-01T00:00:00")
    status, answer = api_of(outsider).post("gcn_event", {"dateobs": "2022-01-01T00:00:00", "tags": ["mine"]})
    assert status == 403
    assert "Insufficient permissions" in answer["message"]
    post(api_of(group_admin), dateobs="2022-01-01T00:00:00", tags=["checked"])  # manages GCNs
    assert "checked" in api_of(outsider).get("gcn_event/2022-01-01T00:00:00")[1]["data"]["tags"]


def test_an_event_for_a_group_is_for_nobody_else(sender, member, outsider, group, api_of):
    post(api_of(sender), dateobs="2022-01-01T00:00:00", group_ids=[group.pk], skymap={"ra": 1, "dec": 2, "error": 1})
    settle()
    assert api_of(member).get("gcn_event/2022-01-01T00:00:00")[0] == 200
    hidden = api_of(outsider)
    for path in ("gcn_event/2022-01-01T00:00:00", "localization/2022-01-01T00:00:00/name/1.00000_2.00000_1.00000"):
        assert hidden.get(path)[0] == 404
    assert hidden.get("gcn_event")[1]["data"] == {"events": [], "totalMatches": 0}
    assert hidden.get("localization/properties")[1]["data"] == []
    status, answer = hidden.get(
        "sources", localizationDateobs="2022-01-01T00:00:00", startDate="2022-01-01", endDate="2022-02-01"
    )
    assert (status, answer["message"][:22]) == (400, "Localization not found")


def test_words_said_of_an_event(sender, member, outsider, api_of):
    dateobs = post(api_of(sender), dateobs="2022-01-01T00:00:00")["dateobs"]
    mine, theirs = api_of(sender), api_of(outsider)
    assert mine.post(f"gcn_event/{dateobs}/alias", {"alias": "GRB#220101A"})[0] == 200
    assert "already" in mine.post(f"gcn_event/{dateobs}/alias", {"alias": "GRB#220101A"})[1]["message"]
    assert theirs.delete(f"gcn_event/{dateobs}/alias", {"alias": "GRB#220101A"})[0] == 403
    assert theirs.post("gcn_event/tags", {"dateobs": dateobs, "text": "interesting"})[0] == 200
    assert mine.get("gcn_event/tags")[1]["data"] == ["interesting"]
    assert api_of(member).delete(f"gcn_event/tags/{dateobs}", {"tag": "interesting"})[0] == 403
    assert theirs.delete(f"gcn_event/tags/{dateobs}", {"tag": "interesting"})[0] == 200
    assert mine.post(f"gcn_event/{dateobs}/users", {"userID": member.pk})[0] == 200
    assert mine.get(f"gcn_event/{dateobs}")[1]["data"]["event_users"][0]["username"] == "member"
    assert mine.delete(f"gcn_event/{dateobs}/users/{member.pk}")[0] == 200
    assert mine.delete(f"gcn_event/{dateobs}/users/{member.pk}")[0] == 404
    assert mine.delete(f"gcn_event/{dateobs}/alias", {"alias": "GRB#220101A"})[0] == 200
    deeds = JournalEntry.objects.filter(kind="EventChanged").count()
    assert deeds == 6


def test_lists_are_narrowed_by_tags_properties_names_and_times(sender, api_of):
    api = api_of(sender)
    post(
        api,
        dateobs="2022-01-01T00:00:00",
        tags=["GRB"],
        properties={"SNR": 5.5, "kind": "x"},
        aliases=["FERMI#a"],
        trigger_id="537755817",
    )
    post(
        api, dateobs="2022-02-01T00:00:00", tags=["GW"], properties={"SNR": 12, "FAR": 1e-9},
        skymap={"ra": 10, "dec": 10, "error": 1},
    )  # fmt: skip
    settle()

    def times(**asked):
        status, answer = api.get("gcn_event", **asked)
        assert status == 200, answer
        assert answer["data"]["totalMatches"] == len(answer["data"]["events"])
        return [event["dateobs"][5:7] for event in answer["data"]["events"]]

    assert times() == ["02", "01"]
    assert times(sortBy="dateobs") == ["01", "02"]
    assert times(gcnTagKeep="GRB,nothing") == ["01"]
    assert times(gcnTagRemove="GRB") == ["02"]
    assert times(gcnPropertiesFilter="SNR:10:gt") == ["02"]
    assert times(gcnPropertiesFilter="SNR:5:gt,kind:x:eq") == ["01"]
    assert times(gcnPropertiesFilter="FAR") == ["02"]
    assert times(localizationTagKeep="< 100 sq. deg.") == ["02"]
    assert times(localizationTagRemove="< 100 sq. deg.") == ["01"]
    assert times(localizationPropertiesFilter="area_90:20:lt") == ["02"]
    assert times(localizationPropertiesFilter="area_90:20:ge") == []
    assert times(partialdateobs="2022-02") == ["02"]
    assert times(partialdateobs="fermi#") == ["01"]
    assert times(partialdateobs="%") == []
    assert times(partialdateobs="53775") == ["01"]
    assert times(startDate="2022-01-15", endDate="2022-03-01") == ["02"]
    assert times(groupIds="999999") == []
    status, answer = api.get("gcn_event", gcnPropertiesFilter="SNR:1:about")
    assert (status, "gcnPropertiesFilter" in answer["message"]) == (400, True)


def test_a_voevent_of_our_own_is_the_same_event_by_trigger(sender, api_of):
    api = api_of(sender)
    first = post(api, xml=voevent().decode())
    later = voevent(ivorn="ivo://nasa.gsfc.gcn/SWIFT#XRT_Pos_1-002", date="2026-01-02T03:10:00", error="0.001").decode()
    assert post(api, xml=later)["gcnevent_id"] == first["gcnevent_id"]
    assert GcnEvent.objects.count() == 1
    api_of(sender).get(f"gcn_event/{first['dateobs']}")
    assert api.delete(f"gcn_event/{first['dateobs']}")[0] == 403
