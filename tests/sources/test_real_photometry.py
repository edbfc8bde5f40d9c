"""Real light curves go in by page and by API, and come out equal to what their files say."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

from apps.sources.actions.objs import make_known
from apps.sources.models import Photometry
from skyportal.astro.bandpasses import BANDPASSES
from skyportal.astro.photometry_columns import guessed, mjd_in
from skyportal.astro.photometry_tables import read_table
from tests.candidates.alert_data import DATA
from tests.factories import InstrumentFactory, ObjFactory

FILES = DATA.parent / "photometry"
pytestmark = [pytest.mark.django_db, pytest.mark.skipif(not FILES.is_dir(), reason="no development data here")]

# file, rows, the way it names bands, what else a person has to say
LIGHT_CURVES = {
    "skyportal/14gqr_phot.csv": (366, {}, {}),
    "skyportal/ZTF21aaqjmps_phot.csv": (174, {}, {}),
    "skyportal/ZTF18aabcvnq_phot.csv": (497, {}, {}),
    "skyportal/AT2017gfo_optical.csv": (107, {}, {}),
    "skyportal/AT2017gfo_radio.csv": (30, {}, {}),
    "skyportal/AT2017gfo_xray.csv": (8, {}, {}),
    "skyportal/ZTFe028h94k_phot.csv": (872, {}, {}),
    "skyportal/ZTFrlh6cyjh_phot.csv": (1121, {}, {}),
    "skyportal/ZTFrlh6cyjh_ATLAS.csv": (384, {}, {}),
    "skyportal/badsource.csv": (4, {}, {}),
    "nmma/AT2017gfo.dat": (141, {}, {}),
    "nmma/ZTF21abjvfbc.dat": (29, {}, {}),
    "SN2025kwy.parquet": (36, {"g": "desg", "r": "desr"}, {}),
    "tom_atlas_fp.csv": (32, {"o": "atlaso", "c": "atlasc"}, {}),
    "ztf_bts_snia/ZTF20abyvtds.csv": (43, {"R": "ztfr", "g": "ztfg"}, {}),
    "periodic/sdss_s82_rrlyrae/1061631.csv": (268, {b: f"sdss{b}" for b in "ugriz"}, {}),
}


def expected(name: str, bands: dict[str, str]) -> list[tuple[float, str, float | None, float]]:
    """(mjd, band, flux in µJy or None, error in µJy) of each row, worked out here by hand from the file's own words."""
    table = read_table((FILES / name).read_bytes())
    fields = {field: column for column, field in guessed(table).items() if field}
    time = next(f for f in ("mjd", "jd", "date") if f in fields)
    rows = []
    for cells in (dict(zip(table.names, row, strict=True)) for row in table.rows):
        said = {field: cells[column] for field, column in fields.items()}
        flux, error = _flux(said, fields.get("flux", ""))
        rows.append((mjd_in(said[time], time), bands.get(said["filter"], said["filter"]), flux, error))
    return rows


def _flux(said: dict[str, str], column: str) -> tuple[float | None, float]:
    if "flux" in said:
        zp = {"FLUXCAL": 27.5, "uJy": 23.9}.get(column) or float(said["zp"])
        scale = 10 ** (0.4 * (23.9 - zp))
        flux = None if said["flux"] in ("", "NaN") else float(said["flux"]) * scale
        return flux, float(said["fluxerr"]) * scale
    if said["mag"] and said["magerr"] != "inf":
        flux = 10 ** (0.4 * (23.9 - float(said["mag"])))
        return flux, flux * float(said["magerr"]) * math.log(10) / 2.5
    limit = float(said["mag"] or said["limiting_mag"])
    return None, 10 ** (0.4 * (23.9 - limit)) / 3


@pytest.fixture
def everything(db):
    return InstrumentFactory(name="Everything", filters=sorted(BANDPASSES))


@pytest.fixture(params=LIGHT_CURVES)
def light_curve(request):
    count, bands, said = LIGHT_CURVES[request.param]
    rows = expected(request.param, bands)
    assert len(rows) == count
    return request.param, bands, said, rows


def stored(obj):
    points = Photometry.objects.filter(obj=obj).order_by("mjd", "bandpass__name", "fluxerr", "pk")
    return [
        (mjd, band, None if flux != flux else flux, error)
        for mjd, band, flux, error in points.values_list("mjd", "bandpass__name", "flux", "fluxerr")
    ]


def same(found, rows):
    # an upload keeps what two rows say twice only once
    once = {(round(mjd, 9), band, flux, error): (mjd, band, flux, error) for mjd, band, flux, error in rows}
    wanted = sorted(once.values(), key=lambda row: (row[0], row[1], row[3]))
    assert len(found) == len(wanted)
    for (mjd, band, flux, error), (mjd_, band_, flux_, error_) in zip(found, wanted, strict=True):
        assert (mjd, band) == (pytest.approx(mjd_, abs=1e-8), band_)
        assert flux == (None if flux_ is None else pytest.approx(flux_, rel=1e-9))
        assert error == pytest.approx(error_, rel=1e-9)


def test_a_real_light_curve_goes_in_by_page(light_curve, everything, member, group, client):
    name, bands, said, rows = light_curve
    obj = ObjFactory(name="ZTF26real")
    make_known([obj.pk], group_ids=[group.pk])
    client.force_login(member)
    address = f"/source/{obj.name}/photometry/upload"
    more = {"instrument_id": everything.pk, "band_word": list(bands), "band_is": list(bands.values()), **said}
    more |= {"only": "*"}  # one has two names of its source
    with (FILES / name).open("rb") as file:
        answer = client.post(address, {"file": file, **more})
    draft = answer.context["draft"]
    # a table that repeats itself is said to, and written without its repetitions
    twice = {f.row for f in draft.findings if f.level == "error"}
    assert {f.kind for f in draft.findings if f.level == "error"} <= {"repeated"}, draft.findings[:3]
    fields = {f"field-{n}": field for n, _, field, _ in answer.context["columns"]}
    kept = {"table": answer.context["kept"], "leave": sorted(twice), "step": "write", "seen": "1"}
    answer = client.post(address, more | fields | kept)
    assert answer.context.get("count") == len(rows) - len(twice), answer.context.get("problem")
    same(stored(obj), rows)


def test_a_real_light_curve_goes_in_by_api(light_curve, everything, member, group, api_of):
    rows = list(dict.fromkeys(light_curve[3]))
    obj = ObjFactory(name="ZTF26real")
    make_known([obj.pk], group_ids=[group.pk])
    body = {"obj_id": obj.name, "instrument_id": everything.pk, "magsys": "ab", "zp": 23.9}
    body |= {key: [row[n] for row in rows] for n, key in enumerate(("mjd", "filter", "flux", "fluxerr"))}
    api = api_of(member)
    status, answer = api.post("photometry", body, dry_run=True)
    assert (status, answer["data"]["errors"], answer["data"]["rows"]) == (200, 0, len(rows)), answer
    assert not Photometry.objects.exists()
    status, answer = api.post("photometry", body)
    assert status == 200, answer
    same(stored(obj), rows)
    shown = api.get(f"sources/{obj.name}/photometry", format="flux")[1]["data"]
    assert len(shown) == len(rows)


def test_a_file_in_a_system_without_a_zeropoint_is_refused_row_by_row(everything, member, group, client):
    obj = ObjFactory(name="ZTF26salt")
    make_known([obj.pk], group_ids=[group.pk])
    client.force_login(member)
    with (FILES / "sncosmo/SNLS3-04D3gx/lc2fit_r.dat").open("rb") as file:
        said = {"file": file, "instrument_id": everything.pk, "band_word": "r", "band_is": "megacam6::r"}
        answer = client.post(f"/source/{obj.name}/photometry/upload", said)
    findings = answer.context["draft"].findings
    assert len(findings) == 38
    assert {f.kind for f in findings} == {"magnitude system"}
    assert "megacam6::r in the vega system" in findings[0].message


def test_every_csv_of_the_peer_is_read_as_csv_reads_it():
    """The reader against the standard library, on files that are plain CSV."""
    for file in sorted((FILES / "skyportal").glob("*.csv")):
        with file.open(newline="") as lines:
            heading, *rows = csv.reader(lines)
        table = read_table(Path(file).read_bytes())
        assert (len(table.rows), len(table.names)) == (len(rows), len(heading)), file.name
