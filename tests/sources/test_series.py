"""Photometric series: files that come in, what they come to, who reads them, how they are found."""

import base64
import io
import pickle

import h5py
import numpy as np
import pytest

from apps.sources.models import PhotometricSeries
from skyportal.astro.series import BadSeries, read
from tests.candidates.alert_data import DATA
from tests.factories import InstrumentFactory

REAL = DATA.parent / "photometry/skyportal/TESS_photometric_series1.h5"


def packed(fill):
    made = io.BytesIO()
    with h5py.File(made, "w") as file:
        fill(file)
    return made.getvalue()


def table(file, kind=b"(lp0\nVmjd\np1\naVflux\np2\na.", metadata=None):
    """As pandas appends: rows of blocks, the names of a block pickled beside it."""
    rows = np.zeros(3, [("index", "<i8"), ("values_block_0", "<f8", (2,))])
    rows["values_block_0"] = [[59000.2, 30.0], [59000.0, 10.0], [59000.1, np.nan]]
    group = file.create_group("photometry")
    group.create_dataset("table", data=rows).attrs["values_block_0_kind"] = np.bytes_(kind)
    if metadata:
        group.attrs["metadata"] = np.bytes_(metadata)


def fixed(file):
    group = file.create_group("phot")
    group["axis0"] = np.array([b"mjd", b"mag", b"magerr"])
    group["block0_items"], group["block0_values"] = group["axis0"][()], np.array([[1.0, 18.0, 0.1], [2.0, 19.0, 0.1]])


class Evil:
    def __reduce__(self):
        return print, ("executed",)


def test_tables_of_pandas_are_read():
    series = read(packed(lambda f: table(f, metadata=b"(dp0\nVexp_time\np1\nF21.7\nsVfilter\np2\nVtess\np3\ns.")))
    assert series.mjd.tolist() == [59000.0, 59000.1, 59000.2]
    assert series.columns["flux"][[0, 2]].tolist() == [10.0, 30.0]
    assert series.metadata == {"exp_time": 21.7, "filter": "tess"}
    assert read(packed(fixed)).magnitudes[0].tolist() == [18.0, 19.0]


HARMFUL = {
    "no HDF5": lambda: b"mjd,flux\n1,2\n",
    "a pickle that calls": lambda: packed(lambda f: table(f, metadata=pickle.dumps(Evil(), protocol=0))),
    "a link to another file": lambda: packed(lambda f: f.update(mjd=h5py.ExternalLink("/etc/passwd", "/x"))),
    "data in another file": lambda: packed(
        lambda f: f.create_dataset("mjd", (9,), "u1", external=[("/etc/passwd", 0, 9)])
    ),
    "a column larger than memory": lambda: packed(lambda f: f.create_dataset("mjd", (10**11,), "f8", chunks=(1000,))),
    "objects": lambda: packed(lambda f: f.create_dataset("mjd", data=["a", "b"], dtype=h5py.string_dtype())),
    "no times": lambda: packed(lambda f: f.create_dataset("flux", data=[1.0])),
    "nothing": lambda: packed(lambda f: None),
}


@pytest.mark.parametrize("name", HARMFUL)
def test_what_is_no_series_or_means_harm_is_refused(name, capsys):
    with pytest.raises(BadSeries):
        read(HARMFUL[name]())
    assert "executed" not in capsys.readouterr().out


@pytest.fixture
def body(obj, group):
    camera = InstrumentFactory(filters=["tess"])
    return {
        "obj_id": obj.name, "instrument_id": camera.pk, "series_name": "sector 2", "series_obj_id": "114807149",
        "filter": "tess", "exp_time": 20.0, "group_ids": [group.pk],
        "data": {"mjd": [1.0, 1.5, 2.0, 2.5], "mag": [18.0, 18.2, None, 18.4], "magerr": [0.1, 0.1, None, 0.5]},
    }  # fmt: skip


@pytest.fixture
def api(member, api_of):
    return api_of(member)


@pytest.mark.django_db
def test_columns_go_in_and_come_out(api, body, obj, outsider, api_of):
    status, answer = api.post("photometric_series", body)
    assert status == 200, answer
    pk = answer["data"]["id"]
    seen = api.get(f"photometric_series/{pk}")[1]["data"]
    assert seen["data"]["mag"] == [18.0, 18.2, None, 18.4]
    assert (seen["num_exp"], seen["mjd_first"], seen["mjd_last"]) == (4, 1.0, 2.5)
    assert (seen["robust_mag"], seen["mjd_last_detected"]) == (pytest.approx(18.2), 1.5)
    assert seen["frame_rate"] == pytest.approx(1 / 43200)
    file = base64.b64decode(api.get(f"photometric_series/{pk}", dataFormat="hdf5")[1]["data"]["data"])
    with h5py.File(io.BytesIO(file)) as opened:
        assert opened["data/mag"][0] == 18.0
        assert opened["data"].attrs["filter"] == "tess"
    assert api.post("photometric_series", body)[0] == 400
    (*_, last) = points = api.get(f"sources/{obj.name}/photometry", individualOrSeries="series")[1]["data"]
    assert (len(points), last["mag"], last["filter"], last["mjd"]) == (3, pytest.approx(18.4), "tess", 2.5)
    assert api_of(outsider).get(f"photometric_series/{pk}")[0] == 400
    assert api.patch(f"photometric_series/{pk}", {"series_name": "sector 3"})[0] == 200
    assert api.get("photometric_series", seriesName="sector 3")[1]["data"]["totalMatches"] == 1
    assert api.delete(f"photometric_series/{pk}")[0] == 200
    assert not PhotometricSeries.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "matches"),
    [
        ({"minMedianSNR": 5}, 1), ({"minMedianSNR": 500}, 0), ({"startAfter": 0.5, "endBefore": 3}, 1),
        ({"magFainterThan": 18.3}, 0), ({"magFainterThan": 18.1, "useRobustMagAndRMS": "true"}, 1),
        ({"ra": 150.0, "dec": 2.0, "radius": 0.01}, 1), ({"ra": 151.0, "dec": 2.0, "radius": 0.01}, 0),
        ({"limitingMagIsNaN": "true"}, 1), ({"detected": "false"}, 0), ({"rejectedObjectID": "ZTF26"}, 0),
        ({"sortBy": "best_snr", "sortOrder": "desc", "dataFormat": "json"}, 1), ({"instrumentID": 99999}, 0),
    ],
)  # fmt: skip
def test_series_are_found_by_their_figures(api, body, asked, matches):
    assert api.post("photometric_series", body)[0] == 200
    status, answer = api.get("photometric_series", **asked)
    assert (status, answer["data"]["totalMatches"], len(answer["data"]["series"])) == (200, matches, matches)


BAD = {
    "no times": ({"data": {"mag": [1.0]}}, "mjd"),
    "lengths": ({"data": {"mjd": [1.0, 2.0], "mag": [1.0]}}, "length"),
    "band": ({"filter": "tess::red"}, "tess::red"),
    "base64": ({"data": "%%%"}, "base64"),
    "exposure": ({"exp_time": "long"}, "exp_time"),
    "instrument": ({"instrument_id": 10**12}, "instrument ID"),
    "alignment": ({"time_stamp_alignment": "soon"}, "middle"),
    "no name": ({"series_name": None}, "series_name"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", BAD)
def test_a_bad_body_is_refused_with_the_reason(api, body, name):
    change, word = BAD[name]
    status, answer = api.post("photometric_series", body | change)
    assert status == 400
    assert word in answer["message"]
    assert not PhotometricSeries.objects.exists()


@pytest.mark.django_db
@pytest.mark.skipif(not REAL.exists(), reason="the development data is not here")
def test_the_real_series_of_tess(api, body):
    file = base64.b64encode(REAL.read_bytes()).decode()
    sent = {name: body[name] for name in ("obj_id", "instrument_id", "filter")} | {"data": file}
    status, answer = api.post("photometric_series", sent)
    assert status == 200, answer
    seen = api.get(f"photometric_series/{answer['data']['id']}", dataFormat="hdf5")[1]["data"]
    assert (seen["series_name"], seen["series_obj_id"], seen["num_exp"]) == ("TESS_2_1_2", "114807149", 18699)
    assert (seen["ra"], seen["exp_time"]) == (pytest.approx(359.988204043562), pytest.approx(21.7065139))
    assert (seen["robust_mag"], seen["mjd_first"]) == (
        pytest.approx(18.741, abs=1e-3),
        pytest.approx(58353.6078, abs=1e-4),
    )
    assert seen["data"] == file


@pytest.mark.django_db
def test_the_panel_draws_them_and_gives_the_file(api, body, obj, member, outsider, client):
    client.force_login(member)
    address = f"/source/{obj.name}/series"
    assert "No photometric series" in client.get(address).content.decode()
    n = np.arange(20_000)
    body["data"] = {"mjd": (59000 + n / 1000).tolist(), "mag": (18 + np.sin(n)).tolist(), "magerr": [0.01] * len(n)}
    pk = api.post("photometric_series", body)[1]["data"]["id"]
    assert "20,000" in client.get(address).content.decode()
    figure = client.get(f"{address}/figure.json")
    assert len(figure.content) < 150_000
    with h5py.File(io.BytesIO(client.get(f"{address}/{pk}.h5").content)) as file:
        assert len(file["data/mjd"]) == 20_000
    client.force_login(outsider)
    assert {client.get(f"{address}{end}").status_code for end in ("", "/figure.json", f"/{pk}.h5")} <= {400, 404}
