"""What an image service of a survey is to us: a picture of a minute of arc around a position."""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from typing import ClassVar

from PIL import Image, UnidentifiedImageError

from skyportal.outside import Unreachable
from skyportal.plugins import Registry

SIDE = 60.0
"""Of every picture, arcsec."""
PIXELS = 240


class SurveyImages(ABC):
    """``key`` is the type of thumbnail in the public API, ``name`` what people call the survey."""

    key: ClassVar[str]
    name: ClassVar[str]

    @abstractmethod
    def picture(self, ra: float, dec: float) -> bytes:
        """An image file, north up and east left, `PIXELS` a side; raises `Unreachable`."""


survey_images: Registry[SurveyImages] = Registry("survey_images")
survey_images.autodiscover("apps.sources.surveys")


def as_png(body: bytes, name: str) -> bytes:
    """Whatever a service sent, as a PNG of our size; refused where it is no picture, or shows nothing."""
    try:
        image = Image.open(io.BytesIO(body), formats=["PNG", "JPEG", "GIF"])
        if max(image.size) > 4 * PIXELS:
            raise ValueError
        picture = image.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Unreachable(f"{name} gave an answer that is no picture.") from None
    if all(band.getextrema()[0] == band.getextrema()[1] for band in picture.split()):
        raise Unreachable(f"{name} has no image of this place.")
    if picture.size != (PIXELS, PIXELS):
        picture = picture.resize((PIXELS, PIXELS))
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
