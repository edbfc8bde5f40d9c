"""Colour images of the Sloan Digital Sky Survey: https://skyserver.sdss.org/dr18/SkyServerWS/ImgCutout (getjpeg)."""

from django.conf import settings

from skyportal.outside import fetch

from .base import PIXELS, SIDE, SurveyImages, survey_images


@survey_images.add
class Sdss(SurveyImages):
    key, name = "sdss", "SDSS"

    def picture(self, ra: float, dec: float) -> bytes:
        asked = {"ra": f"{ra:.7f}", "dec": f"{dec:.7f}", "scale": SIDE / PIXELS, "width": PIXELS, "height": PIXELS}
        return fetch(settings.SDSS_CUTOUTS, params=asked)
