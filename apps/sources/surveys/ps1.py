"""Colour images of Pan-STARRS1 3π DR2 stacks, in two steps: which files cover a place, and a cutout of three of them.

outerspace.stsci.edu, "PS1 Image Cutout Service": ps1filenames.py and fitscut.cgi, 0.25 arcsec a pixel.
"""

from django.conf import settings

from skyportal.outside import Unreachable, fetch

from .base import PIXELS, SurveyImages, survey_images


@survey_images.add
class PanStarrs(SurveyImages):
    key, name = "ps1", "Pan-STARRS"

    def picture(self, ra: float, dec: float) -> bytes:
        place = {"ra": f"{ra:.7f}", "dec": f"{dec:.7f}"}
        files = self._files(fetch(f"{settings.PS1_CUTOUTS}/ps1filenames.py", params={**place, "filters": "gri"}))
        asked = {**place, **files, "size": PIXELS, "output_size": PIXELS, "format": "jpg", "autoscale": 99.5}
        return fetch(f"{settings.PS1_CUTOUTS}/fitscut.cgi", params=asked)

    def _files(self, table: bytes) -> dict[str, str]:
        """Names of stacks by colour, from a table with columns that a first line names."""
        rows = [line.split() for line in table.decode("utf-8", "replace").splitlines() if line.strip()]
        if not rows or not {"filter", "filename"} <= set(rows[0]):
            raise Unreachable(f"{self.name} gave an answer that is no list of images.")
        named = [dict(zip(rows[0], row, strict=False)) for row in rows[1:]]
        by_filter = {row.get("filter", ""): row.get("filename", "") for row in named}
        if not all(by_filter.get(band) for band in "gri"):
            raise Unreachable(f"{self.name} has no image of this place.")
        return {"red": by_filter["i"], "green": by_filter["r"], "blue": by_filter["g"]}
