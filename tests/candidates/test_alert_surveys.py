"""What packets mean: true light curves, whatever the survey."""

import csv
import io
import math
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.candidates.alerts import cutouts, lightcurve, reading, surveys
from apps.candidates.alerts.containers import BadPacket
from skyportal.astro.photometry import flux_density, limiting_fluxerr, magnitude
from skyportal.astro.time import utc_from_tai

from .alert_data import DATA, needs_data, packets


@pytest.fixture(scope="module")
def alerts():
    found, refused = [], []
    for packet in packets():
        try:
            found.append((packet, surveys.normalise(packet)))
        except BadPacket as error:
            refused.append((packet, str(error)))
    return found, refused


@needs_data
@pytest.mark.realdata
def test_every_survey_is_known(alerts):
    found, refused = alerts
    assert Counter(a.survey for _, a in found) == {
        "ztf": 1013, "elasticc": 200, "lsst": 104, "decat": 26, "pgir": 13, "winter": 13, "atlas": 10, "turbo": 9,
        "askap": 1, "desirt": 1, "roman": 1,
    }  # fmt: skip
    reasons = Counter(reason.split(":")[0].split(" (")[0] for _, reason in refused)
    assert reasons == {"not an alert of a known survey": 2, "impossible time": 2}
    assert all(len(a.photometry) and not np.isnan(a.photometry.mjd).any() for _, a in found)


@needs_data
@pytest.mark.realdata
def test_sn2021rhu_merges_to_34_detections_and_16_limits(alerts):
    curve = lightcurve.merge(a.photometry for _, a in alerts[0] if a.object_id == "ZTF21abiuvdk")
    origins = Counter(curve.origin)
    assert (origins["alert"], origins["previous"], origins["limit"]) == (34, 0, 16)
    best = int(np.nanargmax(np.where(np.array(curve.bandpass) == "ztfg", curve.flux, np.nan)))
    assert float(magnitude(curve.flux[best], 0)[0]) == pytest.approx(12.4256, abs=1e-4)
    assert curve.mjd[best] + 2400000.5 == pytest.approx(2459411.9148, abs=1e-4)
    limits = np.array(curve.origin) == "limit"
    assert np.array_equal(limits, np.isnan(curve.flux))
    assert np.allclose(curve.fluxerr[limits], limiting_fluxerr(curve.limiting_mag[limits]))


@needs_data
@pytest.mark.realdata
def test_all_histories_merge_as_expected(alerts):
    curves = defaultdict(list)
    misdated = set()  # some re-published packets give all earlier detections one date; we read it from their ids
    rounded = set()  # files made with pandas keep earlier candidate ids as floats: their last digits are lost
    for packet, alert in alerts[0]:
        if alert.survey == "ztf" and "broker" not in packet.where:
            curves[alert.object_id].append(alert.photometry)
            earlier = packet.record().get("prv_candidates") or []
            if any(isinstance(p.get("candid"), float) for p in earlier):
                rounded.add(alert.object_id)
            if len(earlier) > 1 and len({p["jd"] for p in earlier}) == 1:
                misdated.add(alert.object_id)
    with (DATA / "ztf" / "histories_expected.csv").open() as stream:
        expected = list(csv.DictReader(stream))
    assert len(expected) == 61
    for row in expected:
        curve = lightcurve.merge(curves[row["objectId"]])
        seen = [i for i, origin in enumerate(curve.origin) if origin in ("alert", "previous")]
        epochs = {(round(curve.mjd[i], 4), curve.bandpass[i]) for i in seen}
        assert len(curves[row["objectId"]]) == int(row["n_packets"])
        assert curve.origin.count("limit") == int(row["unique_upper_limits_by_pid"]), row
        if row["objectId"] not in misdated:
            assert len(epochs) == int(row["unique_detections_by_jd_fid"]), row
        if row["objectId"] in rounded:
            assert len(epochs) <= len(seen) <= max(len(epochs) + 3, int(row["unique_detections_by_candid"]))
            continue
        assert len(seen) == int(row["unique_detections_by_candid"]), row
        brightest = max(seen, key=lambda i: abs(curve.flux[i]))
        assert float(magnitude(abs(curve.flux[brightest]), 0)[0]) == pytest.approx(
            float(row["brightest_magpsf"]), abs=1e-4
        )
        if row["objectId"] not in misdated:
            assert curve.mjd[brightest] + 2400000.5 == pytest.approx(float(row["brightest_jd"]), abs=1e-4)


@needs_data
@pytest.mark.realdata
def test_negative_subtractions_have_negative_flux(alerts):
    for packet, alert in alerts[0]:
        sign = packet.record().get("candidate", {}).get("isdiffpos")
        own = [p for p in alert.photometry.points() if p.origin == "alert"]
        if alert.survey == "atlas":  # its isdiffpos contradicts its pixels; the magnitude carries the sign
            assert (own[0].flux < 0) == (packet.record()["candidate"]["Mag"] < 0)
        elif sign is not None and own:
            assert (own[0].flux < 0) == (sign in ("f", "0", 0, False)), packet.where


@needs_data
@pytest.mark.realdata
def test_lsst_times_are_utc(alerts):
    for packet, alert in alerts[0]:
        if alert.survey == "lsst" and "diaSource" in packet.record():
            tai = packet.record()["diaSource"]["midpointMjdTai"]
            assert (tai - alert.mjd) * 86400 == pytest.approx(37 if tai > 57754 else 36, abs=1e-3)


@needs_data
@pytest.mark.realdata
def test_forced_photometry_uses_its_zeropoint_and_only_good_fits(alerts):
    checked = 0
    for packet, alert in alerts[0]:
        forced = {p.mjd: p for p in alert.photometry.points() if p.origin == "forced"}
        if alert.survey != "ztf" or "broker" in packet.where:
            continue
        for row in packet.record().get("fp_hists") or []:
            mjd = row["jd"] - 2400000.5
            assert (mjd in forced) == (str(row["procstatus"]) == "0")
            if mjd in forced:
                checked += 1
                expected = row["forcediffimflux"] * 10 ** (0.4 * (23.9 - row["magzpsci"]))
                assert forced[mjd].flux == pytest.approx(expected)
    assert checked > 50


@needs_data
@pytest.mark.realdata
def test_cutouts_have_true_pixels(alerts):
    from PIL import Image

    for packet, alert in alerts[0][::23]:
        for role, data in alert.cutouts.items():
            pixels = cutouts.image(data)
            assert pixels.ndim == 2
            picture = Image.open(__import__("io").BytesIO(cutouts.png(data, "linear" if role == "sub" else "asinh")))
            assert picture.size == pixels.shape[::-1], packet.where


def test_a_picture_is_no_mirror_image_of_the_sky():
    """ZTF's rows run southwards: what is in the first one is north, so it belongs to the top."""
    from PIL import Image

    pixels = np.zeros((9, 9))
    pixels[0, 2] = 100.0
    for survey, row in (("ztf", 0), ("lsst", 8)):
        drawn = cutouts.png(pixels, "linear", first_row_up=surveys.BY_KEY[survey].first_row_up)
        assert np.asarray(Image.open(io.BytesIO(drawn)))[row, 2] == 255


@needs_data
@pytest.mark.realdata
def test_reference_sources_of_ztf_lie_where_their_positions_say(alerts):
    """Drawn with north up and east left, the source nearest to a candidate is where `ranr` and `decnr` put it."""
    from PIL import Image

    right = []
    for packet, alert in alerts[0]:
        c = packet.record().get("candidate") or {}
        if alert.survey != "ztf" or not 3 < (c.get("distnr") or 0) < 28 or not (c.get("magnr") or 99) < 21:
            continue
        east, north = (c["ranr"] - c["ra"]) * math.cos(math.radians(c["dec"])) * 3600, (c["decnr"] - c["dec"]) * 3600
        grey = np.asarray(Image.open(io.BytesIO(cutouts.png(alert.cutouts["ref"], first_row_up=True)))).astype(int)
        x, y = (round(31 - offset / 1.0125) for offset in (east, north))
        if abs(y - 31) > 3 and grey.shape == (63, 63):  # brighter than where a mirror image would have it
            right.append(grey[y - 1 : y + 2, x - 1 : x + 2].sum() > grey[61 - y : 64 - y, x - 1 : x + 2].sum())
    assert len(right) > 15
    assert np.mean(right) > 0.9


@pytest.mark.parametrize(
    "data", [b"", b"SIMPLE  = T", b"\x1f\x8b123", b"abc", b"\xff\xd8\xffxx", b"SIMPLE".ljust(80) * 200]
)
def test_broken_cutouts_say_so(data):
    with pytest.raises(BadPacket):
        cutouts.image(data)


def test_a_cutout_of_unknown_pixels_is_black():
    assert cutouts.png(np.full((9, 9), np.nan)).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"candid": None}, "no candidate identifier"),
        ({"objectId": ""}, "no object identifier"),
        ({"ra": None}, "no position"),
        ({"dec": 123.0}, "impossible position"),
        ({"jd": math.nan}, "no time"),
        ({"jd": 5.0}, "impossible time"),
    ],
)
def test_a_packet_without_identity_place_or_time_is_refused(change, reason):
    good = {"objectId": "A", "candid": 5, "candidate": {"jd": 2460000.5, "ra": 10.0, "dec": 1.0}}
    record = {k: change.get(k, v) for k, v in good.items()} | {
        "candidate": {k: change.get(k, v) for k, v in good["candidate"].items()}
    }
    with pytest.raises(BadPacket, match=reason):
        surveys.BY_KEY["ztf"].normalise(record)


def test_an_unknown_survey_is_read_by_its_common_words():
    raw = b'{"objectId": "N1", "candid": 9007199254740993, "candidate": {"jd": 2460000.5, "ra": 370.0, "dec": 1.0}}'
    (packet,) = reading.read_message(raw, "here")
    alert = surveys.normalise(packet)
    assert (alert.survey, alert.candid, alert.ra, alert.mjd) == ("generic", "9007199254740993", 10.0, 60000.0)


@given(st.floats(0, 35), st.floats(1e-4, 1.0))
def test_magnitudes_and_their_errors_survive_the_way_through_flux(mag, magerr):
    assert [float(x) for x in magnitude(*flux_density(mag, magerr))] == pytest.approx([mag, magerr])


@given(st.floats(44300, 70000), st.floats(44300, 70000))
def test_utc_keeps_the_order_of_times(a, b):
    if abs(a - b) > 1.1 / 86400:
        assert (utc_from_tai(a) < utc_from_tai(b)) == (a < b)
