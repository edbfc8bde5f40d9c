"""Real spectra, and FITS and ECSV tables made of one, go in by page and by API and come out equal to what they hold."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime
from functools import cache
from io import BytesIO, StringIO

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.sources.models import Spectrum
from tests.candidates.alert_data import DATA
from tests.factories import InstrumentFactory

FILES = DATA.parent / "spectra"
pytestmark = [pytest.mark.django_db, pytest.mark.skipif(not FILES.is_dir(), reason="no development data here")]

SEDM = "skyportal/ZTF20abwdwoa_20200902_P60_v1.ascii"
TAKEN = datetime(2020, 9, 2, 7, 29, 46, 962556, UTC)
HEADER = {"DATE-OBS": "2026-11-19T04:10:00.5", "INSTRUME": "LRIS+LRISBLUE", "EXPTIME": 900.0, "OBSERVER": "Vera, Ada"}
WRITTEN = datetime(2026, 11, 19, 4, 10, 0, 500000, UTC)

# file: points, when it was taken, the exposure, how the header names the camera, and the columns of a text file
REAL = {
    SEDM: (214, TAKEN, 2250.0, "SEDM", (0, 1, 2)),
    "skyportal/ZTF20abucjsa_20200909_LT_v1.ascii": (
        432, datetime(2020, 9, 9, 23, 10, 24, 199000, UTC), 1000.0, "SPRAT", (0, 1)
    ),
    "skyportal/zac_spec.dat": (1800, datetime(2021, 9, 18, 14, 48, 8, tzinfo=UTC), "1800.0s", "SNIFS", (0, 1, 2)),
    "skyportal/ZTF20abwdwoa_20200917_Keck1_v1.ascii": (5678, None, None, None, (0, 1)),
    "tom/floyds_test_spectrum.fits": (
        3913, datetime(2017, 3, 27, 17, 2, 24, 711000, UTC), 1200.0, "FLOYDS", None
    ),
}  # fmt: skip


@cache
def truth(name: str):
    """Wavelength, flux and error, read here without any code of ours; SEDM writes variances."""
    if name.endswith(".fits"):
        with fits.open(FILES / name) as hdus:
            header, bands = hdus[0].header, np.squeeze(hdus[0].data)
        at = header["CRVAL1"] + (np.arange(1, bands.shape[-1] + 1) - header["CRPIX1"]) * header["CD1_1"]
        said = [str(header.get(f"BANDID{n}", "")).lower() for n in range(1, len(bands) + 1)]
        return at, bands[0], bands[next(n for n, text in enumerate(said) if "sigma" in text)]
    columns = np.loadtxt(FILES / name, comments="#").T
    if name == SEDM:
        return columns[0], columns[1], np.sqrt(columns[2])
    return columns[0], columns[1], columns[2] if len(columns) > 2 else None


def made(kind: str) -> bytes:
    """SEDM's spectrum in another kind of file, in nanometres; the image has another axis, and no errors."""
    wave, flux, error = truth(SEDM)
    if kind == "image":
        hdu = fits.PrimaryHDU(flux)
        hdu.header.update(CRVAL1=377.67, CDELT1=2.557, CRPIX1=1.0, CUNIT1="nm", BUNIT="erg/s/cm2/A", **HEADER)
        hdu.writeto(out := BytesIO())
        return out.getvalue()
    table = Table({"flux": flux, "wavelength": wave / 10, "flux_error": error}, meta=HEADER)
    table["wavelength"].unit = "nm"
    table["flux"].unit = "erg / (s cm2 Angstrom)"
    if kind == "table":
        table.write(out := BytesIO(), format="fits")
        return out.getvalue()
    table.write(text := StringIO(), format="ascii.ecsv")
    return text.getvalue().encode()


def wanted(kind: str):
    wave, flux, error = truth(SEDM)
    return (3776.7 + 25.57 * np.arange(214), flux, None) if kind == "image" else (wave, flux, error)


def equal(kept: Spectrum, told) -> None:
    wave, flux, error = told
    order = np.argsort(wave, kind="stable")
    np.testing.assert_allclose(kept.wavelengths, wave[order], rtol=1e-12)
    np.testing.assert_array_equal(kept.fluxes, flux[order])
    assert (kept.errors is None) == (error is None)
    if error is not None:
        np.testing.assert_allclose(kept.errors, error[order], rtol=1e-12)


@pytest.fixture
def api(member, api_of):
    return api_of(member)


@pytest.fixture
def page(client, member, obj):
    """Upload by page; what its check showed, and the spectrum that was kept."""
    client.force_login(member)

    def upload(name: str, content: bytes, **typed):
        address = f"/source/{obj.name}/spectra/upload"
        checked = client.post(f"{address}/check", {"file": SimpleUploadedFile(name, content)}).content.decode()
        assert "field-error" not in checked
        fields = dict(re.findall(r'name="(observed_at|units|observers|reducers|pis)"\s+value="([^"]*)"', checked))
        answer = client.post(address, {**fields, **typed, "file": SimpleUploadedFile(name, content)})
        assert answer.status_code == 302, answer.content.decode()
        return checked, Spectrum.objects.latest("pk")

    return upload


@pytest.mark.parametrize("name", REAL)
def test_a_real_spectrum_by_page_and_by_api(name, page, api, obj, client):
    points, taken, exposure, camera_name, columns = REAL[name]
    content = (FILES / name).read_bytes()
    camera = InstrumentFactory(name=camera_name or "LRIS", type="spectrograph")
    when = {} if taken else {"observed_at": "2020-09-17T06:00:00"}
    typed = when if camera_name else {**when, "instrument_id": camera.pk}
    checked, by_page = page(name.rpartition("/")[2], content, **typed)
    if columns is None:
        body = {"fits": base64.b64encode(content).decode()}
    else:
        body = {"ascii": content.decode(), "fluxerr_column": columns[2] if len(columns) > 2 else None}
    sent = {"obj_id": obj.name, "instrument_id": camera.pk, "filename": name.rpartition("/")[2], **when, **body}
    status, answer = api.post("spectra/ascii", sent)
    assert status == 200, answer
    by_api = Spectrum.objects.get(pk=answer["data"]["id"])
    wave, flux, error = truth(name)
    assert len(wave) == points
    equal(by_page, (wave, flux, error))
    equal(by_api, (wave, flux, error**2 if name == SEDM else error))  # a script says itself what its columns are
    for kept in (by_page, by_api):
        assert kept.observed_at == (taken or datetime(2020, 9, 17, 6, tzinfo=UTC))
        assert kept.instrument == camera
        said = (kept.altdata or {}).get("EXPTIME")
        assert (said["value"] if isinstance(said, dict) else said) == exposure
        assert client.get(f"/source/{obj.name}/spectra/{kept.pk}/file").content == content
    if taken:
        assert f"exposure {str(exposure).removesuffix('.0').removesuffix('.0s')} s" in checked
    assert f"{points:,} rows" in checked


@pytest.mark.parametrize(("kind", "name"), [("image", "a.fits"), ("table", "b.fits"), ("ecsv", "c.ecsv")])
def test_fits_and_ecsv_by_page_and_by_api(kind, name, page, api, obj, member):
    content = made(kind)
    camera = InstrumentFactory(name="LRIS", type="spectrograph")
    checked, by_page = page(name, content)
    assert 'value="2026-11-19T04:10:00.500000"' in checked
    assert 'value="Vera, Ada"' in checked
    columns = {} if kind != "ecsv" else {"wave_column": 1, "flux_column": 0, "fluxerr_column": 2}
    body = {"ascii": content.decode()} if kind == "ecsv" else {"fits": base64.b64encode(content).decode()}
    parsed = api.post("spectra/parse/ascii", body | columns)[1]["data"]
    status, answer = api.post("spectra/ascii", {"obj_id": obj.name, "instrument_id": camera.pk, **body, **columns})
    assert status == 200, answer
    by_api = Spectrum.objects.get(pk=answer["data"]["id"])
    assert parsed["wavelengths"] == by_api.wavelengths.tolist()
    for kept in (by_page, by_api):
        equal(kept, wanted(kind))
        assert kept.observed_at == WRITTEN
        assert kept.instrument == camera
        assert (kept.units or "").startswith("erg")
    assert (by_page.external_observer, by_page.people.get().user) == ("Vera, Ada", member)
    [told] = [row for row in api.get(f"sources/{obj.name}/spectra")[1]["data"]["spectra"] if row["id"] == by_api.pk]
    np.testing.assert_array_equal(told["fluxes"], wanted(kind)[1])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (lambda: {"fits": "no base64!"}, "FITS file in base64"),
        (lambda: {"fits": 7}, "FITS file in base64"),
        (lambda: {"fits": base64.b64encode(made("table")[:4000]).decode()}, "This FITS file"),
        (lambda: {"fits": base64.b64encode(made("table")[:2880]).decode()}, "No part of this FITS file is a spectrum"),
        (lambda: {"fits": base64.b64encode(made("table")).decode(), "flux_column": 9}, "has 3 columns"),
        (lambda: {"ascii": made("ecsv").decode().replace("wavelength", "flux", 1)}, "ECSV"),
        (lambda: {"ascii": (FILES / "skyportal/ZTF20abpuxna_20200915_Keck1_v1.ascii.bad").read_text()}, "Line 193"),
    ],
)
def test_a_damaged_file_is_refused_with_the_reason_by_page_and_api(body, words, api, obj, client, member):
    sent = body()
    for path in ("spectra/parse/ascii", "spectra/ascii"):
        status, answer = api.post(path, {"obj_id": obj.name, "observed_at": "2026-01-01", **sent})
        assert (status, words in answer["message"]) == (400, True), answer
    if "base64" not in words and "flux_column" not in sent:
        content = base64.b64decode(sent["fits"]) if "fits" in sent else sent["ascii"].encode()
        client.force_login(member)
        checked = client.post(
            f"/source/{obj.name}/spectra/upload/check", {"file": SimpleUploadedFile("x.fits", content)}
        )
        assert words in checked.content.decode()
    assert not Spectrum.objects.exists()
