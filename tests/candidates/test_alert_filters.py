"""Filters on real packets: what passes is what a plain Python evaluation of the same packets says."""

import functools
import math

import pyarrow as pa
import pytest

from apps.candidates.alerts import conditions, needs, surveys
from apps.candidates.alerts.containers import BadPacket
from apps.candidates.alerts.sandbox import Failed, FilterSpec, Passed, Sandbox

from .alert_data import all_tables, needs_data, packets


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(seconds=20) as running:
        yield running


def known(value):
    """None for what is not known."""
    return None if isinstance(value, float) and math.isnan(value) else value


class P:
    """A packet for the Python side: dotted paths; comparisons with nothing are nothing."""

    def __init__(self, record):
        self.record = record

    def __call__(self, path):
        value = self.record
        for name in path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        return known(value)

    def prv(self, name="prv_candidates"):
        return [P(x) for x in (self(name) or []) if x is not None]


def all_of(*values):
    """SQL's AND: nothing unless all are true."""
    return all(v is True for v in values)


def lt(a, b):
    return None if a is None or b is None else a < b


def gt(a, b):
    return lt(b, a)


def total(values):
    values = [v for v in values if v is not None]
    return sum(values) if values else None


ZTF = [
    ("candidate.magpsf < 18.5", lambda p: lt(p("candidate.magpsf"), 18.5)),
    ("candidate.rb >= 0.65", lambda p: p("candidate.rb") is not None and p("candidate.rb") >= 0.65),
    ("candidate.drb > 0.9", lambda p: gt(p("candidate.drb"), 0.9)),
    ("candidate.drb is null", lambda p: p("candidate.drb") is None),
    ("candidate.isdiffpos in ('t', '1')", lambda p: p("candidate.isdiffpos") in ("t", "1", 1)),
    ("not (candidate.isdiffpos = 'f')", lambda p: str(p("candidate.isdiffpos")) != "f"),
    (
        "candidate.ssdistnr between 0 and 12",
        lambda p: p("candidate.ssdistnr") is not None and 0 <= p("candidate.ssdistnr") <= 12,
    ),
    (
        "candidate.fid = 1 and candidate.programid = 1",
        lambda p: p("candidate.fid") == 1 and p("candidate.programid") == 1,
    ),
    ("candid = 1707409520815015012", lambda p: p("candid") == 1707409520815015012),
    ("candid > 9007199254740993", lambda p: gt(p("candid"), 9007199254740993)),
    ("objectId like 'ZTF21%'", lambda p: (p("objectId") or "").startswith("ZTF21")),
    (
        "objectId ilike 'ztf18%' and not contains(objectId, 'aa')",
        lambda p: (p("objectId") or "").startswith("ZTF18") and "aa" not in p("objectId"),
    ),
    ("len(prv_candidates) > 10", lambda p: len(p("prv_candidates") or []) > 10),
    ("prv_candidates is null", lambda p: p("prv_candidates") is None),
    ("fp_hists is not null", lambda p: p("fp_hists") is not None),
    (
        "len(list_filter(prv_candidates, lambda p: p.magpsf is not null)) >= 3",
        lambda p: p("prv_candidates") is not None and sum(q("magpsf") is not None for q in p.prv()) >= 3,
    ),
    (
        "len(list_filter(prv_candidates, lambda p: p.magpsf is null and p.diffmaglim > 20)) > 5",
        lambda p: sum(q("magpsf") is None and gt(q("diffmaglim"), 20) is True for q in p.prv()) > 5,
    ),
    (
        "len(list_filter(prv_candidates, lambda p: p.fid = candidate.fid and p.magpsf < candidate.magpsf)) > 0",
        lambda p: any(all_of(q("fid") == p("candidate.fid"), lt(q("magpsf"), p("candidate.magpsf"))) for q in p.prv()),
    ),
    (
        "list_min(list_transform(prv_candidates, lambda p: p.magpsf)) < 15",
        lambda p: lt(min((q("magpsf") for q in p.prv() if q("magpsf") is not None), default=None), 15),
    ),
    (
        "candidate.jd - list_min(list_transform(prv_candidates, lambda p: p.jd)) > 20",
        lambda p: lt(20, p("candidate.jd") - min(q("jd") for q in p.prv())) if p.prv() and p("candidate.jd") else None,
    ),
    (
        "list_sum(list_transform(prv_candidates, lambda p: case when p.isdiffpos = 'f' then 1 else 0 end)) >= 2",
        lambda p: sum(q("isdiffpos") == "f" for q in p.prv()) >= 2 if p.prv() else None,
    ),
    (
        "list_contains(list_transform(prv_candidates, lambda p: p.fid), 3)",
        lambda p: any(q("fid") == 3 for q in p.prv()),
    ),
    ("prv_candidates[1].fid = 2", lambda p: bool(p.prv()) and p.prv()[0]("fid") == 2),
    (
        "prv_candidates[-1].magpsf is null and prv_candidates is not null",
        lambda p: p("prv_candidates") is not None and (not p.prv() or p.prv()[-1]("magpsf") is None),
    ),
    (
        "candidate.sgscore1 < 0.3 and candidate.distpsnr1 < 2",
        lambda p: all_of(lt(p("candidate.sgscore1"), 0.3), lt(p("candidate.distpsnr1"), 2)),
    ),
    (
        "coalesce(candidate.drb, candidate.rb) > 0.8",
        lambda p: gt(p("candidate.drb") if p("candidate.drb") is not None else p("candidate.rb"), 0.8),
    ),
    (
        "abs(candidate.dec) < 10 or candidate.ra > 300",
        lambda p: lt(abs(p("candidate.dec")), 10) or gt(p("candidate.ra"), 300),
    ),
    ("cast(candidate.field as varchar) like '5%'", lambda p: str(p("candidate.field") or "").startswith("5")),
    ("schemavsn = '4.02' or schemavsn = '4.01'", lambda p: p("schemavsn") in ("4.02", "4.01")),
    (
        "len(list_filter(fp_hists, lambda f: f.procstatus = '0' and f.forcediffimflux > 5 * f.forcediffimfluxunc)) > 0",
        lambda p: any(
            q("procstatus") == "0" and gt(q("forcediffimflux"), 5 * q("forcediffimfluxunc")) is True
            for q in p.prv("fp_hists")
        ),
    ),
    (
        "candidate.magpsf - candidate.diffmaglim < -2",
        lambda p: (
            lt(p("candidate.magpsf") - p("candidate.diffmaglim"), -2) if p("candidate.diffmaglim") is not None else None
        ),
    ),
    (
        "case when candidate.drb is null then candidate.rb > 0.9 else candidate.drb > 0.99 end",
        lambda p: gt(p("candidate.rb"), 0.9) if p("candidate.drb") is None else gt(p("candidate.drb"), 0.99),
    ),
    (
        "try_cast(candidate.rbversion as double) is null and upper(candidate.isdiffpos) = 'T'",
        lambda p: str(p("candidate.isdiffpos")).upper() == "T",
    ),
    (
        "candidate.jdendhist - candidate.jdstarthist > 100 and candidate.ndethist > 50",
        lambda p: all_of(
            gt(
                None
                if p("candidate.jdendhist") is None or p("candidate.jdstarthist") is None
                else p("candidate.jdendhist") - p("candidate.jdstarthist"),
                100,
            ),
            gt(p("candidate.ndethist"), 50),
        ),
    ),
]
LSST = [
    ("diaSource.snr > 10", lambda p: gt(p("diaSource.snr"), 10)),
    (
        "diaSource.band = 'i' and diaSource.psfFlux > 0",
        lambda p: all_of(p("diaSource.band") == "i", gt(p("diaSource.psfFlux"), 0)),
    ),
    ("diaSource.isNegative", lambda p: p("diaSource.isNegative") is True),
    ("not diaSource.centroid_flag", lambda p: p("diaSource.centroid_flag") is False),
    ("len(prvDiaSources) >= 1", lambda p: len(p("prvDiaSources") or []) >= 1),
    (
        "list_max(list_transform(prvDiaSources, lambda s: s.psfFlux / s.psfFluxErr)) > 5",
        lambda p: any(
            s("psfFlux") is not None and s("psfFluxErr") and s("psfFlux") / s("psfFluxErr") > 5
            for s in p.prv("prvDiaSources")
        ),
    ),
    ("diaObject is null", lambda p: p("diaObject") is None),
    (
        "list_sum(list_transform(prvDiaForcedSources, lambda f: f.psfFlux)) > 1000",
        lambda p: gt(total(f("psfFlux") for f in p.prv("prvDiaForcedSources")), 1000),
    ),
    (
        "diaSource.extendedness is null or diaSource.extendedness < 0.5",
        lambda p: p("diaSource.extendedness") is None or p("diaSource.extendedness") < 0.5,
    ),
    ("diaSource.diaSourceId % 2 = 1", lambda p: p("diaSource.diaSourceId") % 2 == 1),
]
OTHERS = {
    "atlas": [
        ("candidate.Mag < 18 and candidate.Mag > 0", lambda p: 0 < p("candidate.Mag") < 18),
        ("candidate.filter = 'o'", lambda p: p("candidate.filter") == "o"),
    ],
    "decat": [
        (
            "triggersource.rb > 0.6 and len(sources) > 10",
            lambda p: all_of(gt(p("triggersource.rb"), 0.6), len(p("sources")) > 10),
        ),
        (
            "len(list_filter(sources, lambda s: s.filter like 'g %' and s.mag < 23)) > 2",
            lambda p: sum(s("filter").startswith("g ") and lt(s("mag"), 23) is True for s in p.prv("sources")) > 2,
        ),
    ],
    "pgir": [
        (
            "candidate.drb > 0.5 and len(prv_candidates) > 20",
            lambda p: all_of(gt(p("candidate.drb"), 0.5), len(p("prv_candidates") or []) > 20),
        )
    ],
    "winter": [
        ("candidate.magpsf < 16", lambda p: lt(p("candidate.magpsf"), 16)),
        (
            "candidate.tmjmag1 - candidate.magpsf > 1",
            lambda p: gt(
                p("candidate.tmjmag1") - p("candidate.magpsf") if p("candidate.tmjmag1") is not None else None, 1
            ),
        ),
    ],
    "turbo": [
        (
            "candidate.fid = 1 and candidate.isdiffpos = 1",
            lambda p: p("candidate.fid") == 1 and p("candidate.isdiffpos") == 1,
        )
    ],
    "elasticc": [
        (
            "diaSource.filterName in ('g', 'r') and diaObject.hostgal_z > 0.3",
            lambda p: all_of(p("diaSource.filterName") in ("g", "r"), gt(p("diaObject.hostgal_z"), 0.3)),
        ),
        ("len(prvDiaSources) between 3 and 9", lambda p: 3 <= len(p("prvDiaSources") or []) <= 9),
    ],
    "askap": [
        (
            "candidate.flux_int / candidate.flux_peak > 1",
            lambda p: gt(p("candidate.flux_int") / p("candidate.flux_peak"), 1),
        )
    ],
    "desirt": [
        (
            "candidate.reliability > 0.9 and fp_hists[1].band = 'g'",
            lambda p: all_of(gt(p("candidate.reliability"), 0.9), p.prv("fp_hists")[0]("band") == "g"),
        )
    ],
    "roman": [
        (
            "len(list_filter(prvDiaSources, lambda s: s.isNegative)) > 3",
            lambda p: sum(s("isNegative") is True for s in p.prv("prvDiaSources")) > 3,
        )
    ],
}
CASES = [("ztf", *case) for case in ZTF] + [("lsst", *case) for case in LSST]
CASES += [(survey, *case) for survey, cases in OTHERS.items() for case in cases]


def tables_of(key):
    found = []
    for table in all_tables():
        try:
            survey = surveys.survey_of(table.schema)
        except BadPacket:
            continue
        if survey.key == key and "broker" not in table.packets[0].where:
            found.append(table)
    return found


@functools.cache
def records(key):
    """The packets of each table of a survey, decoded once for all conditions."""
    return [[P(packet.record()) for packet in table.packets] for table in tables_of(key)]


@needs_data
@pytest.mark.realdata
@pytest.mark.parametrize(("survey", "condition", "oracle"), CASES, ids=[f"{s}: {c}" for s, c, _ in CASES])
def test_what_passes_is_what_python_says(sandbox, survey, condition, oracle):
    tables = tables_of(survey)
    valid = conditions.validate(condition, {}, [t.schema.arrow for t in tables], sandbox)
    for table, packets_of_table in zip(tables, records(survey), strict=True):
        answer = sandbox.run(table.columns, [FilterSpec("f", valid)])["f"]
        assert isinstance(answer, Passed), answer
        expected = [i for i, packet in enumerate(packets_of_table) if oracle(packet) is True]
        assert answer.rows == expected, table.schema.key


@needs_data
@pytest.mark.realdata
def test_every_table_was_met_and_the_cases_are_many():
    assert len(CASES) >= 40
    assert sum(len(t) for key in {s for s, _, _ in CASES} for t in tables_of(key)) >= len(packets()) - 10


@needs_data
@pytest.mark.realdata
def test_annotations_are_values_of_the_packets_that_passed(sandbox):
    tables = tables_of("ztf")
    valid = conditions.validate(
        "candidate.drb > 0.99",
        {
            "id": "candid",
            "colour": "candidate.sgmag1 - candidate.srmag1",
            "epochs": "len(prv_candidates)",
            "mags": "list_transform(prv_candidates, lambda p: p.magpsf)",
            "who": "objectId",
        },
        [t.schema.arrow for t in tables],
        sandbox,
    )
    met = 0
    for table in tables:
        answer = sandbox.run(table.columns, [FilterSpec("f", valid)])["f"]
        for row, values in zip(answer.rows, answer.annotations, strict=True):
            packet = P(table.packets[row].record())
            assert values["id"] == packet("candid")
            assert values["who"] == packet("objectId")
            assert values["colour"] == pytest.approx(packet("candidate.sgmag1") - packet("candidate.srmag1"))
            assert values["epochs"] == (len(packet("prv_candidates")) if packet("prv_candidates") is not None else None)
            assert values["mags"] is None or values["mags"] == [q("magpsf") for q in packet.prv()]
            met += 1
    assert met > 50


@needs_data
@pytest.mark.realdata
def test_a_data_error_names_the_packet_and_spares_the_other_filters(sandbox):
    table = next(t for t in tables_of("ztf") if len(t) > 100)
    schema = [table.schema.arrow]
    bad = conditions.validate("log10(candidate.magpsf - 16) > 0", {}, schema, sandbox)
    cast = conditions.validate("candidate.magpsf > 0", {"n": "cast(candidate.isdiffpos as int)"}, schema, sandbox)
    fine = conditions.validate("candidate.magpsf > 0", {}, schema, sandbox)
    ids = [str(p.record()["candid"]) for p in table.packets]
    found = sandbox.run(
        table.columns, [FilterSpec("bad", bad), FilterSpec("cast", cast), FilterSpec("fine", fine)], ids
    )
    assert isinstance(found["bad"], Failed)
    assert found["bad"].value["candidate"]["magpsf"] <= 16
    assert found["bad"].packet == ids[found["bad"].row]
    assert set(found["bad"].value["candidate"]) == {"magpsf"}
    assert "annotation n" in found["cast"].reason
    assert len(found["fine"].rows) == len(table)


def test_a_version_without_the_field_does_not_pass(sandbox):
    old = pa.schema([("a", pa.struct([("x", pa.float64())]))])
    new = pa.schema(
        [("a", pa.struct([("x", pa.float64()), ("y", pa.string())])), ("b", pa.list_(pa.struct([("z", pa.int64())])))]
    )
    valid = conditions.validate("a.x > 1 and (a.y = 'q' or len(b) > 0)", {"y": "a.y"}, [old, new], sandbox)
    either = conditions.validate("a.x > 1 and a.y is null", {}, [old, new], sandbox)
    specs = [FilterSpec("and", valid), FilterSpec("null", either)]
    found = sandbox.run(pa.Table.from_pylist([{"a": {"x": 2.0}}, {"a": {"x": 0.0}}], old), specs)
    assert (found["and"].rows, found["null"].rows) == ([], [0])
    rows = [{"a": {"x": 2.0, "y": "q"}, "b": None}, {"a": {"x": 2.0, "y": None}, "b": [{"z": 1}]}]
    found = sandbox.run(pa.Table.from_pylist(rows, new), specs)
    assert (found["and"].rows, found["null"].rows) == ([0, 1], [1])
    assert found["and"].annotations == [{"y": "q"}, {"y": None}]


def test_a_type_that_changed_between_versions_is_compared_as_text(sandbox):
    number = pa.schema([("sign", pa.int64())])
    text = pa.schema([("sign", pa.string())])
    valid = conditions.validate("sign in ('t', '1')", {}, [number, text], sandbox)
    assert sandbox.run(pa.table({"sign": [1, 0]}), [FilterSpec(1, valid)])[1].rows == [0]
    assert sandbox.run(pa.table({"sign": ["t", "f"]}), [FilterSpec(1, valid)])[1].rows == [0]


def test_fields_are_listed_with_their_types():
    schema = pa.schema(
        [("c", pa.struct([("x", pa.float64()), ("l", pa.list_(pa.struct([("y", pa.string())])))])), ("id", pa.int64())]
    )
    assert needs.describe(schema) == [("c.x", "number"), ("c.l[].y", "text"), ("id", "whole number")]
