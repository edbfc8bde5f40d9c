"""Centroids and the HR diagram: the numbers behind the pictures, and who may see them."""

import json
import re

import numpy as np
import pytest

from apps.sources.queries.centroids import Centroids

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(member, api_of):
    return api_of(member)


def measured(upload, group, places):
    n = len(places)
    ras, decs = zip(*places, strict=True)
    return upload(
        mjd=[58000.0 + k for k in range(n)], filter=["ztfg"] * n, magsys=["ab"] * n, mag=[18.0] * n,
        magerr=[0.1] * n, limiting_mag=[20.5] * n, ra=list(ras), dec=list(decs), ra_unc=[0.1] * n, group_ids=[group.pk],
    )  # fmt: skip


def test_each_detection_lies_where_it_was_measured(client, member, outsider, group, obj, upload, api):
    client.force_login(member)
    assert "No positions yet" in client.get(f"/source/{obj.name}/centroid").content.decode()
    assert client.get(f"/source/{obj.name}/centroid.json").status_code == 404
    arcsec = 1 / 3600
    places = [(150.0 + arcsec, 2.0), (150.0, 2.0 + 2 * arcsec), (150.0 - arcsec, 2.0 - 2 * arcsec)]
    status, body = api.post("photometry", measured(upload, group, places))
    assert status == 200, body
    found = client.get(f"/source/{obj.name}/centroid.json").content.decode()
    assert json.loads(found)["doc"]
    for words in ("@band  @when{%F %T}", "@instrument", "@mag{0.000}", "Camera"):
        assert words in found
    page = client.get(f"/source/{obj.name}/centroid").content.decode()
    assert '<span class="count">3</span>' in page
    client.force_login(outsider)
    assert client.get(f"/source/{obj.name}/centroid").status_code == 404


def test_points_of_elsewhere_are_told_and_rule_nothing(client, member, group, obj, upload, api):
    client.force_login(member)
    address = f"/source/{obj.name}/centroid"
    status, body = api.post("photometry", measured(upload, group, [(330.0, -2.0)]))
    assert status == 200, body
    page = client.get(address).content.decode()
    assert "1 point more than 1′ away, up to" in page
    assert "180.00°</span>, is not counted: look at its positions" in page
    assert client.get(f"{address}.json").status_code == 404
    more = measured(upload, group, [(150.0, 2.0 + 1 / 3600), (150.0, 2.5)])
    status, body = api.post("photometry", more | {"mjd": [58001.0, 58002.0]})
    assert status == 200, body
    page = client.get(address).content.decode()
    assert "2 points more than 1′ away" in page
    assert '<span class="count">1</span>' in page
    assert '<span class="num">1.000″</span> north' in page


def test_a_hidden_point_has_no_place(client, member, group_admin, obj, upload, group, api_of):
    """What is shared with nobody but its uploader is seen by nobody else."""
    own = group_admin.memberships.get(group__single_user_group=True).group
    status, body = api_of(group_admin).post("photometry", measured(upload, own, [(150.0, 2.0)]))
    assert status == 200, body
    client.force_login(group_admin)
    assert client.get(f"/source/{obj.name}/centroid.json").status_code == 200
    client.force_login(member)
    assert client.get(f"/source/{obj.name}/centroid.json").status_code == 404


def test_the_ellipse_is_that_of_the_scatter():
    rng = np.random.default_rng(7)
    along, across = rng.normal(0, 3.0, 4000), rng.normal(0, 1.0, 4000)
    angle = np.radians(30)
    east = along * np.sin(angle) + across * np.cos(angle)
    north = along * np.cos(angle) - across * np.sin(angle)
    ones, names = np.ones(4000), ["x"] * 4000
    major, minor, turned = Centroids(east + 5, north - 2, ones, ones, ones, ones, ones, names, names, names).ellipse()
    assert (major, minor, turned) == (pytest.approx(3, rel=0.05), pytest.approx(1, rel=0.05), pytest.approx(30, abs=2))


GAIA = {"Mag_G": 12.0, "Mag_Bp": 12.6, "Mag_Rp": 11.2, "Plx": 10.0}


@pytest.mark.parametrize(
    ("origin", "data", "query", "expected"),
    [
        ("GAIA_DR3", GAIA, {}, (7.0, 1.4)),
        ("Gaia", {"phot_g_mean_mag": 12.0, "bp_rp": 0.8, "parallax": 100.0, "ag_gspphot": 0.5}, {}, (11.5, 0.8)),
        ("Gaia", {**GAIA, "Plx": -1.0}, {}, None),
        ("Gaia", {"Mag_G": 12.0, "Plx": "wide", "bp_rp": 1.0}, {}, None),
        ("AllWISE", GAIA, {}, None),
        ("mine", {"G": 5.0, "B": 2.0, "R": 1.0}, {"catalog": "mine", "absoluteMagKey": "g", "blueMagKey": "b",
                                                 "redMagKey": "r"}, (5.0, 1.0)),
    ],
)  # fmt: skip
def test_colour_and_absolute_magnitude_come_from_annotations(
    api, client, member, group, obj, origin, data, query, expected
):
    status, body = api.post(
        f"sources/{obj.name}/annotations", {"origin": origin, "data": data, "group_ids": [group.pk]}
    )
    assert status == 200, body
    status, body = api.get(f"sources/{obj.name}/color_mag", **query)
    assert status == 200
    if expected is None:
        assert body["data"] == []
    else:
        assert [(row["origin"], row["abs_mag"], row["color"]) for row in body["data"]] == [
            (origin, pytest.approx(expected[0]), pytest.approx(expected[1]))
        ]
    client.force_login(member)
    page = client.get(f"/source/{obj.name}/hr-diagram").content.decode()
    assert ("<circle" in page and "BP − RP" in page) == (expected is not None and not query)


@pytest.mark.parametrize(
    ("parallax", "error", "says", "is_point"),
    [
        (10.0, 0.1, "7.00 (6.98 to 7.02)", True),
        (0.11, 0.1, "1.1σ: distance not known (3σ: M G brighter than 0.06)", False),
        (-0.05, 0.1, "−0.5σ: distance not known (3σ: M G brighter than −1.01)", False),
        (-0.5, 0.1, "−5.0σ: distance not known", False),
        (-1.0, None, "−1.00 mas: distance not known", False),
        (10.0, None, "7.00 (no error of its parallax is given)", True),
    ],
)
def test_a_parallax_that_is_no_distance_makes_no_point(
    api, client, member, group, obj, parallax, error, says, is_point
):
    data = {**GAIA, "Plx": parallax, **({} if error is None else {"Plx_err": error})}
    body = {"origin": "Gaia", "data": data, "group_ids": [group.pk]}
    assert api.post(f"sources/{obj.name}/annotations", body)[0] == 200
    client.force_login(member)
    page = client.get(f"/source/{obj.name}/hr-diagram").content.decode()
    words = " ".join(re.sub(r"<[^>]*>", " ", page).split()).replace("σ :", "σ:").replace("mas :", "mas:")
    assert says in words.replace("( ", "(").replace(" )", ")")
    assert ("<circle" in page) == is_point
