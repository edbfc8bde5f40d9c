"""Spectral lines to compare a spectrum with: wavelengths in **air**, angstroms, at rest.

Elements: NIST Atomic Spectra Database (Kramida, Ralchenko, Reader & NIST ASD Team, physics.nist.gov/asd), forbidden
lines too; all agree within 0.06 angstroms with the differences of its energy levels. Night sky: Osterbrock et al.
1996, PASP 108, 277 (OH, [O I]) and NIST (lamps). Telluric bands: the limits of O2 and H2O absorption rounded to 10
angstroms, within the wider ones that LCO's FLOYDS pipeline took from Smette et al. 2015, A&A 576, A77; Noll et al.
2012, A&A 543, A92 model them in detail.
Below 2000 angstroms, where air wavelengths are not in use, nothing is listed; 2000-3000 is air too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Species:
    """Lines that one looks for together. ``moves`` is False for what is made in our own atmosphere."""

    key: str
    label: str
    group: str
    colour: str
    wavelengths: tuple[float, ...]
    moves: bool = True
    names: tuple[str, ...] = ()


_ELEMENTS: dict[str, tuple[Any, ...]] = {
    "H": ("#d1495b", 6562.79, 4861.35, 4340.47, 4101.73, 3970.07, 3889.05),
    "He I": ("#3b6fd4", 3888.65, 4026.19, 4471.48, 4921.93, 5015.68, 5875.62, 6678.15, 7065.19),
    "He II": ("#17a2b8", 3203.10, 4541.59, 4685.70, 5411.52),
    "C II": ("#6c7a89", 4267.26, 6578.05, 6582.88, 7231.33, 7236.42),
    "C III": ("#6c7a89", 4647.42, 4650.25, 5695.92),
    "C IV": ("#6c7a89", 5801.33, 5811.98),
    "N II": ("#8b5fbf", 5666.63, 5676.02, 5679.56, 6482.05),
    "N III": ("#8b5fbf", 4634.14, 4640.64, 4641.85),
    "N V": ("#8b5fbf", 4603.73, 4619.98),
    "O I": ("#1b9e77", 7771.94, 7774.17, 7775.39, 8446.36, 9265.94),
    "[O I]": ("#1b9e77", 5577.34, 6300.30, 6363.78),
    "O II": ("#1b9e77", 4349.43, 4414.90, 4416.97, 4649.13),
    "[O II]": ("#1b9e77", 3726.03, 3728.82, 7319.99, 7330.73),
    "[O III]": ("#1b9e77", 4363.21, 4958.91, 5006.84),
    "Na I": ("#e08e0b", 5889.95, 5895.92, 8183.26, 8194.82),
    "Mg I": ("#7aa61f", 3829.36, 3832.30, 3838.29, 5167.32, 5172.68, 5183.60, 8806.76),
    "Mg II": ("#7aa61f", 2795.53, 2802.70, 4481.13, 7877.05, 7896.37, 9218.25, 9244.26),
    "Si II": ("#e8743b", 3856.02, 3862.60, 4128.05, 4130.89, 5041.02, 5055.98, 5957.56, 5978.93, 6347.11, 6371.37),
    "Si III": ("#e8743b", 4552.62, 4567.84, 4574.76),
    "S II": ("#b55d9c", 5432.80, 5453.86, 5606.15, 5639.98, 5647.02),
    "Ca II": ("#8e3b76", 3933.66, 3968.47, 8498.02, 8542.09, 8662.14),
    "[Ca II]": ("#8e3b76", 7291.47, 7323.89),
    "Ti II": ("#5d5d6b", 3759.29, 3761.32, 4395.03, 4443.80, 4468.49),
    "Fe II": ("#8c564b", 4549.47, 4583.84, 4923.93, 5018.44, 5169.03, 5234.62, 5276.00, 5316.61),
    "Fe III": ("#8c564b", 4395.76, 4419.60, 5073.90, 5086.70, 5127.39, 5156.11),
}  # fmt: skip

_GALAXY = {
    "galaxy-emission": (
        "Emission", "#d1495b",
        {"[O II]": (3726.03, 3728.82), "[Ne III]": (3868.76,), "Hδ": (4101.73,), "Hγ": (4340.47,), "Hβ": (4861.35,),
         "[O III]": (4958.91, 5006.84), "[N II]": (6548.05, 6583.45), "Hα": (6562.79,),
         "[S II]": (6716.44, 6730.82)},
    ),
    "galaxy-absorption": (
        "Absorption", "#3b6fd4",
        {"K": (3933.66,), "H": (3968.47,), "Hδ": (4101.73,), "G band": (4304.4,), "Hβ": (4861.35,),
         "Mg b": (5167.32, 5172.68, 5183.60), "Na D": (5889.95, 5895.92), "Ca II": (8498.02, 8542.09, 8662.14)},
    ),
}  # fmt: skip

_SKY = {
    "[O I]": (5577.34, 6300.30, 6363.78),
    "Na D": (5889.95, 5895.92),
    "Hg I": (4046.56, 4358.33, 5460.74),
    "OH": (7276.41, 7316.28, 7340.89, 7750.64, 7794.11, 7821.50, 7913.71, 7964.65, 8344.60, 8399.17, 8430.17, 8827.10,
           8885.85),
}  # fmt: skip

TELLURIC_BANDS = (
    (6270.0, 6330.0, "O₂"), (6860.0, 6950.0, "O₂ B"), (7160.0, 7340.0, "H₂O"), (7590.0, 7700.0, "O₂ A"),
    (8130.0, 8350.0, "H₂O"), (8940.0, 9850.0, "H₂O"),
)  # fmt: skip
"""Low end, high end, what absorbs."""


def _named(lines: dict[str, tuple[float, ...]]) -> dict[str, Any]:
    pairs = sorted((wavelength, name) for name, several in lines.items() for wavelength in several)
    return {"wavelengths": tuple(w for w, _ in pairs), "names": tuple(name for _, name in pairs)}


_BALMER = ("Hα", "Hβ", "Hγ", "Hδ", "Hε", "Hζ")


def _all() -> tuple[Species, ...]:
    elements = [
        Species(name, name, "Elements", colour, tuple(lines), names=_BALMER if name == "H" else ())
        for name, (colour, *lines) in _ELEMENTS.items()
    ]
    galaxy = [Species(key, label, "Galaxy", colour, **_named(lines)) for key, (label, colour, lines) in _GALAXY.items()]
    sky = Species("sky", "Night sky", "Sky", "#6c7a89", moves=False, **_named(_SKY))
    return (*elements, *galaxy, sky)


SPECIES = _all()
"""All that can be chosen, in order; those of one group stand together."""
