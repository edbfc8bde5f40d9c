"""Alert packets of one object in one night, field by field as ZTF writes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from skyportal.astro.time import JD_OF_MJD

from .pictures import PIXEL, Scene, cutouts, packed, pixel_noise
from .population import STARS, SkyObject, difference_flux
from .schema import CANDIDATE, PREVIOUS, names
from .survey import BANDS, NIGHT_ZERO, SurveyField

FIELDS, PREVIOUS_FIELDS = names(CANDIDATE), names(PREVIOUS)
ONLY_DETECTED = {
    n
    for n in PREVIOUS_FIELDS
    if n
    not in {
        "jd",
        "fid",
        "pid",
        "diffmaglim",
        "pdiffimfilename",
        "programpi",
        "programid",
        "nid",
        "rcid",
        "field",
        "magzpsci",
        "magzpsciunc",
        "magzpscirms",
        "clrcoeff",
        "clrcounc",
        "rbversion",
    }
}
LEADERS = {1: "Public survey", 2: "Partnership survey", 3: "Caltech survey"}
UNKNOWN = -999.0


def packets(
    thing: SkyObject, field: SurveyField, place: tuple[int, int], night: int, number: int, rng
) -> Iterator[dict[str, Any]]:
    """The alerts of this object on this night: one for each exposure in which it differs by five sigma.

    ``place`` is the detector (0 to 63) and which of its objects this is.
    """
    seen = _Seen(thing, field, place, rng)
    for i in np.nonzero((field.visits.mjd >= night) & seen.detected)[0]:
        yield seen.packet(int(i), number)


class _Seen:
    """The object in every exposure of its field: measured flux, error, and whether it stands out."""

    def __init__(self, thing: SkyObject, field: SurveyField, place: tuple[int, int], rng: np.random.Generator):
        self.thing, self.field, self.rng, v = thing, field, rng, field.visits
        self.rcid, self.serial = rcid, _ = place
        true = difference_flux(thing, v.mjd, v.band)
        self.error = np.hypot(10 ** (0.4 * (23.9 - v.depth)) / 5, 0.012 * np.abs(true))
        self.flux = true + self.error * rng.standard_normal(len(v))
        self.detected = np.abs(self.flux) > 5 * self.error
        if thing.kind in ("Asteroid", "Bogus"):  # seen once: the one moves on, the other is not there
            tonight = np.nonzero(self.detected & (v.mjd >= np.floor(v.mjd[-1])))[0]
            self.detected[:] = False
            self.detected[tonight[: 1 if thing.kind == "Bogus" else 2]] = True
        self.zeropoint = 26.1 + np.array([0.2, 0.1, -0.5])[v.band] + rng.normal(0, 0.03, len(v))
        self.jd = v.mjd + JD_OF_MJD
        self.pid = (
            np.floor((self.jd - NIGHT_ZERO) * 1e5).astype(np.int64) * 10000
            + (rcid // 4 + 1) * 100
            + (rcid % 4) * 10
            + 5
        )
        scatter = 0.08 / 3600 * rng.standard_normal((2, len(v)))
        self.ra = thing.ra + scatter[0] / np.cos(np.radians(thing.dec))
        self.dec = thing.dec + scatter[1]
        if thing.kind == "Asteroid":
            moved = thing.shape["rate"] * (v.mjd - v.mjd[-1])  # degrees a day
            self.ra = self.ra + moved * np.cos(thing.shape["angle"]) / np.cos(np.radians(thing.dec))
            self.dec = self.dec + moved * np.sin(thing.shape["angle"])
        self.scores = self._scores()
        self.neighbours = self._neighbours()
        self.repeated: dict[int, tuple[dict, dict]] = {}
        self.records = {int(i): self._detection(int(i)) for i in np.nonzero(self.detected)[0]}

    def packet(self, i: int, number: int) -> dict[str, Any]:
        """The whole alert of one exposure."""
        v, record = self.field.visits, self.records[i]
        earlier = np.nonzero((v.mjd < v.mjd[i]) & (v.mjd > v.mjd[i] - 30))[0]
        detections = np.nonzero(self.detected & (v.mjd <= v.mjd[i]))[0]
        history = [self._repeated(int(k)) for k in earlier]
        is_new = self.thing.kind in ("Asteroid", "Bogus")
        candidate = (
            record
            | self.neighbours
            | {
                "ndethist": len(detections) if is_new else len(detections) + self._older(),
                "ncovhist": len(earlier) + 1 + self._older() * 3 + 400,
                "jdstarthist": self.jd[detections[0]] - self._older(),
                "jdendhist": self.jd[i],
            }
        )
        name = object_name(number, v.mjd[detections[0]])
        new, ref, sub = map(packed, self._pictures(i))
        stem = f"candid{record['candid']}_pid{record['pid']}_targ"
        return {
            "schemavsn": "4.02",
            "publisher": "simulated (ZTF schema)",
            "objectId": name,
            "candid": record["candid"],
            "candidate": {n: candidate.get(n) for n in FIELDS},
            "prv_candidates": [seen for seen, _ in history] or None,
            "fp_hists": [forced for _, forced in history] or None,
            "cutoutScience": {"fileName": f"{stem}_sci.fits.gz", "stampData": new},
            "cutoutTemplate": {"fileName": f"{stem}_ref.fits.gz", "stampData": ref},
            "cutoutDifference": {"fileName": f"{stem}_scimref.fits.gz", "stampData": sub},
        }

    def _older(self) -> int:
        """Days (and detections) before the month we simulate: variables and nuclei have been seen for years."""
        return 180 if self.thing.kind in STARS or self.thing.kind == "AGN" else 0

    def _exposure(self, i: int) -> dict[str, Any]:
        v = self.field.visits
        program = int(v.programid[i])
        return {
            "jd": float(self.jd[i]),
            "fid": int(v.band[i]) + 1,
            "pid": int(self.pid[i]),
            "diffmaglim": float(v.depth[i]),
            "pdiffimfilename": f"sim_{int(self.jd[i] * 1e5)}_{self.field.number:06d}_z{BANDS[v.band[i]]}_diff.fits",
            "programpi": LEADERS[program],
            "programid": program,
            "nid": int(self.jd[i] - NIGHT_ZERO),
            "rcid": self.rcid,
            "field": self.field.number,
            "magzpsci": float(self.zeropoint[i]),
            "magzpsciunc": 8e-6,
            "magzpscirms": 0.03,
            "clrcoeff": (-0.05, 0.09, 0.1)[v.band[i]],
            "clrcounc": 1e-5,
            "rbversion": "t17_f5_c3",
        }

    def _detection(self, i: int) -> dict[str, Any]:
        v, rng, thing = self.field.visits, self.rng, self.thing
        snr = abs(self.flux[i]) / self.error[i]
        mag, magerr = 23.9 - 2.5 * np.log10(abs(self.flux[i])), 1.0857 / snr
        wide = rng.normal(0, magerr)
        fwhm = v.seeing[i] / PIXEL if thing.kind != "Bogus" else rng.uniform(0.8, 6)
        elong = 1 + abs(rng.normal(0.05, 0.05)) if thing.kind != "Bogus" else rng.uniform(1, 2.5)
        rb, drb = self.scores[i]
        known = thing.kind == "Asteroid" and rng.random() < 0.9
        return self._exposure(i) | {
            "candid": int(self.pid[i]) * 1000000 + 15000 + self.serial,
            "isdiffpos": "t" if self.flux[i] > 0 else "f",
            "tblid": int(rng.integers(1, 200)),
            "xpos": float(rng.uniform(30, 3040)),
            "ypos": float(rng.uniform(30, 3040)),
            "ra": float(self.ra[i]),
            "dec": float(self.dec[i]),
            "magpsf": float(mag),
            "sigmapsf": float(magerr),
            "chipsf": float(rng.gamma(4, 0.25) if thing.kind != "Bogus" else rng.gamma(2, 8)),
            "magap": float(mag + wide),
            "sigmagap": float(1.2 * magerr),
            "magdiff": float(wide),
            "magapbig": float(mag + 1.3 * wide),
            "sigmagapbig": float(1.5 * magerr),
            "sky": float(rng.normal(0, 0.3)),
            "fwhm": float(fwhm),
            "classtar": float(np.clip(rng.normal(0.95, 0.05), 0, 1)),
            "mindtoedge": float(rng.uniform(30, 1500)),
            "magfromlim": float(v.depth[i] - mag),
            "seeratio": 1.0,
            "aimage": float(fwhm / 2.35 * np.sqrt(elong)),
            "bimage": float(fwhm / 2.35 / np.sqrt(elong)),
            "aimagerat": 0.43,
            "bimagerat": 0.41,
            "elong": float(elong),
            "nneg": int(rng.poisson(1 if drb > 0.5 else 8)),
            "nbad": 0 if drb > 0.3 else int(rng.poisson(0.7)),
            "rb": float(rb),
            "drb": float(drb),
            "drbversion": "d6_m7",
            "ssdistnr": float(abs(rng.normal(0, 0.6))) if known else UNKNOWN,
            "ssmagnr": float(thing.peak_mag + rng.normal(0, 0.3)) if known else UNKNOWN,
            "ssnamenr": thing.shape["name"] if known else "null",
            "sumrat": float(np.clip(rng.normal(0.97, 0.05), -1, 1)),
            "scorr": float(snr),
            "tooflag": 0,
            "exptime": 30.0,
            "nmatches": 800,
            "zpclrcov": -9e-6,
            "zpmed": 26.2,
            "clrmed": 0.7,
            "clrrms": 0.3,
            "dsnrms": float(snr),
            "ssnrms": float(1.2 * snr),
            "dsdiff": float(-0.2 * snr),
            **self._reference(i),
        }

    def _reference(self, i: int) -> dict[str, Any]:
        """The nearest source of the reference image: the star itself, the host, or some star far off."""
        thing, rng = self.thing, self.rng
        mag, away = (thing.ref_mag, 0.1) if np.isfinite(thing.ref_mag) else (thing.host_mag, thing.host_offset)
        if not (np.isfinite(mag) and mag < 21.5):
            mag, away = 20.5, 9.0
        return {
            "distnr": float(abs(away + rng.normal(0, 0.05)) / PIXEL),
            "magnr": float(mag),
            "sigmagnr": 0.05,
            "chinr": 1.0,
            "sharpnr": 0.0,
            "ranr": thing.ra + away / 3600,
            "decnr": thing.dec,
        }

    def _repeated(self, i: int) -> tuple[dict, dict]:
        """What later alerts say of an exposure: the same each time."""
        if i not in self.repeated:
            self.repeated[i] = (self._previous(i), self._forced(i))
        return self.repeated[i]

    def _previous(self, i: int) -> dict[str, Any]:
        """An earlier exposure as an alert repeats it: the detection, or only how deep it was."""
        record = self.records.get(i) or self._exposure(i) | dict.fromkeys(ONLY_DETECTED)
        return {n: record.get(n) for n in PREVIOUS_FIELDS}

    def _forced(self, i: int) -> dict[str, Any]:
        """Flux at the object's place in data numbers, whether it was detected or not."""
        exposure, v = self._exposure(i), self.field.visits
        scale = 10 ** (0.4 * (self.zeropoint[i] - 23.9))
        failed = (int(self.pid[i]) % 97) < 3
        near = self._reference(i)
        return {
            **{
                n: exposure[n]
                for n in (
                    "field",
                    "rcid",
                    "fid",
                    "pid",
                    "magzpsci",
                    "magzpsciunc",
                    "magzpscirms",
                    "clrcoeff",
                    "clrcounc",
                    "diffmaglim",
                    "programid",
                    "jd",
                )
            },
            "rfid": self.field.number * 1000000,
            "sciinpseeing": float(v.seeing[i] / PIXEL),
            "scibckgnd": 150.0,
            "scisigpix": 9.0,
            "exptime": 30.0,
            "adpctdif1": 0.07,
            "adpctdif2": 0.08,
            "forcediffimflux": -99999.0 if failed else float(self.flux[i] * scale),
            "forcediffimfluxunc": -99999.0 if failed else float(self.error[i] * scale),
            "procstatus": "61" if failed else "0",
            **{n: near[n] for n in ("distnr", "ranr", "decnr", "magnr", "sigmagnr", "chinr", "sharpnr")},
        }

    def _scores(self) -> np.ndarray:
        """rb and drb: near one for what is real, the more so the brighter; low for artefacts, with some overlap."""
        count, rng = len(self.field.visits), self.rng
        snr = np.abs(self.flux) / self.error
        if self.thing.kind == "Bogus":
            return np.stack([rng.beta(2.2, 4, count), rng.beta(0.7, 4, count)], 1)
        real = 1 - rng.beta(0.6, 6 + np.minimum(snr, 60), count)
        return np.stack([np.clip(rng.normal(0.78, 0.12, count), 0.2, 1), real], 1)

    def _neighbours(self) -> dict[str, Any]:
        """Nearest catalogue sources: star-galaxy score near one for stars, near nought for galaxies."""
        thing, rng = self.thing, self.rng
        out: dict[str, Any] = {
            "nmtchps": int(rng.integers(1, 15)),
            "rfid": self.field.number * 1000000,
            "jdstartref": 2458150.0,
            "jdendref": 2458350.0,
            "nframesref": 15,
            "neargaia": float(rng.uniform(1, 60)),
            "neargaiabright": UNKNOWN,
            "maggaia": float(rng.uniform(14, 20)),
            "maggaiabright": UNKNOWN,
        }
        first = {"sgscore": rng.uniform(0, 1), "distpsnr": rng.uniform(3, 25), "mag": rng.uniform(18, 22)}
        if np.isfinite(thing.ref_mag) and thing.kind != "AGN":
            first = {"sgscore": rng.uniform(0.9, 1), "distpsnr": abs(rng.normal(0, 0.15)), "mag": thing.ref_mag}
        elif np.isfinite(thing.host_mag):
            first = {"sgscore": rng.beta(1, 12), "distpsnr": abs(thing.host_offset), "mag": thing.host_mag}
        for n in (1, 2, 3):
            near = (
                first
                if n == 1
                else {"sgscore": rng.random(), "distpsnr": rng.uniform(5, 30), "mag": rng.uniform(18, 22)}
            )
            for k, band in enumerate("griz"):
                out[f"s{band}mag{n}"] = float(near["mag"] - (0, 0.4, 0.6, 0.7)[k])
            out |= {f"sgscore{n}": float(near["sgscore"]), f"distpsnr{n}": float(near["distpsnr"])}
            out[f"objectidps{n}"] = int(1e16 + thing.ra * 1e14) + n
        return out

    def _pictures(self, i: int) -> tuple[bytes, bytes, bytes]:
        v, thing, rng, zeropoint = self.field.visits, self.thing, self.rng, self.zeropoint[i]

        def counts(mag):
            return float(10 ** (0.4 * (zeropoint - mag))) if np.isfinite(mag) else 0.0

        places = np.random.default_rng(int(abs(thing.ra) * 1e6) + 7)  # the field's stars stay where they are
        stars = np.array(
            [
                (x, y, counts(m))
                for x, y, m in zip(*places.uniform(-31, 31, (2, 4)), places.uniform(16, 21, 4), strict=True)
            ]
        )
        galaxy = None
        if np.isfinite(thing.host_mag):
            turn, scale = places.uniform(0, 2 * np.pi), places.uniform(1.2, 3.5)
            away = thing.host_offset / PIXEL
            galaxy = (away * np.cos(turn), away * np.sin(turn), counts(thing.host_mag), scale, places.uniform(0.4, 1))
        x, y = rng.uniform(-0.5, 0.5, 2)
        flux = float(self.flux[i] * 10 ** (0.4 * (zeropoint - 23.9)))
        scene = Scene(stars, galaxy, counts(thing.ref_mag), flux, float(x), float(y))
        fwhm = v.seeing[i] / PIXEL
        noise = pixel_noise(v.depth[i], zeropoint, fwhm)
        return cutouts(scene, fwhm, 1.9 / PIXEL, noise, rng, artefact=thing.kind == "Bogus")


def object_name(number: int, first_mjd: float) -> str:
    """ZTF, two digits of the year, seven letters."""
    year = int((first_mjd - 51544) / 365.25)
    letters = ""
    for _ in range(7):
        number, digit = divmod(number, 26)
        letters = chr(97 + digit) + letters
    return f"ZTF{year:02d}{letters}"
