"""Cutouts as a survey makes them: 63 x 63 pixels of science, reference and difference, in FITS."""

from __future__ import annotations

from dataclasses import dataclass

import cramjam
import numpy as np

SIDE = 63
PIXEL = 1.012  # arcsec, ZTF
_CARDS = [
    "SIMPLE  =                    T",
    "BITPIX  =                  -32",
    "NAXIS   =                    2",
    f"NAXIS1  =                   {SIDE}",
    f"NAXIS2  =                   {SIDE}",
    "BUNIT   = 'DN      '",
    "END",
]
HEADER = "".join(card.ljust(80) for card in _CARDS).ljust(2880).encode()
TAIL = bytes(-(SIDE * SIDE * 4) % 2880)
AXIS = np.arange(SIDE) - SIDE // 2


@dataclass
class Scene:
    """What is in the field of a cutout, in data numbers: stars (x, y, flux), a galaxy, the object itself."""

    stars: np.ndarray
    galaxy: tuple[float, float, float, float, float] | None  # x, y, flux, scale, axis ratio
    reference: float  # flux of the object in the reference
    difference: float
    x: float  # where in the central pixel it is
    y: float


def cutouts(
    scene: Scene, fwhm: float, ref_fwhm: float, noise: float, rng: np.random.Generator, artefact: bool = False
) -> tuple[bytes, bytes, bytes]:
    """Science, reference and difference as FITS.

    ``fwhm`` and ``ref_fwhm`` are in pixels, ``noise`` is the pixel noise of the difference in data numbers.
    """
    width, ref_width = fwhm / 2.3548, ref_fwhm / 2.3548
    still = _galaxy(scene.galaxy)
    reference, science = still.copy(), still
    for x, y, flux in scene.stars:
        reference += _star(x, y, flux, ref_width)
        science += _star(x, y, flux, width)
    if scene.reference > 0:
        reference += _star(scene.x, scene.y, scene.reference, ref_width)
        science += _star(scene.x, scene.y, scene.reference, width)
    shape = _artefact(scene.difference, rng) if artefact else _star(scene.x, scene.y, scene.difference, width)
    grain = rng.standard_normal((2, SIDE, SIDE), dtype=np.float32) * noise
    difference = shape + grain[0]
    return _fits(science + shape + grain[0] + 150), _fits(reference + 0.3 * grain[1] + 150), _fits(difference)


def pixel_noise(depth: float, zeropoint: float, fwhm: float) -> float:
    """Noise of one pixel in data numbers, in an image of this five-sigma depth; ``fwhm`` in pixels."""
    width = fwhm / 2.3548
    return 10 ** (0.4 * (zeropoint - depth)) / 5 / np.sqrt(4 * np.pi * width**2)


def _star(x: float, y: float, flux: float, width: float) -> np.ndarray:
    gauss_x = np.exp(-0.5 * ((AXIS - x) / width) ** 2)
    gauss_y = np.exp(-0.5 * ((AXIS - y) / width) ** 2)
    return np.outer(gauss_y, gauss_x) * (flux / (2 * np.pi * width**2))


def _galaxy(galaxy) -> np.ndarray:
    if galaxy is None:
        return np.zeros((SIDE, SIDE))
    x, y, flux, scale, ratio = galaxy
    radius = np.hypot((AXIS - x)[None, :], (AXIS - y)[:, None] / ratio)
    return np.exp(-radius / scale) * (flux / (2 * np.pi * scale**2 * ratio))


def _artefact(flux: float, rng) -> np.ndarray:
    """What a subtraction goes wrong as: a dipole, a cosmic ray, a hot pixel."""
    form = rng.integers(3)
    if form == 0:
        return _star(-0.8, 0, flux * 3, 0.9) - _star(0.8, 0, flux * 2.6, 0.9)
    if form == 1:
        image, slope = np.zeros((SIDE, SIDE)), rng.uniform(-1, 1)
        for step in range(-6, 7):
            image[SIDE // 2 + round(step * slope), SIDE // 2 + step] = flux / 8
        return image
    return _star(0, 0, flux, 0.35)


def _fits(image: np.ndarray) -> bytes:
    return HEADER + image.astype(">f4").tobytes() + TAIL


def packed(picture: bytes) -> bytes:
    """As ZTF sends them: gzipped."""
    return bytes(cramjam.gzip.compress(picture, level=1))
