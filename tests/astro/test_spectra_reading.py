"""Files of spectra, read: what is in the real ones, and what is wrong with those that are damaged."""

from __future__ import annotations

import gzip
import os
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from skyportal.astro.spectra import headers, reading
from skyportal.astro.spectra.tables import Spectrum, Unreadable, spectrum_of

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("SKYPORTAL_TEST_DATA", ROOT / "../shared/data")) / "spectra"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"the development data are not at {DATA}")
SEDM, LT = "ZTF20abwdwoa_20200902_P60_v1.ascii", "ZTF20abucjsa_20200909_LT_v1.ascii"
KECK = "ZTF20abwdwoa_20200917_Keck1_v1.ascii"


def read(content: bytes | str) -> Spectrum:
    table = reading.read(content if isinstance(content, bytes) else content.encode())
    chosen = reading.guess(table)
    return spectrum_of(table, chosen.wave, chosen.flux, chosen.error)


@needs_data
@pytest.mark.parametrize(
    ("name", "points", "first", "last"),
    [
        (f"skyportal/{SEDM}", 214, (3776.7, 9.9988e-16), (9223.3, None)),
        (f"skyportal/{KECK}", 5678, (3328.97, 99.992855), (10055.7, 99.990533)),
        (f"skyportal/{LT}", 432, (4029.20, 9.990907), (7994.4, None)),
        ("skyportal/zac_spec.dat", 1800, (3402.86, 4.050476e-17), (9099.86, None)),
        ("skyportal/spec.csv", 3051, (3315.61709372, -1.57072903217e-16), (None, None)),
        ("skyportal/ZTF21aaqjmps_spec.csv", 433, (4020, 1.21168), (7994.4, None)),
        ("skyportal/spectrum_with_nan.txt", 250, (400, 1.0587752819225242), (649, None)),
        ("tom/floyds_test_spectrum.fits", 3913, (3200.4, None), (10000.5, None)),
        ("tom/spectrum_sample.csv", 4, (3249.875732421877274, 1.174569068309455622e-14), (None, None)),
        ("superfit_observed/12ftc_p32.ascii", 5117, (3069.2217, -3.29477e-17), (None, None)),
        ("superfit_observed/tns_2020add_2020-01-20_SOAR_Goodman_UCSC.flm", 1807, (5250, 8.71139e-17), (None, None)),
    ],
)
def test_a_real_file_goes_in_as_it_is(name, points, first, last):
    spectrum = read((DATA / name).read_bytes())
    assert len(spectrum.wavelengths) == points
    for end, (wave, flux) in ((0, first), (-1, last)):
        if wave is not None:
            assert spectrum.wavelengths[end] == pytest.approx(wave, abs=0.05 if flux is None else 1e-12)
        if flux is not None:
            assert spectrum.fluxes[end] == flux
    assert (np.diff(spectrum.wavelengths) > 0).all()


@needs_data
def test_every_template_is_read():
    files = sorted((DATA / "sn_templates").rglob("*.dat")) + sorted((DATA / "superfit_observed").iterdir())
    assert len(files) > 60
    for file in files:
        assert len(read(file.read_bytes()).wavelengths) > 100, file.name


@needs_data
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (f"skyportal/{SEDM}", {"observed_at": datetime(2020, 9, 2, 7, 29, 46, 962556, UTC), "instrument": "SEDM-P60",
                               "exposure": 2250.0, "pis": "Ariel Goobar", "reducers": "auto",
                               "units": "erg/s/A/cm^2", "airmass": 1.117}),
        # its MJD is nonsense (118203.9); the date is not
        (f"skyportal/{LT}", {"observed_at": datetime(2020, 9, 9, 23, 10, 24, 199000, UTC), "instrument": "SPRAT",
                             "telescope": "Liverpool Telescope", "exposure": 1000.0, "observers": None}),
        ("skyportal/zac_spec.dat", {"observed_at": datetime(2021, 9, 18, 14, 48, 8, tzinfo=UTC), "instrument": "SNIFS",
                                    "telescope": "UH88", "exposure": 1800.0, "airmass": 1.95}),
        ("tom/floyds_test_spectrum.fits", {"observed_at": datetime(2017, 3, 27, 17, 2, 24, 711000, UTC),
                                           "object": "SN2017cbv", "exposure": 1200.0,
                                           "reducers": "Griffin Hosseinzadeh"}),
    ],
)  # fmt: skip
def test_the_header_tells_of_the_observation(name, expected):
    facts = headers.facts(reading.read((DATA / name).read_bytes()).header)
    assert {key: getattr(facts, key) for key in expected} == expected


@needs_data
def test_a_keck_header_of_cards_tells_who_observed():
    lines = (DATA / "skyportal/ZTF20abpuxna_20200915_Keck1_v1.ascii.bad").read_text().splitlines()
    table = reading.read("\n".join(lines[:192]).encode())
    facts = headers.facts(table.header)
    assert (facts.observers, facts.reducers) == ("Andreoni Anand De", None)
    assert facts.observed_at == datetime(2020, 9, 15, 9, 37, 1, tzinfo=UTC)
    assert table.header["EXPTIME"] == {"value": 600.003, "comment": "Total exposure time (sec); avg. of R&B"}
    assert table.names[:4] == ["wavelen", "flux", "sky_flux", "flux_unc"]
    assert reading.guess(table) == reading.Columns(0, 1, 3, "sigma")


@needs_data
def test_sedm_writes_variances():
    table = reading.read((DATA / "skyportal" / SEDM).read_bytes())
    assert reading.guess(table) == reading.Columns(0, 1, 2, "variance")


@needs_data
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("skyportal/ZTF20abpuxna_20200915_Keck1_v1.ascii.bad", "Line 193: 9 columns, where the lines before have 8"),
        (f"skyportal/{LT}.head", "Line 2: column 1 is 'BITPIX:', which is not a number"),
        # a FITS file that went through a checkout as text: bytes are gone
        ("skyportal/ZTF20abjwvae_20200819_DCT_v1.fits", "damaged: it has 103674 bytes"),
    ],
)
def test_a_damaged_real_file_says_where_and_why(name, words):
    with pytest.raises(Unreadable, match=words):
        reading.read((DATA / name).read_bytes())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"# only\n# a header\n", "no line of numbers"),
        (b"4000 1\n4001 x1\n", "Line 2: column 2 is 'x1', which is not a number"),
        (b"4000,1\n4001,2,3\n", "Line 2: 3 columns, where the lines before have 2"),
        (b"wave,flux\n4000,1\n4001\n", "Line 3: 1 columns, where the lines before have 2"),
        (b"4000\n4001\n", "Line 1: one column only"),
        (b"4000 1\n\n# said\n-1 2\n", "Line 4: the wavelength is -1"),
        (b"4000 1\nnan 2\n", "Line 2: the wavelength is nan"),
        (b"4000 nan\n4001 nan\n", "No row has a finite flux"),
        (b"\x89PNG\r\n\x00\x01", "binary file, but not FITS"),
        (b"SIMPLE  =                    T" + b" " * 3000, "FITS"),
        (b"# %ECSV 1.0\n# ---\n# datatype: [\n", "no ECSV"),
        (b"\x1f\x8b and then nothing of the kind", "gzip file is damaged"),
    ],
)
def test_what_is_no_spectrum_is_refused_with_the_line_and_the_reason(content, words):
    with pytest.raises(Unreadable, match=words):
        read(content)


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused(monkeypatch):
    monkeypatch.setattr(reading, "MOST_BYTES", 1000)
    with pytest.raises(Unreadable, match="Unpacked, the file is larger"):
        reading.read(gzip.compress(bytes(100_000)))


def test_columns_in_any_order_and_gaps_in_the_flux():
    spectrum = read("flux\twavelength\terr\n2\t5000\t0.2\n\t4000\t0.1\n")
    assert spectrum.wavelengths.tolist() == [4000, 5000]
    assert spectrum.errors.tolist() == [0.1, 0.2]
    assert np.isnan(spectrum.fluxes[0])


def of_table(columns: dict, units: dict | None = None) -> bytes:
    table = Table(columns)
    for name, unit in (units or {}).items():
        table[name].unit = unit
    written = BytesIO()
    table.write(written, format="fits")
    return written.getvalue()


def of_image(values: np.ndarray, **cards: object) -> bytes:
    written = BytesIO()
    hdu = fits.PrimaryHDU(values)
    for key, value in cards.items():
        hdu.header[key.replace("__", "-")] = value
    hdu.writeto(written)
    return written.getvalue()


WAVE = np.array([4000.0, 4002.0, 4004.0])
FLUX = np.array([1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    ("content", "errors"),
    [
        (of_image(FLUX, CRVAL1=4000.0, CDELT1=2.0), None),
        (of_image(FLUX, CRVAL1=4004.0, CD1_1=2.0, CRPIX1=3.0), None),
        (of_image(FLUX, CRVAL1=400.0, CDELT1=0.2, CUNIT1="nm"), None),
        (of_table({"wave": WAVE, "flux": FLUX, "err": FLUX / 10}), FLUX / 10),
        (of_table({"lambda": WAVE / 10, "flux": FLUX}, {"lambda": "nm"}), None),
        (of_table({"flux": FLUX, "loglam": np.log10(WAVE), "ivar": 1 / FLUX}), 1 / FLUX),
        (of_table({"WAVE": [WAVE], "FLUX": [FLUX], "ERR": [FLUX / 10]}), FLUX / 10),
        (gzip.compress(of_image(FLUX, CRVAL1=4000.0, CDELT1=2.0)), None),
    ],
    ids=["image", "image by its last pixel", "nanometres", "table", "table in nm", "SDSS", "one row of arrays", "gzip"],
)
def test_fits_of_every_form(content, errors):
    spectrum = read(content)
    np.testing.assert_allclose(spectrum.wavelengths, WAVE, rtol=1e-12)
    assert spectrum.fluxes.tolist() == FLUX.tolist()
    assert (spectrum.errors is None) == (errors is None)
    if errors is not None:
        np.testing.assert_allclose(spectrum.errors, errors)


def test_a_logarithmic_axis():
    spectrum = read(of_image(FLUX, CRVAL1=3.6, CDELT1=0.001, DC__FLAG=1))
    np.testing.assert_allclose(spectrum.wavelengths, 10 ** (3.6 + 0.001 * np.arange(3)))


def test_ecsv_that_astropy_wrote():
    from io import StringIO

    written = StringIO()
    Table({"wavelength": WAVE, "flux": FLUX, "flux_error": FLUX}, meta={"DATE-OBS": "2026-11-20T03:12:00"}).write(
        written, format="ascii.ecsv"
    )
    table = reading.read(written.getvalue().encode())
    assert reading.guess(table) == reading.Columns(0, 1, 2, "sigma")
    assert headers.facts(table.header).observed_at == datetime(2026, 11, 20, 3, 12, tzinfo=UTC)
