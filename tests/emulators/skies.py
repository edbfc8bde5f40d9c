"""Gaia's TAP service and the CDS's image service, over a few stars that a test places."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field

from PIL import Image, ImageDraw

from skyportal.astro import offsets, sky

from .server import Answer

COLUMNS = ("source_id", "ra", "dec", "pmra", "pmdec", "parallax", "phot_rp_mean_mag", "phot_g_mean_mag", "ref_epoch")
_CONE = re.compile(r"CIRCLE\('ICRS', ([\d.]+), (-?[\d.]+), ([\d.]+)\)")
_LIMIT = re.compile(r"phot_rp_mean_mag < ([\d.]+)")
_NUMBER = re.compile(r"source_id = (\d+)")


@dataclass
class Skies:
    """Stars as (source_id, ra, dec, RP, pmra, pmdec), at 2016.0."""

    stars: list[tuple[int, float, float, float, float, float]] = field(default_factory=list)

    def gaia(self, path: str, form: dict[str, str]) -> Answer:
        if form.get("REQUEST") != "doQuery" or form.get("LANG") != "ADQL" or form.get("FORMAT") != "csv":
            return 400, "text/xml", b"<VOTABLE>bad request</VOTABLE>"
        query = form["QUERY"]
        found = self.stars
        if one := _NUMBER.search(query):
            found = [s for s in found if s[0] == int(one[1])]
        elif cone := _CONE.search(query):
            ra, dec, radius = map(float, cone.groups())
            limit = float(_LIMIT.search(query)[1])  # type: ignore[index]
            inside = [s for s in found if sky.separation(s[1], s[2], ra, dec) <= radius * 3600 and s[3] < limit]
            found = sorted(inside, key=lambda s: s[3])
        else:
            return 400, "text/xml", b"<VOTABLE>cannot parse</VOTABLE>"
        rows = [f"{i},{ra},{dec},{pmra},{pmdec},1.5,{mag},{mag + 0.5},2016.0" for i, ra, dec, mag, pmra, pmdec in found]
        return 200, "text/csv", "\n".join([",".join(COLUMNS), *rows, ""]).encode()

    def hips(self, path: str, query: dict[str, str]) -> Answer:
        pixels, fov = int(query["width"]), float(query["fov"]) * 3600
        image = Image.new("L", (pixels, pixels), 8)
        pen = ImageDraw.Draw(image)
        for _, ra, dec, mag, *_ in self.stars:
            east, north = offsets.tangent_plane(ra, dec, float(query["ra"]), float(query["dec"]))
            x, y = pixels / 2 - float(east) * pixels / fov, pixels / 2 - float(north) * pixels / fov
            radius = max(1.0, (20 - mag) * 0.9)
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=250)
        file = io.BytesIO()
        image.save(file, "PNG")
        return 200, "image/png", file.getvalue()
