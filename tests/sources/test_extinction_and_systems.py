"""The Galaxy's extinction in and out of photometry, and magnitude systems beyond AB."""

import json
from pathlib import Path

import numpy as np
import pytest

from apps.sources.plots.light_curves import Look, positions
from apps.sources.queries import light_curves
from skyportal.astro import dust
from skyportal.astro.extinction import extinction
from tests.astro.test_dust import written
from tests.factories import InstrumentFactory

pytestmark = pytest.mark.django_db
EBV = 0.2


@pytest.fixture
def api(member, api_of):
    return api_of(member)


@pytest.fixture
def dusty(tmp_path):
    """The same reddening everywhere in the north."""
    before = dust._folder
    written(tmp_path, 1, EBV)
    dust.use(tmp_path)
    yield
    dust.use(before)


def post(api, body):
    return api("POST", "photometry", json.dumps(body))


def curve(api, obj, **query):
    status, answer = api.get(f"sources/{obj.name}/photometry", includeExtinction="true", **query)
    assert status == 200, answer
    return answer["data"]


def test_extinction_goes_out_with_what_the_point_would_be_without_it(dusty, api, obj, upload):
    post(api, upload(mag=[18.0, None], magerr=[0.1, None], limiting_mag=20.0, mjd=[1.0, 2.0], filter="sdssg"))
    seen, limit = curve(api, obj, format="both")
    assert seen["extinction"] == pytest.approx(3.303 * EBV, rel=1e-6)
    assert seen["mag_corr"] == pytest.approx(18.0 - 3.303 * EBV, rel=1e-6)
    assert seen["flux_corr"] / seen["flux"] == pytest.approx(10 ** (0.4 * 3.303 * EBV), rel=1e-6)
    assert (limit["mag_corr"], limit["flux_corr"]) == (None, None)
    assert api.get(f"sources/{obj.name}")[1]["data"]["ebv"] == pytest.approx(EBV)
    assert api.get(f"sources/{obj.name}/position")[1]["data"]["ebv"] == pytest.approx(EBV)


def test_without_a_map_it_is_null_and_nothing_is_corrected(api, obj, upload):
    post(api, upload(mag=18.0, magerr=0.1, limiting_mag=20.0))
    (seen,) = curve(api, obj)
    assert (seen["extinction"], seen["mag_corr"]) == (None, None)
    status, answer = post(api, upload(mag=18.0, magerr=0.1, limiting_mag=20.0, mjd=5.0, extinction_corrected=True))
    assert status == 400
    assert "dust map" in answer["message"]


def test_corrected_photometry_is_kept_as_observed(dusty, api, obj, upload):
    body = upload(mag=18.0, magerr=0.1, limiting_mag=20.0, filter="sdssg", extinction_corrected=True)
    assert post(api, body)[0] == 200
    (seen,) = curve(api, obj)
    assert seen["mag"] == pytest.approx(18.0 + 3.303 * EBV)
    assert seen["mag_corr"] == pytest.approx(18.0)
    assert seen["magerr"] == pytest.approx(0.1)
    assert seen["limiting_mag"] == pytest.approx(20.0 + 3.303 * EBV)
    assert post(api, body | {"extinction_corrected": "perhaps"})[0] == 400


@pytest.mark.parametrize(
    ("bandpass", "magsys", "offset"),
    [
        ("sdssu", "bd17", 10.56), ("sdssu", "ab-b12", -0.06791), ("cspb", "csp", -0.13), ("cspjs", "csp", 0.91),
        ("2massks", "vega", 1.85), ("megacampsf::g", "ab-b12", 0.0),
    ],
)  # fmt: skip
def test_magnitudes_of_other_systems_go_in_and_come_back(api, obj, upload, bandpass, magsys, offset):
    camera = InstrumentFactory(filters=[bandpass])
    given = upload(instrument_id=camera.pk, filter=bandpass, magsys=magsys, mag=15.0, magerr=0.1, limiting_mag=20.0)
    status, answer = post(api, given)
    assert status == 200, answer
    point = f"photometry/{answer['data']['ids'][0]}"
    assert api.get(point)[1]["data"]["mag"] == pytest.approx(15.0 + offset)
    assert api.get(point, magsys=magsys)[1]["data"]["mag"] == pytest.approx(15.0)


@pytest.mark.parametrize(
    ("bandpass", "magsys"), [("ztfg", "jla1"), ("f444w", "vega"), ("cspk", "csp"), ("ztfg", "bd17")]
)
def test_a_pair_without_a_published_zero_point_is_refused(api, obj, upload, bandpass, magsys):
    camera = InstrumentFactory(filters=[bandpass])
    body = upload(instrument_id=camera.pk, filter=bandpass, magsys=magsys, mag=15.0, magerr=0.1, limiting_mag=20.0)
    status, answer = post(api, body)
    assert status == 400
    assert f"No zero-point was published for {bandpass} in the {magsys} system" in answer["message"]


@pytest.fixture
def page(client, member, obj):
    client.force_login(member)
    return lambda path, **query: client.get(f"/source/{obj.name}/{path}", query)


def test_the_plot_is_drawn_without_extinction(dusty, api, obj, upload, viewer_of, member):
    bands = ["sdssg", "swiftxrt", "sdssg"]
    camera = InstrumentFactory(filters=["sdssg", "swiftxrt"])
    body = {"instrument_id": camera.pk, "mjd": [1.0, 2.0, 3.0], "filter": bands, "mag": [18.0, 17.0, None]}
    assert post(api, upload(**body, magerr=[0.1, 0.1, None], limiting_mag=20.0))[0] == 200
    points = light_curves.light_curve(viewer_of(member), obj.pk)
    dimmed = {band: extinction(band, EBV) for band in bands}
    magnitudes, fluxes = (positions(points, Look(space=space, dimmed=dimmed)).y for space in ("mag", "flux"))
    away = 3.303 * EBV
    # what is unknown is not drawn rather than drawn as it was
    assert magnitudes == pytest.approx([18.0 - away, np.nan, 20.0 - away], nan_ok=True)
    assert fluxes[0] == pytest.approx(10 ** (0.4 * (23.9 - 18.0 + away)))


def test_the_page_offers_it_only_where_it_is_known(dusty, api, obj, upload, page):
    post(api, upload(mag=18.0, magerr=0.1, limiting_mag=20.0, filter="sdssg"))
    assert page("photometry").context["extinction"]["why"] == ""
    assert "without extinction" in page("light-curve.json", dereddened="on").content.decode()
    dust.use(Path("/nowhere"))
    assert "unknown, no dust map covers this place" in page("photometry").content.decode()
    assert "without extinction" not in page("light-curve.json", dereddened="on").content.decode()
