"""Photometry that comes without the Galaxy's extinction is kept as it was observed, like all other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from skyportal.access.errors import Invalid
from skyportal.astro import dust
from skyportal.astro.extinction import coefficient

from ..models import Obj
from .upload_body import Measured


def dimmed_again(rows: Measured) -> Measured:
    """Put back the extinction at the position of each obj; refused where it is not known how much that was."""
    places = Obj.objects.filter(name__in=set(rows.obj_name)).values_list("name", "ra", "dec")
    ebvs = {name: None if ra is None or dec is None else dust.ebv(ra, dec) for name, ra, dec in places}
    missing = sorted(name for name in set(rows.obj_name) & ebvs.keys() if ebvs[name] is None)
    if missing:
        raise Invalid(
            f"Invalid value for extinction_corrected: the extinction at {missing[0]} is not known here (no dust map "
            "covers it), so it cannot be put back. Upload the photometry as observed."
        )
    per_ebv = {band: coefficient(band) for band in set(rows.bandpass)}
    if unknown := sorted(band for band, value in per_ebv.items() if value is None):
        raise Invalid(f"Invalid value for extinction_corrected: no extinction is known for {unknown[0]}.")
    # an unknown obj is refused later, by name
    magnitudes = np.array(
        [
            (per_ebv[band] or 0.0) * (ebvs.get(name) or 0.0)
            for name, band in zip(rows.obj_name, rows.bandpass, strict=True)
        ]
    )
    factor = 10 ** (-0.4 * magnitudes)
    return replace(
        rows,
        flux=rows.flux * factor,
        fluxerr=rows.fluxerr * factor,
        limiting_mag=rows.limiting_mag + magnitudes,
        ref_flux=rows.ref_flux * factor,
        ref_fluxerr=rows.ref_fluxerr * factor,
    )
