"""Colour images of the DESI Legacy Imaging Surveys DR10: https://www.legacysurvey.org/viewer/urls (jpeg-cutout)."""

from django.conf import settings

from skyportal.outside import fetch

from .base import PIXELS, SIDE, SurveyImages, survey_images


@survey_images.add
class Legacy(SurveyImages):
    key, name = "ls", "Legacy Surveys"

    def picture(self, ra: float, dec: float) -> bytes:
        asked = {"ra": f"{ra:.7f}", "dec": f"{dec:.7f}", "size": PIXELS, "pixscale": SIDE / PIXELS, "layer": "ls-dr10"}
        return fetch(settings.LEGACY_CUTOUTS, params=asked)
