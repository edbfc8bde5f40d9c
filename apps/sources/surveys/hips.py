"""Images of the sky in any size from the HiPS of the CDS (Fernique et al. 2015, A&A 578, A114), by hips2fits.

https://alasky.cds.unistra.fr/hips-image-services/hips2fits: a gnomonic image, north up and east to the left.
"""

from __future__ import annotations

import io

from django.conf import settings
from PIL import Image, UnidentifiedImageError

from skyportal.outside import Unreachable, fetch

IMAGES = {
    "ps1": ("CDS/P/PanSTARRS/DR1/r", "PanSTARRS-1 r"),
    "ps1_cds": ("CDS/P/PanSTARRS/DR1/r", "PanSTARRS-1 r"),
    "desi": ("CDS/P/DESI-Legacy-Surveys/DR10/r", "DESI Legacy Surveys r"),
    "dss": ("CDS/P/DSS2/red", "DSS2 red"),
    "ztfref": ("CDS/P/ZTF/DR7/r", "ZTF reference r"),
}
"""By the names of the public API: the survey at the CDS, and what it is called."""


def picture(source: str, ra: float, dec: float, field: float, pixels: int = 500, seconds: float = 15.0) -> bytes:
    """A grey PNG around a position, dark stars on white.

    Parameters
    ----------
    ra, dec : degrees
    field : side of the image, arcmin
    """
    survey, name = IMAGES[source]
    asked = {
        "hips": survey, "ra": f"{ra:.7f}", "dec": f"{dec:.7f}", "fov": f"{field / 60:.6f}",
        "width": pixels, "height": pixels, "projection": "TAN", "coordsys": "icrs", "format": "png",
        "stretch": "asinh", "min_cut": "1%", "max_cut": "99.7%", "cmap": "gray",
    }  # fmt: skip
    body = fetch(settings.HIPS_CUTOUTS, params=asked, seconds=seconds, most_bytes=8 * 2**20)
    try:
        image = Image.open(io.BytesIO(body), formats=["PNG", "JPEG"])
        if max(image.size) > 4 * pixels:
            raise ValueError
        grey = image.convert("RGB").convert("L").resize((pixels, pixels))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Unreachable("The image service gave an answer that is no picture.") from None
    low, high = grey.getextrema()
    if low == high:
        raise Unreachable(f"{name} has no image of this place.")
    file = io.BytesIO()
    grey.point([255 - value for value in range(256)]).save(file, "PNG")
    return file.getvalue()
