"""Bundles: what goes out comes in equal, twice is once, and a damaged one brings nothing."""

from __future__ import annotations

import hashlib
import io
import zipfile

import numpy as np
import orjson
import pytest
from astropy.table import Table

from apps.sources.actions.annotations import annotate
from apps.sources.actions.bundles import take_in
from apps.sources.actions.classifications import classify
from apps.sources.actions.comments import post_comment
from apps.sources.actions.objs import delete_obj
from apps.sources.actions.taxonomies import ensure_default_taxonomy
from apps.sources.models import Comment, Obj, Photometry, Spectrum
from apps.sources.queries.bundles import pack
from skyportal.access.errors import Invalid, Refusal
from skyportal.access.viewer import Viewer
from tests.sources.remarks import base64_of, png

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer(member, viewer_of):
    return viewer_of(member)


@pytest.fixture
def full(obj, viewer, upload, api_of, member, group, camera):
    """An obj of which something of every kind is known."""
    api = api_of(member)
    body = upload(
        mjd=[58000.123456789, 58001.1, 58002.2], mag=[18.123456789012345, 18.2, None], magerr=[0.05, 0.051, None],
        limiting_mag=[20.5, 20.5, 20.25], group_ids=[group.pk], origin="fp",
    )  # fmt: skip
    assert api.post("photometry", body)[0] == 200
    spectrum = {
        "obj_id": obj.name, "instrument_id": camera.pk, "observed_at": "2020-01-02T03:04:05", "group_ids": [group.pk],
        "wavelengths": [4000.1, 5000.2, 6000.3], "fluxes": [1.1e-16, 2.2e-16, 3.3e-16], "label": "first",
    }  # fmt: skip
    assert api.post("spectra", spectrum)[0] == 200
    assert api.post("thumbnail", {"obj_id": obj.name, "ttype": "new", "data": base64_of(png())})[0] == 200
    row = {"obj_id": obj.name, "taxonomy_id": ensure_default_taxonomy(), "classification": "Ia", "probability": 0.9}
    classify(viewer, [row])
    annotate(viewer, obj.name, "gaia", {"Plx": 0.51})
    post_comment(viewer, obj.name, "Rising, @member")
    return obj


def values(name):
    rows = Photometry.objects.filter(obj__name=name).order_by("mjd")
    return [
        tuple(map(repr, row)) for row in rows.values_list("mjd", "flux", "fluxerr", "bandpass", "instrument", "origin")
    ]


def test_what_goes_out_comes_in_equal_and_twice_is_once(full, viewer, group):
    body, before = pack(viewer, full), values(full.name)
    fluxes = Spectrum.objects.get().fluxes.tobytes()
    delete_obj(Viewer.system("to bring it in anew"), full)
    assert not Obj.objects.exists()
    report = take_in(viewer, body, [group.pk])
    assert (report.is_new, report.left_out) == (True, [])
    assert report.added == {
        "points": 3, "spectra": 1, "classifications": 1, "annotations": 1, "comments": 1, "cutouts": 1,
        "saved to groups": 1,
    }  # fmt: skip
    assert values(full.name) == before
    assert Spectrum.objects.get().fluxes.tobytes() == fluxes
    assert Comment.objects.get().origin.startswith("member, http")
    again = take_in(viewer, body, [group.pk])
    assert (again.is_new, +again.added) == (False, {})
    assert values(full.name) == before


def test_its_tables_are_what_others_read(full, viewer):
    with zipfile.ZipFile(io.BytesIO(pack(viewer, full))) as archive:
        names = set(archive.namelist())
        table = Table.read(archive.read("photometry.ecsv").decode(), format="ascii.ecsv")
        votable = Table.read(io.BytesIO(archive.read("photometry.vot")), format="votable")
        spectrum = Table.read(archive.read("spectra/001_2020-01-02.ecsv").decode(), format="ascii.ecsv")
    assert {"manifest.json", "object.json", "README.txt", "cutouts/new.png"} <= names
    assert str(table["flux"].unit) == str(votable["flux"].unit) == "uJy"
    stored = list(Photometry.objects.order_by("mjd").values_list("flux", flat=True))
    assert np.array_equal(np.ma.filled(table["flux"].astype(float), np.nan), stored, equal_nan=True)
    assert np.array_equal(np.asarray(votable["flux"], float), stored, equal_nan=True)
    assert list(spectrum["wavelength"]) == [4000.1, 5000.2, 6000.3]


def rezipped(body, **changes):
    """A bundle with files changed (to bytes) or left out (None), its manifest left as it was unless it is given."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = changes.get(name.replace(".", "_").replace("/", "_"), old.read(name))
            if content is not None:
                new.writestr(name, content)
    return out.getvalue()


def part(body, name):
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return archive.read(name)


def resigned(body, name, content):
    manifest = orjson.loads(part(body, "manifest.json"))
    manifest["files"][name] = hashlib.sha256(content).hexdigest()
    return rezipped(body, manifest_json=orjson.dumps(manifest), **{name.replace(".", "_"): content})


@pytest.mark.parametrize(
    "damage",
    [
        lambda body: b"",
        lambda body: b"PK\x03\x04" + body[4:200],
        lambda body: body[:-100],
        lambda body: rezipped(body, manifest_json=None),
        lambda body: rezipped(body, manifest_json=b"[]"),
        lambda body: rezipped(body, object_json=b"{}"),
        lambda body: rezipped(body, photometry_ecsv=b"mjd\n1\n"),
        lambda body: resigned(body, "photometry.ecsv", part(body, "photometry.ecsv").replace(b"58000.1", b"x")),
        lambda body: resigned(body, "photometry.ecsv", part(body, "photometry.ecsv").replace(b"ztfg", b"puce")),
        lambda body: resigned(body, "object.json", b'{"name": "../../etc", "ra": 1, "dec": 2}'),
        lambda body: resigned(body, "object.json", b'{"name": "ZTF26new", "ra": 1, "dec": 200}'),
        lambda body: resigned(body, "object.json", b'{"name": "ZTF26new", "ra": 1, "dec": 2, "comments": [1]}'),
        lambda body: resigned(body, "object.json", b'{"name": "ZTF26abc", "ra": 1, "dec": 2}'),
    ],
)
def test_a_damaged_bundle_is_refused_and_brings_nothing(full, viewer, group, damage):
    body, before = pack(viewer, full), values(full.name)
    with pytest.raises(Refusal):
        take_in(viewer, damage(body), [group.pk])
    assert values(full.name) == before
    assert Obj.objects.count() == 1


def test_a_bomb_is_not_unpacked(viewer, group):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(3):
            archive.writestr(f"{n}", bytes(100 * 2**20))
    with pytest.raises(Invalid, match="may unpack to at most"):
        take_in(viewer, out.getvalue(), [group.pk])


def test_by_page_out_and_in(full, client, member, group, outsider):
    client.force_login(member)
    answer = client.get(f"/source/{full.name}/bundle")
    assert answer["Content-Type"] == "application/zip"
    file = io.BytesIO(answer.content)
    file.name = "x.zip"
    text = client.post("/bundles", {"bundle": file, "groups": [group.pk]}).content.decode()
    assert "was here already" in text
    assert client.post("/bundles", {"groups": [group.pk]}).status_code == 400
    client.force_login(outsider)
    assert client.get(f"/source/{full.name}/bundle").status_code == 404
