"""From bytes to the understood notice: every file of the development data, and what is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from apps.gcn.notices import UnreadableNotice, read
from apps.gcn.notices.base import AttachedMap, Cone, Ellipse, LinkedMap, Polygon
from apps.gcn.notices.circulars import events_named_in, read_circular
from apps.gcn.notices.values import utc

from .notice_data import DATA, examples, expected, needs_data, raw_of, voevent

YEAR = 365.25 * 86400
ROWS = [row for row in expected() if not row["file"].startswith("malformed")]
PROBABILITIES = ("BNS", "NSBH", "BBH", "MassGap", "Terrestrial", "HasNS", "HasRemnant")


@needs_data
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])
def test_every_voevent_says_what_the_table_of_expected_values_says(row):
    notice = read(raw_of(f"voevent/{row['file']}"))
    assert notice.ivorn == row["ivorn"]
    assert notice.sent_at == utc(row["date"], "date")
    said = utc(row["event_time"], "event_time")
    # Gaia's time is barycentric dynamical: 36 leap seconds and 32.184 s ahead of UTC
    assert notice.dateobs == (said - timedelta(seconds=68.184) if notice.stream == "Gaia" else said)
    assert notice.is_test == (row["role"] == "test")
    assert notice.is_retraction == (row["alert_type"] == "Retraction")
    if row["packet_type"]:
        assert notice.properties["Packet_Type"] == int(row["packet_type"])
    _same_event(notice, row["event_id"])
    _same_place(notice, row)
    if row["far_hz"]:  # in the AMON packets the unit is yr^-1
        assert notice.properties["FAR"] * (YEAR if notice.stream == "AMON" else 1) == pytest.approx(
            float(row["far_hz"])
        )
    for name in PROBABILITIES:
        if row[name]:
            assert notice.properties[name] == pytest.approx(float(row[name]), abs=1e-12)
    assert {one for one in row["instruments"].split(",") if one} <= notice.tags
    if row["skymap_url"]:
        assert LinkedMap(row["skymap_url"]) in notice.skymaps


def _same_event(notice, event_id):
    if event_id == "2147483647":  # a number that did not fit its field names no event
        assert notice.trigger_id is None
    elif event_id:
        assert notice.trigger_id.rpartition("_")[2] == event_id


def _same_place(notice, row):
    cones = [said for said in notice.skymaps if isinstance(said, Cone)]
    if not row["ra"] or float(row["ra"]) == float(row["dec"]) == float(row["err_radius"]) == 0:
        assert not cones
    else:
        assert (cones[0].ra, cones[0].dec, cones[0].radius) == tuple(
            float(row[name]) for name in ("ra", "dec", "err_radius")
        )


TAGS = {
    "lvc/S190425z_GW190425_initial.xml": {"GW", "BNS", "CBC", "HasNS", "HasRemnant", "L1", "V1", "gstlal", "AllSky",
        "Significant", "< 1 per 100 years", "< 1 per year", "LVC"},
    "lvc/S190814bv_GW190814.xml": {"GW", "NSBH", "H1", "L1", "V1", "HasNS"},
    "lvc/S200115j_Update.xml": {"GW", "MassGap", "HasRemnant"},
    "lvc/GW_CBC_example.xml": {"BBH", "pycbc", "< 1 per year"},
    "lvc/GW_Burst_example.xml": {"GW", "Burst", "CWB", "IMBH"},
    "lvc/MS181101ab-4-Retraction.xml": {"GW", "retracted", "test", "Mock"},
    "fermi/GRB180116A_Fermi_GBM_Fin_Pos.xml": {"GRB", "Long GRB", "Fermi", "GBM"},
    "fermi/GRB180422.913_Subthreshold.xml": {"GRB", "Short GRB", "Subthreshold", "test"},
    "swift/SWIFT_1125809-104.xml": {"Swift", "XRT", "X-ray", "GRB"},
    "amon/AMON_ICECUBE_BRONZE_190819.xml": {"Neutrino", "IceCube", "Bronze", "AMON"},
}  # fmt: skip
ABSENT = {
    "lvc/S190814bv_GW190814.xml": {"BNS", "BBH", "HasRemnant", "Subthreshold"},
    "lvc/GW_CBC_example.xml": {"< 1 per 10 years", "HasNS"},
    "lvc/GW_Burst_example.xml": {"BNS", "CBC", "< 1 per 100 years"},
    "amon/AMON_ICECUBE_BRONZE_190819.xml": {"< 1 per year", "Gold", "GRB"},
    "fermi/GRB180116A_Fermi_GBM_Gnd_Pos.xml": {"Long GRB", "Short GRB"},
}


@needs_data
@pytest.mark.parametrize("file", sorted({*TAGS, *ABSENT}))
def test_tags_follow_from_the_table_of_rules(file):
    tags = read(raw_of(f"voevent/{file}")).tags
    assert TAGS.get(file, set()) <= tags
    assert not ABSENT.get(file, set()) & tags


@needs_data
def test_the_four_notices_of_one_burst_have_one_name_and_the_last_one_a_map():
    notices = [read(raw_of(f"voevent/fermi/GRB180116A_Fermi_GBM_{name}.xml"))
               for name in ("Alert", "Flt_Pos", "Gnd_Pos", "Fin_Pos")]  # fmt: skip
    assert {notice.trigger_id for notice in notices} == {"537755817"}
    assert {notice.aliases for notice in notices} == {("FERMI#bn180116026",)}
    assert [notice.kind for notice in notices] == [
        "FERMI_GBM_ALERT", "FERMI_GBM_FLT_POS", "FERMI_GBM_GND_POS", "FERMI_GBM_FIN_POS",
    ]  # fmt: skip
    radii = [said.radius for notice in notices for said in notice.skymaps if isinstance(said, Cone)]
    assert radii == [19.8333, 11.19, 5.2]
    assert notices[3].skymaps[0].url.endswith("/bn180116026/quicklook/glg_healpix_all_bn180116026.fit")
    assert notices[1].properties["Most_Likely"] == "GRB"
    assert notices[1].properties["SNR"] == 6.3


@needs_data
def test_a_gravitational_wave_alert_brings_its_map_and_its_retraction_gives_no_time():
    raw = raw_of("json/igwn/igwn_gwalert_preliminary_MS260605l.json")
    notice = read(raw, "igwn.gwalert")
    assert (notice.kind, notice.trigger_id, notice.aliases) == ("LVC_PRELIMINARY", "MS260605l", ("LVC#MS260605l",))
    assert notice.dateobs == datetime(2026, 6, 5, 11, 57, 26, 395_000, UTC)
    assert notice.properties["FAR"] == pytest.approx(5.177e-16, rel=1e-3)
    assert notice.properties["BNS"] == pytest.approx(0.999998, abs=1e-6)
    assert {"GW", "BNS", "H1", "L1", "V1", "gstlal", "Significant", "Mock", "test"} <= notice.tags
    (attached,) = notice.skymaps
    assert isinstance(attached, AttachedMap)
    assert attached.name == "bayestar.multiorder.fits"
    assert (attached.content[:9], len(attached.content)) == (b"SIMPLE  =", 777_600)
    assert "content" not in repr(attached)
    again = json.loads(raw)
    assert read(json.dumps(again, indent=2).encode()).ivorn == notice.ivorn
    assert read(json.dumps({**again, "time_created": "2026-06-05T12:03:07Z"}).encode()).ivorn != notice.ivorn
    over = read(raw_of("json/igwn/igwn_gwalert_retraction_MS260605l.json"))
    assert (over.is_retraction, over.dateobs, over.trigger_id) == (True, None, "MS260605l")
    assert "retracted" in over.tags


REFUSED_EXAMPLES = {
    "boom/alert": "no trigger_time", "heasarc/archive_alert": "no trigger_time", "circulars": "circular",
    "core/Localization": "part of notices", "core/Reporter": "part of notices", "core/Spectral": "part of notices",
    "core/Statistics": "part of notices", "classic/alexis/alert": "no trigger_time",
    "classic/lvc/alert": "no trigger_time",
}  # fmt: skip


@needs_data
@pytest.mark.parametrize("path", examples("gcn_schema_examples") + examples("gcn_schema_examples_history"))
def test_every_example_of_the_schema_is_understood_or_refused_for_a_true_reason(path):
    name = path.partition("/")[2].removesuffix(".example.json")
    raw, said = raw_of(f"json/{path}"), json.loads(raw_of(f"json/{path}"))
    if name in REFUSED_EXAMPLES:
        with pytest.raises(UnreadableNotice, match=REFUSED_EXAMPLES[name]):
            read(raw)
        return
    notice = read(raw)
    assert notice.tags
    assert notice.is_retraction == (said.get("alert_type", "").lower() == "retraction")
    assert notice.is_test == (said.get("alert_tense") == "test" or "MS" in (notice.trigger_id or ""))
    if "trigger_time" in said:
        assert notice.dateobs == utc(said["trigger_time"], "")
    if isinstance(said.get("classification"), dict):
        assert said["classification"].items() <= notice.properties.items()
    assert read(json.dumps(said, sort_keys=True).encode()).ivorn == notice.ivorn


def unified(**said):
    usual = {"$schema": "https://gcn.nasa.gov/schema/main/gcn/notices/maxi/gsc.unknown.schema.json",
             "trigger_time": "2026-01-02T03:04:05Z", "id": "77", "ra": 10.0, "dec": 20.0}  # fmt: skip
    return json.dumps({key: told for key, told in {**usual, **said}.items() if told is not None}).encode()


@pytest.mark.parametrize(("said", "shape"), [
    ({"ra_dec_error": 0.5}, Cone(10, 20, 0.5, 0.9)),
    ({"ra_dec_error": [0.5], "containment_probability": 0.68}, Cone(10, 20, 0.5, 0.68)),
    ({"ra_dec_error": [0.22, 0.19, 153]}, Ellipse(10, 20, 0.22, 0.19, 153, 0.9)),
    ({"ra_dec_error": [0.2, 0.5, 30]}, Ellipse(10, 20, 0.5, 0.2, 120, 0.9)),
    ({"ra_dec_error": None}, Cone(10, 20, 0.0, 0.9)),
    ({"ra": None}, None),
    ({"rectangular_error_corners": [[1, 2], [2, 2], [2, 1], [1, 1]]}, Polygon(((1, 2), (2, 2), (2, 1), (1, 1)), 0.9)),
])  # fmt: skip
def test_shapes_are_what_the_schema_means(said, shape):
    assert read(unified(**said)).skymaps == (() if shape is None else (shape,))


def test_messages_of_one_series_are_told_apart_and_a_repeated_one_is_not():
    first = read(unified(alert_datetime="2026-01-02T04:00:00Z", record_number=1))
    assert read(unified(record_number=1, alert_datetime="2026-01-02T04:00:00Z")).ivorn == first.ivorn
    assert read(unified(alert_datetime="2026-01-02T04:00:00Z", record_number=2)).ivorn != first.ivorn
    assert read(unified(alert_datetime="2026-01-02T05:00:00Z", record_number=1)).ivorn != first.ivorn
    assert read(unified(ra=11.0)).ivorn != read(unified()).ivorn  # neither number nor time: its content
    second = {"alert_datetime": "2026-01-02T04:00:00Z", "alert_type": "initial"}
    assert read(unified(**second, instrument="GRM")).ivorn != read(unified(**second, instrument="ECLAIRs")).ivorn


def test_a_broken_map_costs_the_map_and_not_the_event():
    for broken, reason in (("U0lNUExFICA9...", "not base64"), ("AAAA", "no FITS file"), (7, "not text")):
        notice = read(unified(healpix_file=broken))
        assert reason in notice.properties["skymap_trouble"]
        assert notice.skymaps == (Cone(10, 20, 0.0, 0.9),)


BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><voe:VOEvent
xmlns:voe="http://www.ivoa.net/xml/VOEvent/v2.0">&b;</voe:VOEvent>"""
OUTSIDE = b"""<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>"""
BROKEN = {
    "an entity bomb": (BOMB, "document type"),
    "an external entity": (OUTSIDE, "document type"),
    "a document type alone": (b"<!DOCTYPE x SYSTEM 'http://localhost/x.dtd'><x/>", "document type"),
    "depth without end": (b"<a>" * 100_000, "nested deeper than"),
    "attributes without end": (b"<a " + b" ".join(b'a%d="1"' % n for n in range(60_000)) + b"/>", "more than 50000"),
    "size without end": (b"<a>" + b"x" * (9 * 2**20) + b"</a>", "bytes"),
    "cut": (voevent()[:400], "well-formed"),
    "an encoding that is none": (b'<?xml version="1.0" encoding="klingon"?><a/>', "XML"),
    "QuakeML": (b'<q:quakeml xmlns:q="http://quakeml.org/xmlns/quakeml/1.2"/>', "earthquake"),
    "no namespace": (b'<VOEvent ivorn="ivo://a/b#c"/>', "namespace"),
    "another document": (b"<html/>", "not a VOEvent"),
    "nothing": (b"  ", "empty"),
    "broken JSON": (b'{"a": ', "well-formed JSON"),
    "a list": (b"[1]", "not an object"),
    "JSON nested without end": (b"[" * 100_000, "well-formed JSON"),
    "any JSON": (b'{"a": 1}', "neither a notice"),
    "no time": (voevent(time=""), "no time"),
    "a wrong time": (voevent(time="2026-13-01T00:00:00"), "not a time"),
    "a wrong declination": (voevent(dec="95"), "declination 95"),
    "a position that is no number": (voevent(ra="nan"), "not a number"),
    "an unknown unit": (voevent(unit="parsec"), "parsec"),
    "a negative error": (voevent(error="-1"), "not between 0 and 180"),
    "no ivorn": (voevent(ivorn=""), "ivorn"),
    "an unknown role": (voevent(role="joke"), "joke"),
    "where a spacecraft points": (voevent(what='<Param name="Packet_Type" value="83"/>'), "no event"),
    "a rate that is no number": (voevent(what='<Param name="FAR" value="often"/>'), "FAR"),
    "an alert of nothing": (b'{"superevent_id": "S1", "alert_type": "INITIAL"}', "superevent_id"),
    "an alert without its event": (
        b'{"superevent_id": "S260101a", "alert_type": "INITIAL", "time_created": "2026-01-01T00:00:00Z"}', "no event"),
    "a wrong containment": (unified(containment_probability=-1), "containment_probability"),
    "too many axes": (unified(ra_dec_error=[1, 2, 3, 4]), "one to three"),
    "corners that are none": (unified(rectangular_error_corners=[1, 2, 3]), "corners"),
    "a huge number": (unified(far=10**400), "JSON|number"),
}  # fmt: skip


@pytest.mark.parametrize("which", BROKEN)
def test_what_cannot_be_understood_is_refused_in_a_sentence(which):
    raw, reason = BROKEN[which]
    with pytest.raises(UnreadableNotice, match=reason) as told:
        read(raw)
    assert len(told.value.reason) < 400


ODD = (
    None,
    True,
    "",
    [],
    {},
    [None],
    {"a": [[]]},
    -1,
    1e308,
    2**70,
    "x\x00y",
    "9" * 400,
    "2026-02-30T00:00:00Z",
    "nan",
    float("nan"),
    "9999-12-31T23:59:60Z",
    "0001-01-01T00:00:00+14:00",
    "http://a/b.fit",
    "é" * 6000,
)
ALERT = {
    "alert_type": "INITIAL", "time_created": "2026-01-01T00:01:00Z", "superevent_id": "S260101ab", "urls": {},
    "event": {"time": "2026-01-01T00:00:00Z", "far": 1e-9, "significant": True, "instruments": ["H1"], "group": "CBC",
              "pipeline": "gstlal", "search": "AllSky", "properties": {"HasNS": 1.0}, "classification": {"BNS": 1.0},
              "duration": None, "central_frequency": None, "skymap": "QUFB"},
    "external_coinc": {"observatory": "Fermi", "combined_skymap": "QUFB"},
}  # fmt: skip


def test_whatever_stands_in_a_field_the_notice_is_read_or_refused():
    """Each field of three kinds of notice in turn holds each oddity."""
    full = json.loads(unified(ra_dec_error=[1, 2, 3], containment_probability=0.9, far=1e-9, event_name=["A", "B"],
                              record_number=1, classification={"GRB": 1}, rectangular_error_corners=None,
                              alert_datetime="2026-01-02T04:00:00Z", alert_type="initial",
                              ref_ID="S260101ab"))  # fmt: skip
    read_, refused = 0, 0
    for whole in (full, {**full, "rectangular_error_corners": [[1, 2], [2, 2], [2, 1]]}, ALERT):
        for path in _paths(whole):
            for odd in ODD:
                try:
                    notice = read(json.dumps(_with(whole, path, odd)).encode())
                except UnreadableNotice:
                    refused += 1
                else:
                    read_ += 1
                    assert "\x00" not in json.dumps(notice.properties, allow_nan=False)
                    assert len(notice.ivorn) < 500
                    assert len(notice.trigger_id or "") <= 100
    for name in ("role", "ivorn", "date", "time", "unit", "ra", "dec", "error", "what"):
        for odd in ODD:
            try:
                read(voevent(**{name: str(odd).replace("\x00", "")}))
            except UnreadableNotice:
                refused += 1
    assert read_ > 200
    assert refused > 200


def _paths(said, path=()):
    for key, told in said.items() if isinstance(said, dict) else enumerate(said):
        yield (*path, key)
        if isinstance(told, dict | list):
            yield from _paths(told, (*path, key))


def _with(whole, path, odd):
    found = json.loads(json.dumps(whole))
    inner = found
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = odd
    return found


def test_an_id_that_any_mission_may_give_names_no_event_by_itself():
    notice = read(unified(id="2"))
    assert (notice.trigger_id, notice.aliases) == (None, ("MAXI#2",))
    assert read(unified(id="240601000")).trigger_id == "240601000"


@needs_data
def test_circulars_name_their_events_and_no_address_is_kept():
    found = [read_circular(said) for said in json.loads(raw_of("circulars/circulars.json"))]
    assert len(found) == 380
    assert not [one.number for one in found if "@" in one.submitter or "@cornell.edu" in one.text + one.subject]
    burst = [one for one in found if one.event_text == "GRB 230812B"]
    assert len(burst) == 64
    assert all("GRB 230812B" in events_named_in(f"{one.subject}\n{one.text}") for one in burst)
    (vail,) = [one for one in found if one.number == 34730]
    assert vail.sent_at == datetime(2023, 9, 18, 17, 55, 30, 507_000, UTC)
    assert vail.submitter == ""
    example = read_circular(json.loads(raw_of("json/gcn_schema_examples/circulars.example.json")))
    assert example.submitter == "Fermi GBM Team at MSFC/Fermi-GBM"


def test_names_of_events_in_prose():
    text = "S190814bv, GRB130427A, IceCube-170922A, EP240408a, FRB 20180916B, MS181101ab; trigger=1125809, bn180116026"
    assert events_named_in(text) == (
        "S190814bv", "GRB 130427A", "IceCube-170922A", "EP240408a", "FRB 20180916B", "MS181101ab", "1125809",
        "bn180116026",
    )  # fmt: skip
    assert events_named_in("SN2023ixf rose by 123456 counts") == ()


@needs_data
def test_the_other_files_of_the_development_data_are_read_or_refused_for_a_true_reason():
    probe = read(raw_of("json/einstein_probe/EP240508.json"))
    assert probe.skymaps == (Cone(229.837999999, -29.746999999, 0.05089517, 0.9),)
    assert (probe.dateobs, probe.trigger_id) == (datetime(2024, 5, 8, 7, 38, 1, 151_000, UTC), None)
    assert {"X-ray", "WXT"} <= probe.tags
    for name, reason in (("no_namespace_packet", "namespace"), ("quakeml_not_a_voevent", "earthquake")):
        with pytest.raises(UnreadableNotice, match=reason):
            read(raw_of(f"voevent/malformed/{name}.xml"))


@needs_data
def test_no_notice_of_the_development_data_is_forgotten_here():
    """A file that somebody adds needs a row in the table, or a place in one of these tests."""
    files = {str(path.relative_to(DATA)) for path in DATA.rglob("*") if path.suffix in (".xml", ".json")}
    tested = {f"voevent/{row['file']}" for row in expected()}
    tested |= {f"json/{path}" for path in examples("gcn_schema_examples") + examples("gcn_schema_examples_history")}
    tested |= {f"json/igwn/igwn_gwalert_{kind}_MS260605l.json" for kind in ("preliminary", "retraction")}
    tested |= {"json/einstein_probe/EP240508.json", "circulars/circulars.json"}
    assert {file for file in files - tested if not file.startswith("json/gcn_schema/")} == set()
