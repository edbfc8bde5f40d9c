"""Summaries in the manner of circulars, and reports: asked for, written, changed, published."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from apps.gcn.models import EventReport, EventSummary
from apps.sources.actions.galaxies import add_galaxies
from apps.sources.models import Source
from skyportal.access.viewer import Viewer
from tests.factories import InstrumentFactory, make_user
from tests.gcn.events_data import WHEN, a_map, an_event, an_obj, settle

pytestmark = pytest.mark.django_db
DATEOBS = "2026-01-02T03:04:05"
HERE = f"/event/{DATEOBS}"
PATH = f"gcn_event/{DATEOBS}"
MJD = 61042.5


@pytest.fixture
def writer(group):
    return make_user(
        "writer", groups_=[group], first_name="Vera Cooper", last_name="Rubin", affiliations=["Carnegie"],
        contact_email="vera@example.org",
    )  # fmt: skip


@pytest.fixture
def found(group, writer, api_of):
    """Two sources with photometry in the map, one of them rejected; a galaxy beside them."""
    event = an_event()
    a_map(event)
    camera = InstrumentFactory(name="Camera", filters=["ztfg", "ztfr"])
    for name, ra in (("ZTF26good", 150.0), ("ZTF26bad", 150.2)):
        obj = an_obj(group, name, ra, 2.0, detected=WHEN + timedelta(days=1), redshift=0.045)
        Source.objects.create(obj=obj, group=group)
    settle()
    api = api_of(writer)
    mjd = [MJD, MJD + 1, MJD + 40]
    body = {
        "obj_id": "ZTF26good", "instrument_id": camera.pk, "mjd": mjd, "filter": "ztfg", "magsys": "ab",
        "mag": [19.254, None, 21.0], "magerr": [0.05, None, 0.1], "limiting_mag": 21.5, "group_ids": [group.pk],
    }  # fmt: skip
    assert api.post("photometry", body)[0] == 200
    secret = {**body, "mag": [15.5, 15.5, 15.5], "magerr": 0.01, "filter": "ztfr", "group_ids": []}
    assert api.post("photometry", secret)[0] == 200, "the writer's own"
    api.post(f"sources_in_gcn/{DATEOBS}", {"source_id": "ZTF26bad", "status": "rejected", "group_id": group.pk})
    add_galaxies(Viewer.system("a test"), "test", {"name": ["NGC 1"], "ra": [150.0], "dec": [2.1], "mstar": [1e10]})
    settle()
    return event


def ask(api, kind, **said):
    status, answer = api.post(f"{PATH}/{kind}", said)
    assert status == 200, answer
    settle()
    return answer["data"]["id"]


def test_a_summary_is_written_as_a_circular(found, group, writer, member, api_of):
    api = api_of(writer)
    pk = ask(
        api, "summary", title="GCN CIRCULAR", subject="S1: a search", groupId=group.pk, userIds=[writer.pk, member.pk],
        showSources=True, showGalaxies=True, photometryInWindow=True, acknowledgements="We thank the night.",
        startDate="2026-01-02", endDate="2026-01-12",
    )  # fmt: skip
    row = api.get(f"{PATH}/summary/{pk}")[1]["data"]
    assert (row["status"], row["trouble"]) == ("done", "")
    text = row["text"]
    lines = text.splitlines()
    assert lines[:2] == ["TITLE:   GCN CIRCULAR", "SUBJECT: S1: a search"]
    assert lines[2].startswith("DATE:    ")
    assert lines[2].endswith(" GMT")
    assert lines[3] == "FROM:    V. C. Rubin at Carnegie <vera@example.org>"
    assert lines[5].startswith("V. C. Rubin (Carnegie) and ")
    assert f"on behalf of the {group.name}, report:" in lines
    assert "the 90% region of the sky map cone" in " ".join(lines)
    assert max(map(len, lines)) <= 100
    assert "Found one source:" in text
    assert "ZTF26bad" not in text, "rejected"
    assert "15.50" not in text, "what the writer alone may read is not told to the group"
    start = lines.index("Photometry of ZTF26good:") + 2
    header, rule, *points = lines[start : start + 5]
    assert header.split() == ["MJD", "|", "mag", "|", "err", "|", "limit", "|", "Filter", "|", "Instrument"]
    assert len({line.index("|") for line in (header, *points)}) == 1
    assert set(rule) == {"-", "+"}
    assert [p.split(" | ")[1].strip() for p in points] == ["19.25", "18.90", "-"], "the last is after the window"
    assert "NGC 1" in text
    assert text.rstrip().endswith("We thank the night.")

    only = ask(api, "summary", groupId=group.pk, showSources=True, noText=True)
    bare = api.get(f"{PATH}/summary/{only}")[1]["data"]["text"]
    assert bare.startswith("Found one source:")
    assert "21.00" in bare, "all its photometry where the window is not asked for"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "groupId"),
        ({"groupId": 999_999}, "group of yours"),
        ({"groupId": "G", "startDate": "2026-02-02", "endDate": "2026-01-02"}, "before endDate"),
        ({"groupId": "G", "startDate": "soon"}, "Invalid startDate"),
        ({"groupId": "G", "localizationName": "none"}, "Localization not found"),
        ({"groupId": "G", "localizationCumprob": 2}, "localizationCumprob"),
        ({"groupId": "G", "userIds": [999_999]}, "nobody has the id"),
        ({"groupId": "G", "showSources": "perhaps"}, "showSources"),
    ],
)
def test_what_cannot_be_asked_for_says_why(said, words, group, member, api_of):
    a_map(an_event())
    if said.get("groupId") == "G":
        said = said | {"groupId": group.pk}
    status, answer = api_of(member).post(f"{PATH}/summary", said)
    assert (status in (400, 404), words in answer["message"]) == (True, True), answer
    assert not EventSummary.objects.exists()


def test_a_summary_is_changed_and_its_versions_are_kept(found, group, writer, member, outsider, api_of):
    pk = ask(api_of(writer), "summary", groupId=group.pk, subject="About it")
    where = f"{PATH}/summary/{pk}"
    before = api_of(member).get(where)[1]["data"]["text"]
    assert api_of(outsider).get(where)[0] == 404
    assert api_of(outsider).get(f"{PATH}/summary")[1]["data"] == []
    assert api_of(member).patch(where, {"body": before + "\nMore."})[1]["data"]["text"].endswith("More.")
    assert api_of(member).patch(where, {})[0] == 400
    assert api_of(member).delete(where)[0] == 403

    client = Client()
    client.force_login(member)
    page = client.get(f"{HERE}/summary/{pk}").content.decode()
    assert "What it said before" in page
    address = urlsplit(next(a for a in page.split('"') if a.startswith("https://gcn.nasa.gov")).replace("&amp;", "&"))
    asked = parse_qs(address.query)
    assert asked["subject"] == ["About it"]
    assert asked["body"][0].endswith("More.")
    assert "TITLE:" not in asked["body"][0]
    assert client.post(f"{HERE}/summary/{pk}", {"title": "T", "body": "TITLE: x\r\ny"}).status_code == 302
    assert EventSummary.objects.get().text == "TITLE: x\ny"
    assert EventSummary.objects.get().versions.count() == 2
    assert client.post(f"{HERE}/summary/{pk}", {"title": "T", "body": ""}).status_code == 400
    assert api_of(writer).delete(where)[0] == 200
    assert not EventSummary.objects.exists()


def test_the_panel_asks_with_sensible_defaults(found, group, member):
    client = Client()
    client.force_login(member)
    assert 'value="2026-01-09T03:04"' in client.get(f"{HERE}/texts").content.decode(), "a week"
    given = {"groupId": group.pk, "showSources": "on", "title": "", "subject": ""}
    answer = client.post(f"{HERE}/texts/ask/summary", given)
    assert "being written" in answer.content.decode()
    assert "It is being written" in client.get(f"{HERE}/summary/{EventSummary.objects.get().pk}").content.decode()
    client.post(f"{HERE}/texts/ask/report", {**given, "title": "What we found"})
    settle()
    page = client.get(f"{HERE}/texts").content.decode()
    assert "What we found" in page
    assert page.count("done") >= 2
    assert "Found one source" in EventSummary.objects.get().text
    answer = client.post(f"{HERE}/texts/ask/summary", {"groupId": "999999"})
    assert "group of yours" in answer.headers["HX-Trigger"]


def test_a_report_is_published_as_the_group_saw_it(found, group, writer, outsider, api_of):
    api = api_of(writer)
    pk = ask(api, "report", reportName="What we found", groupId=group.pk, showSources=True)
    data = api.get(f"{PATH}/report/{pk}")[1]["data"]["data"]
    (source,) = data["sources"]
    assert [round(p["mag"], 2) if p["mag"] else None for p in source["photometry"]] == [19.25, 18.9, None, 21.0]
    anybody = Client()
    for path in ("", "/json", "/plot"):
        assert anybody.get(f"/public/reports/gcn/{pk}{path}").status_code == 404
    assert api_of(outsider).patch(f"{PATH}/report/{pk}", {"published": True})[0] == 404
    assert api.patch(f"{PATH}/report/{pk}", {"published": True})[1]["data"]["published"]
    assert "What we found" in anybody.get("/public/reports/gcn").content.decode()
    page = anybody.get(f"/public/reports/gcn/{pk}")
    assert "ZTF26good" in page.content.decode()
    assert "<script" not in page.content.decode()
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert anybody.get(f"/public/reports/gcn/{pk}/json").json()["sources"][0]["id"] == "ZTF26good"
    assert anybody.get(f"/public/reports/gcn/{pk}/plot").content.startswith(b"<svg")
    assert anybody.get(f"/public/reports/gcn/{pk}/other").status_code == 404
    api.patch(f"{PATH}/report/{pk}", {"data": {"sources": [], "plot": "<svg onload='alert(1)'/>"}})
    assert b"alert" not in anybody.get(f"/public/reports/gcn/{pk}/plot").content
    assert "ZTF26good" not in anybody.get(f"/public/reports/gcn/{pk}").content.decode()
    assert api.patch(f"{PATH}/report/{pk}", {"data": {"sources": 3}})[0] == 400

    client = Client()
    client.force_login(writer)
    assert "Withdraw" in client.get(f"{HERE}/report/{pk}").content.decode()
    client.post(f"{HERE}/report/{pk}/change/withdraw")
    assert anybody.get(f"/public/reports/gcn/{pk}").status_code == 404
    client.post(f"{HERE}/texts/report/{pk}/delete")
    assert not EventReport.objects.exists()


def test_a_text_whose_asker_is_gone_fails_in_words(group, member, api_of):
    an_event()
    assert api_of(member).post(f"{PATH}/summary", {"groupId": group.pk})[0] == 200
    member.is_active = False
    member.save()
    settle()
    row = EventSummary.objects.get()
    assert (row.status, "no longer active" in row.trouble) == ("failed", True)
    assert row.text == ""


def test_sources_are_chosen_by_name_of_those_the_group_knows(found, group, outsider, writer, api_of):
    api = api_of(writer)
    early = an_obj(group, "ZTF26early", 20.0, -40.0, detected=WHEN - timedelta(days=9))
    settle()
    for chosen, there in ((["ZTF26bad", early.name], {"ZTF26bad", early.name}), ([], {"ZTF26good"})):
        pk = ask(api, "summary", groupId=group.pk, showSources=True, sourceIDs=chosen, numberDetections=1)
        text = api.get(f"{PATH}/summary/{pk}")[1]["data"]["text"]
        assert {name for name in ("ZTF26good", "ZTF26bad", early.name) if f"{name} " in text} == there
    an_obj(outsider.groups.filter(single_user_group=True).get(), "ZTF26hidden", 150.0, 2.0)
    for name in ("ZTF26hidden", "nothing"):
        status, answer = api.post(f"{PATH}/summary", {"groupId": group.pk, "sourceIDs": [name]})
        assert (status, answer["message"]) == (400, f"Invalid sourceIDs: the group knows no source {name}.")
    client = Client()
    client.force_login(writer)
    api.post(f"sources_in_gcn/{DATEOBS}", {"source_id": "ZTF26good", "status": "confirmed", "group_id": group.pk})
    assert 'placeholder="ZTF26good"' in client.get(f"{HERE}/texts").content.decode()
