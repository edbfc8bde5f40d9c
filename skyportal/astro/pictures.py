"""Images of FITS files as grey pictures, for looking at."""

from __future__ import annotations

import io
import math
import zlib

import numpy as np
from numpy.typing import NDArray

STRETCHES = ("zscale", "linear", "sqrt", "log", "asinh")
MOST_PIXELS = 40_000_000
MOST_UNPACKED = 256 * 2**20


class NoPicture(ValueError):
    """There is no image in it that could be shown; the message says why."""


def read_image(body: bytes, extension: int | None = None) -> tuple[NDArray, int, list[str]]:
    """An image of a FITS file, plain or gzipped: (rows, columns), which extension it is, and what all of them are.

    Of a cube the first plane. Raises NoPicture.
    """
    from astropy.io import fits

    if body[:2] == b"\x1f\x8b":
        body = _unpacked(body)
    try:
        with fits.open(io.BytesIO(body), memmap=False, ignore_missing_end=True) as file:
            if len(file) > 200:
                raise NoPicture("It has more than 200 extensions.")
            names = [
                f"{n} {hdu.name or 'image'} {'×'.join(map(str, _shape(hdu)[::-1]))}".strip()
                for n, hdu in enumerate(file)
            ]
            images = [n for n, hdu in enumerate(file) if len(_shape(hdu)) >= 2 and min(_shape(hdu)[-2:]) > 1]
            if not images:
                raise NoPicture("There is no image in this FITS file.")
            chosen = extension if extension in images else images[0]
            if math.prod(_shape(file[chosen])) > MOST_PIXELS:
                raise NoPicture(
                    f"The image has more than {MOST_PIXELS // 10**6} million pixels; save the file to look at it."
                )
            data = np.asarray(file[chosen].data, dtype=np.float64)
            return data.reshape(-1, *data.shape[-2:])[0], chosen, [names[n] for n in images]
    except NoPicture:
        raise
    except (
        OSError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        EOFError,
        MemoryError,
        SyntaxError,
    ) as error:
        raise NoPicture(f"The FITS file cannot be read: {str(error)[:120] or type(error).__name__}") from None


def _shape(hdu: object) -> tuple[int, ...]:
    """Of an image, compressed or not, from its header alone; of anything else nothing."""
    shape = getattr(hdu, "shape", ()) if getattr(hdu, "is_image", False) else ()
    return tuple(int(n) for n in shape)


def _unpacked(body: bytes) -> bytes:
    unpack = zlib.decompressobj(wbits=31)
    try:
        plain = unpack.decompress(body, MOST_UNPACKED)
    except zlib.error:
        raise NoPicture("The file cannot be unzipped.") from None
    if unpack.unconsumed_tail:
        raise NoPicture(f"The file would unzip to more than {MOST_UNPACKED // 2**20} MB.")
    return plain


def grey(pixels: NDArray, stretch: str = "asinh", *, side: int = 900) -> NDArray:
    """Eight-bit greys of an image, row 0 at the bottom, no side longer than ``side``: larger images are binned.

    Parameters
    ----------
    pixels : (rows, columns), any unit; unknown pixels (NaN) come out black
    stretch : one of `STRETCHES`; limits are the 0.5 and 99.7 percentiles, or the ZScale of IRAF

    Examples
    --------
    >>> grey(np.array([[0.0, 1.0], [2.0, 3.0]]), "linear")
    array([[170, 255],
           [  0,  85]], dtype=uint8)
    """
    pixels = _binned(np.asarray(pixels, float), side)
    known = pixels[np.isfinite(pixels)]
    if not known.size:
        return np.zeros(pixels.shape, np.uint8)
    low, high = _limits(known, stretch)
    scaled = np.clip((np.nan_to_num(pixels, nan=low, posinf=high, neginf=low) - low) / ((high - low) or 1.0), 0, 1)
    return np.flipud((255 * _shaped(scaled, stretch)).astype(np.uint8))


def _shaped(scaled: NDArray, stretch: str) -> NDArray:
    match stretch:
        case "sqrt":
            return np.sqrt(scaled)
        case "log":
            return np.log1p(1000 * scaled) / np.log1p(1000)
        case "asinh":
            return np.arcsinh(10 * scaled) / np.arcsinh(10)
    return scaled


def _limits(known: NDArray, stretch: str) -> tuple[float, float]:
    if stretch == "zscale":
        from astropy.visualization import ZScaleInterval

        low, high = ZScaleInterval().get_limits(known)
        return float(low), float(high)
    few = known if known.size < 1000 else np.percentile(known, (0.5, 99.7))
    return float(few.min()), float(few.max())


def _binned(pixels: NDArray, side: int) -> NDArray:
    """Means of squares of pixels, so that no side is longer than this."""
    step = -(-max(pixels.shape) // side)
    if step <= 1:
        return pixels
    rows, columns = (max(1, n // step) for n in pixels.shape)
    whole = pixels[: rows * step, : columns * step]
    return whole.reshape(rows, whole.shape[0] // rows, columns, whole.shape[1] // columns).mean(axis=(1, 3))


def png(greys: NDArray) -> bytes:
    """As a PNG file."""
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(greys).save(out, "PNG", compress_level=4)
    return out.getvalue()
