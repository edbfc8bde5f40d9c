"""Why an object fails, the archive's pages, where a survey pointed: what plain Python says, for those who may."""

import io

import numpy as np
import pytest
from django.test import Client
from PIL import Image

from apps.candidates.actions import backtests, trying
from apps.candidates.actions.intake import Intake
from apps.candidates.alerts import conditions as checking
from apps.candidates.alerts import schemas, simulator
from apps.candidates.alerts.archive import Archive, night_of
from apps.candidates.alerts.sandbox import FilterSpec, Sandbox
from apps.candidates.alerts.tables import tabulate
from apps.candidates.queries import archived, archived_packets, pointings
from apps.candidates.queries import schemas as forms
from apps.candidates.queries.starters import STARTERS
from apps.candidates.queries.why import why
from apps.groups.queries import viewer_of
from skyportal.access.errors import Invalid, NotVisible
from skyportal.astro.sky import separation
from skyportal.astro.time import JD_OF_MJD
from tests.factories import FilterFactory, FilterVersionFactory

pytestmark = pytest.mark.django_db

BRIGHT = "candidate.magpsf < 18.5 and (candidate.drb > 0.6 or not candidate.fid = 1) and len(prv_candidates) >= 2"


@pytest.fixture
def archive(settings, tmp_path, ztf, messages, packets_of):
    settings.ALERT_ARCHIVE = tmp_path / "archive"
    Intake(ztf, archive=Archive(settings.ALERT_ARCHIVE)).take(packets_of(messages))
    return settings.ALERT_ARCHIVE


@pytest.fixture
def readable(night):
    return [p for p in night if p["candidate"]["programid"] == 1]


@pytest.fixture
def hidden(night):
    return [p for p in night if p["candidate"]["programid"] != 1]


@pytest.fixture
def viewer(member):
    return viewer_of(member.pk)


@pytest.fixture
def page_of(member):
    client = Client()
    client.force_login(member)
    return client.get


def night_at(packet):
    return night_of(packet["candidate"]["jd"] - JD_OF_MJD)


def test_why_tells_each_clause_as_python_does(archive, ztf, viewer, readable):
    for packet in readable[:12]:
        c = packet["candidate"]
        truths = [
            c["magpsf"] < 18.5,
            c["drb"] > 0.6 or c["fid"] != 1,
            packet["prv_candidates"] is not None and len(packet["prv_candidates"]) >= 2,
        ]
        told = {one.candid: one for one in why(viewer, ztf, BRIGHT, packet["objectId"])}[str(packet["candid"])]
        top = [row for row in told.rows if row.depth == 1]
        assert [row.truth is True for row in top] == truths
        assert told.passes == all(truths)
        assert [row.first for row in top].index(True) == truths.index(False) if not told.passes else True
        assert dict(top[0].values)["candidate.magpsf"] == pytest.approx(c["magpsf"])
        (inner,) = [row for row in told.rows if "0.6" in row.text and row.depth == 2]
        assert (inner.truth, dict(inner.values)) == (c["drb"] > 0.6, {"candidate.drb": pytest.approx(c["drb"])})


def test_why_knows_nothing_of_hidden_packets(archive, ztf, viewer, outsider, readable):
    name = readable[0]["objectId"]
    with pytest.raises(NotVisible):
        why(viewer_of(outsider.pk), ztf, BRIGHT, name)
    with pytest.raises(Invalid, match="no field"):
        why(viewer, ztf, "candidate.nosuch = 1", name)
    ztf.altdata = {"survey": "ZTF", "programids": [9]}  # from now on the stream carries nothing of this
    ztf.save()
    with pytest.raises(NotVisible):
        why(viewer, ztf, BRIGHT, name)


def test_a_search_finds_what_is_there(archive, ztf, viewer, readable):
    def found(**asked):
        return {hit.candid for hit in archived.search(viewer, ztf, archived.Asked(**asked)).hits}

    def expected(test):
        return {str(p["candid"]) for p in readable if test(p)}

    one = readable[3]
    c = one["candidate"]
    assert found(first="20250101") == expected(lambda p: True)
    assert found(object_id=one["objectId"]) == expected(lambda p: p["objectId"] == one["objectId"])
    assert found(condition="candidate.magpsf < 18") == expected(lambda p: p["candidate"]["magpsf"] < 18)
    near = found(ra=c["ra"], dec=c["dec"], radius=3600)
    at = (c["ra"], c["dec"])
    assert near == expected(lambda p: separation(*at, p["candidate"]["ra"], p["candidate"]["dec"]) <= 3600) != set()
    assert found(first="20200101", last="20200102") == set()
    with pytest.raises(Invalid):
        found(condition="candidate.magpsf <")


def test_a_packet_whole_without_points_of_others(archive, ztf, viewer, outsider, readable, hidden):
    for p in readable:
        kept = archived_packets.packet(viewer, ztf.pk, night_at(p), str(p["candid"]))
        assert kept.record["candidate"]["magpsf"] == pytest.approx(p["candidate"]["magpsf"])
        earlier = [v for v in p["prv_candidates"] or [] if v["programid"] == 1]
        assert len(kept.record["prv_candidates"] or []) == len(earlier)
        assert all(v["programid"] == 1 for v in kept.record["prv_candidates"] or [])
    one = readable[0]
    picture = archived_packets.picture(viewer, ztf.pk, night_at(one), str(one["candid"]), "sub")
    assert Image.open(io.BytesIO(picture)).size == (63, 63)
    for who, p in ((viewer, hidden[0]), (viewer_of(outsider.pk), one)):
        with pytest.raises(NotVisible):
            archived_packets.packet(who, ztf.pk, night_at(p), str(p["candid"]))
        with pytest.raises(NotVisible):
            archived_packets.picture(who, ztf.pk, night_at(p), str(p["candid"]), "sub")
    with pytest.raises(NotVisible):
        archived_packets.packet(viewer, ztf.pk, "../../etc", "1")


def test_a_place_amid_alerts_was_visited_without_one_of_its_own(archive, ztf, viewer, readable):
    """At the middle of three alerts of one detector every exposure of that detector counts, and its depth."""
    by_place = {}
    for p in readable:
        by_place.setdefault((p["candidate"]["field"], p["candidate"]["rcid"]), []).append(p["candidate"])
    place, alerts = next((k, v) for k, v in by_place.items() if v)
    first = alerts[0]
    visits = pointings.visits(viewer, ztf, first["ra"], first["dec"], "", "")
    mine = [v for v in visits if v.field == f"{place[0]} / {place[1]}"]
    times = {round((c["jd"] - JD_OF_MJD) * 86400) for c in alerts}
    assert {round(v.mjd * 86400) for v in mine} == times
    by_time = {round((c["jd"] - JD_OF_MJD) * 86400): c["diffmaglim"] for c in alerts}
    assert all(v.depth == pytest.approx(by_time[round(v.mjd * 86400)]) for v in mine)
    assert pointings.visits(viewer, ztf, (first["ra"] + 180) % 360, -first["dec"], "", "") == []


def test_inside_is_between_and_outside_is_not():
    ra, dec = np.array([359.9, 0.1, 0.0]), np.array([-0.1, -0.1, 0.2])
    assert pointings.covers(ra, dec, 0.0, 0.0)
    assert not pointings.covers(ra, dec, 0.0, 0.5)
    assert not pointings.covers(ra[:2], dec[:2], 0.0, 0.0)
    assert pointings.covers(ra[:1], dec[:1], 359.9, -0.1 + 30 / 3600)


def test_the_pages_show_it(archive, ztf, group, viewer, page_of, readable, django_assert_max_num_queries):
    made = FilterFactory(name="bright", group=group, stream=ztf)
    FilterVersionFactory(filter=made, number=1, condition="candidate.magpsf < 17", active=False)
    FilterVersionFactory(filter=made, number=2, condition="candidate.magpsf < 18 and candidate.drb > 0.5", active=True)
    test = backtests.ask(viewer, made.pk, {"first": "20250101", "last": "20261231", "text": "2", "other": "1"})
    assert b"Reading the archive" in page_of(f"/backtest/{test.pk}").content
    trying.carry_out(test.pk)
    with django_assert_max_num_queries(12):
        shown = page_of(f"/backtest/{test.pk}").content.decode()
    assert 'class="night-bars"' in shown
    assert "What just fails" in shown
    one = readable[0]
    there = f"/archive/{ztf.pk}/{night_at(one)}/{one['candid']}"
    pages = {
        f"/filter/{made.pk}": "Try it on archived nights",
        f"/filter/{made.pk}/why?object={one['objectId']}": "Its packets",
        f"/filter/{made.pk}/diff?old=1&new=2": "<ins>",
        "/filters/gallery": "Infant supernova",
        "/filters/new?start=bright": "Bright transient",
        f"/filter/{made.pk}?start=nuclear": "candidate.distpsnr1 between 0 and 0.8",
        f"/archive?stream={ztf.pk}&object={one['objectId']}": one["objectId"],
        there: "prv_candidates",
        f"/archive/pointings?stream={ztf.pk}&place={one['candidate']['ra']}+{one['candidate']['dec']}": "ztf",
    }
    for address, word in pages.items():
        answer = page_of(address)
        assert (answer.status_code, word in answer.content.decode()) == (200, True), address
    assert page_of(f"{there}/new.png")["Content-Type"] == "image/png"
    fields = page_of(f"/filter/{made.pk}/fields").json()["fields"]
    assert ["candidate.magpsf", "number", ""] in fields


def test_units_and_words_of_a_schema_are_kept():
    schema = {"type": "record", "name": "a", "fields": [
        {"name": "one", "type": ["null", "float"], "doc": "  flux [nJy] "},
        {"name": "many", "type": ["null", {"type": "array", "items": {"type": "record", "name": "b", "fields": [
            {"name": "ra", "type": "double", "doc": "degrees"}]}}]},
    ]}  # fmt: skip
    assert forms.documentation(schema) == {"one": "flux [nJy]", "many[].ra": "degrees"}


SUPERNOVAE = {"SN Ia", "SN II", "SN Ibc"}
WANTED = {
    "bright": (SUPERNOVAE | {"TDE", "Kilonova"}, 0.4, 0.8),
    "infant": ({"Kilonova"}, 0.6, 0.8),  # the simulator's supernovae are past their maximum
    "orphan": (SUPERNOVAE | {"Kilonova"}, 0.15, 0.9),
    "nuclear": ({"TDE", "AGN"}, 0.5, 0.6),
    "fast": ({"Kilonova"}, 0.6, 0.5),
    "hostless": (SUPERNOVAE | {"Kilonova"}, 0.05, 0.9),
    "not-moving": (SUPERNOVAE | {"TDE", "CV"}, 0.9, 0.4),
}


def test_starting_filters_find_what_they_promise(monkeypatch, packets_of):
    """On a sky with many rare things: of the wanted classes at least this share, and this purity."""
    rare = {"Kilonova": 0.12, "TDE": 0.05, "CV": 0.05, "SN Ia": 0.1, "SN II": 0.1, "SN Ibc": 0.05}
    monkeypatch.setattr(simulator, "ABUNDANCE", simulator.ABUNDANCE | rare)
    made = list(simulator.simulate(61004, 600, seed=9))
    truth = {told.object_id: told.kind for _, told in made}
    (table,), _ = tabulate(packets_of([simulator.message(p) for found, _ in made for p in found]))
    arrow = schemas.from_tree(simulator.ztf_schema()).arrow
    with Sandbox(20) as sandbox:
        specs = [FilterSpec(s.key, checking.validate(s.condition, s.annotations, [arrow], sandbox)) for s in STARTERS]
        answers = sandbox.run(table.columns, specs)
    assert answers.keys() == WANTED.keys()
    for key, (kinds, recall, purity) in WANTED.items():
        passing = {table.columns["objectId"][row].as_py() for row in answers[key].rows}
        hits = sum(truth[name] in kinds for name in passing)
        assert hits >= recall * sum(kind in kinds for kind in truth.values()), key
        assert hits >= purity * len(passing), key
