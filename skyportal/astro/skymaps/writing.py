"""A sky map as a multi-order FITS file, for anybody's software."""

from __future__ import annotations

import io
from datetime import datetime

import numpy as np

from ..sky import HPX_ORDER
from .distances import moments
from .tiles import SkyMap


def multi_order(sky: SkyMap, *, name: str = "", date: datetime | None = None) -> bytes:
    """FITS bytes with UNIQ, PROBDENSITY (1/sr) and, where known, DISTMU, DISTSIGMA, DISTNORM."""
    from astropy.io import fits

    order = sky.order
    uniq = (sky.lo >> 2 * (HPX_ORDER - order)) + 4 ** (order.astype(np.int64) + 1)
    columns = [fits.Column("UNIQ", "K", array=uniq), fits.Column("PROBDENSITY", "D", "sr-1", array=sky.density)]
    if sky.distance:
        columns += [
            fits.Column("DISTMU", "D", "Mpc", array=sky.distance.mu),
            fits.Column("DISTSIGMA", "D", "Mpc", array=sky.distance.sigma),
            fits.Column("DISTNORM", "D", "Mpc-2", array=sky.distance.norm),
        ]
    table = fits.BinTableHDU.from_columns(columns)
    table.header.update(
        {
            "PIXTYPE": "HEALPIX",
            "ORDERING": "NUNIQ",
            "COORDSYS": "C",
            "INDXSCHM": "EXPLICIT",
            "MOCORDER": int(order.max()),
        }
    )
    if name:
        table.header["OBJECT"] = name[:60].encode("ascii", "replace").decode()
    if date:
        table.header["DATE-OBS"] = date.replace(tzinfo=None).isoformat()
    if found := moments(sky):
        table.header["DISTMEAN"], table.header["DISTSTD"] = found
    out = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(out)
    return out.getvalue()
