"""The bandpasses the platform knows: name, pivot wavelength, and the one colour each is drawn in.

Names are those of the public API (sncosmo's built-in bandpasses, and a few X-ray and radio bands). Wavelengths are
nominal, in nanometres, good for ordering and colouring; synthetic photometry uses real transmission curves.
Colours are keyed by the letter of the band. Within the bands of a survey they stay apart for people without the red,
the green or the blue cones too: at least 16 in CIE 1976 ΔE, as `tests/sources/test_palette.py` simulates.
"""

from dataclasses import dataclass

MAGNITUDE_SYSTEMS = ("jla1", "ab", "vega", "bd17", "csp", "ab-b12")


@dataclass(frozen=True, slots=True)
class Bandpass:
    """A bandpass: its name, nominal wavelength in nm, letter (colour group) and colour."""

    name: str
    wavelength: float
    letter: str

    @property
    def colour(self) -> str:
        return COLOURS.get(self.letter) or _spectral(self.wavelength)


COLOURS = {
    "u": "#8b5fbf", "b": "#3b6fd4", "g": "#219f78", "v": "#74a23e", "r": "#dc5365",
    "i": "#eb991d", "z": "#7e4938", "y": "#5d5d6b", "c": "#17a2b8", "o": "#e8743b",
    "l": "#6c7a89", "w": "#6c7a89", "j": "#bc64a3", "h": "#8c3b79", "k": "#5c1f4a",
    "uv": "#5b3fd0", "x": "#008b8b", "radio": "#a0522d",
}  # fmt: skip


def _spectral(nanometres: float) -> str:
    """A colour for bands without a letter of their own, by wavelength."""
    edges = ((300, "uv"), (400, "u"), (490, "b"), (560, "g"), (600, "v"), (700, "r"), (830, "i"), (940, "z"))
    for edge, letter in edges:
        if nanometres < edge:
            return COLOURS[letter]
    infrared = ((1100, "y"), (1400, "j"), (1900, "h"))
    return next((COLOURS[letter] for edge, letter in infrared if nanometres < edge), COLOURS["k"])


# family prefix -> "letter:wavelength ..."; the letter follows the prefix in the name and gives the colour.
_LETTERED = {
    "standard::": "u:365 b:438 v:545 r:641 i:798",
    "des": "u:355 g:477 r:637 i:777 z:916 y:989",
    "sdss": "u:355 g:469 r:617 i:748 z:893",
    "lsst": "u:369 g:479 r:623 i:754 z:869 y:974",
    "ztf": "g:478 r:643 i:791",
    "ztf::": "g:478 r:643 I:791",
    "ps1::": "open:643 g:484 r:620 i:754 z:868 y:963 w:625",
    "atlas": "c:535 o:680",
    "2mass": "j:1239 h:1649 ks:2164",
    "csp": "b:439 hs:1626 hd:1626 js:1240 jd:1240 v3009:538 v3014:538 v9844:538 ys:1033 yd:1033 g:477 i:764 k:2165 "
    "r:623 u:365",
    "keplercam::": "us:365 b:441 v:551 r:623 i:760",
    "4shooter2::": "us:365 b:441 v:551 r:652 i:800",
    "uvot::": "b:436 u:348 uvm2:225 uvw1:262 uvw2:206 v:541 white:351",
    "gaia::": "gbp:511 g:622 grp:777 grvs:858",
    "goto": "b:450 g:535 l:530 r:640",
    "skymapper": "u:350 g:510 r:617 i:779 z:916",
    "megacampsf::": "u:365 g:480 r:625 i:760 z:880 y:1020",
    "megacam6::": "g:475 r:640 i:776 i2:764 z:925",
    "hsc::": "g:478 r:617 r2:623 i:767 i2:775 z:891 Y:976",
    "galex::": "fuv:154 nuv:232",
    "bessell": "ux:365 b:438 v:545 r:641 i:798",
    "euclid": "vis:715 y:1081 j:1367 h:1769",
}

_ALONE = {"kepler": 664, "tess": 797, "ultrasat": 260}

# HST, JWST and Roman names carry their wavelength; unit in nm per count of the digits.
_SPACE = {
    1: "f435w f475w f555w f606w f625w f775w f850lp f218w f225w f275w f300x f336w f350lp f390w f689m f763m f845m f438w "
    "uvf475w uvf555w uvf606w uvf625w uvf775w uvf814w uvf850lp",
    10: "nicf110w nicf160w f098m f105w f110w f125w f127m f139m f140w f153m f160w f070w f090w f115w f150w f200w f277w "
    "f356w f444w f140m f162m f182m f210m f250m f300m f335m f360m f410m f430m f460m f480m f560w f770w f1000w f1130w "
    "f1280w f1500w f1800w f2100w f2550w f1065c f1140c f1550c f2300c f062 f087 f106 f129 f158 f184 f213 f146",
}

_RADIO_GHZ = ("0.34", "1.4", "3", "6", "10", "15", "22", "33", "45")
_SUBMM_GHZ = ("230", "345", "400")
_NM_GHZ = 2.99792458e8  # speed of light in nm GHz


def _letter(prefix: str, band: str) -> str:
    if prefix in ("galex::",) or band.startswith("uv") or band == "white":
        return "uv"
    if band in ("gbp", "grp", "grvs"):
        return {"gbp": "b", "grp": "r", "grvs": "i"}[band]
    return {"open": "w", "vis": "w"}.get(band, band[0].lower())


def _table() -> dict[str, Bandpass]:
    known = {}
    for prefix, bands in _LETTERED.items():
        for entry in bands.split():
            band, nm = entry.split(":")
            known[prefix + band] = Bandpass(prefix + band, float(nm), _letter(prefix, band))
    for name, wavelength in _ALONE.items():
        known[name] = Bandpass(name, wavelength, "")
    for scale, names in _SPACE.items():
        for name in names.split():
            digits = "".join(c for c in name if c.isdecimal())
            known[name] = Bandpass(name, float(digits) * scale, "")
    for name in ("swiftxrt", "nicerxti"):
        known[name] = Bandpass(name, 1.0, "x")
    for prefix, list_ghz in (("radio", _RADIO_GHZ), ("sma", _SUBMM_GHZ)):
        for ghz in list_ghz:
            known[f"{prefix}-{ghz}GHz"] = Bandpass(f"{prefix}-{ghz}GHz", _NM_GHZ / float(ghz), "radio")
    return known


BANDPASSES: dict[str, Bandpass] = _table()
"""Every bandpass by its public name."""


def colour(name: str) -> str:
    """The colour a bandpass is drawn in, grey for one we do not know."""
    band = BANDPASSES.get(name)
    return band.colour if band else "#8a8f98"
