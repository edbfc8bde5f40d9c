"""Spectra as a live plot: one line a spectrum, and room for the spectral lines that `spectra.js` fills in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from skyportal.astro.spectra import arithmetic
from skyportal.astro.spectra.tables import Spectrum as Arrays

from ..queries.spectrum_pages import Drawn

if TYPE_CHECKING:
    from bokeh.models import LayoutDOM

COLOURS = ("#3b6fd4", "#d1495b", "#1b9e77", "#e08e0b", "#8b5fbf", "#17a2b8", "#8c564b", "#b55d9c")
"""In order of time, again from the first after the last; apart for the common colour-vision deficiencies."""
HOST = "#6c7a89"
STEP = 1.0
"""Distance of stacked spectra, in units of the robust extent of each."""
MOST_SMOOTHING = 200.0
MOST_POINTS = 48_000
"""Of all spectra together; what is zoomed into still has its lines."""
LEAST_POINTS = 800


@dataclass(frozen=True)
class Look:
    """How spectra are looked at: ``smooth`` is the width of a Gaussian in angstroms, at half its height."""

    smooth: float = 0.0
    normalize: bool = False
    stacked: bool = False


@dataclass(frozen=True)
class Curve:
    """A spectrum as it is drawn, with the range its axis should show of it."""

    spectrum: Drawn
    arrays: Arrays
    colour: str
    low: float
    high: float


def colours(spectra: Sequence[Drawn]) -> list[str]:
    """Hosts are grey; the others take turns."""
    found, n = [], 0
    for one in spectra:
        found.append(HOST if one.type != "source" else COLOURS[n % len(COLOURS)])
        n += one.type == "source"
    return found


def curves(spectra: Sequence[Drawn], look: Look, most: int = MOST_POINTS) -> list[Curve]:
    """Spectra smoothed, normalised and stacked, the oldest on top, each of at most so many points."""
    made = []
    for n, (one, colour) in enumerate(zip(spectra, colours(spectra), strict=True)):
        arrays = arithmetic.smoothed(one.arrays, look.smooth)
        if look.normalize or look.stacked:
            arrays = arithmetic.normalized(arrays, "median")
        low, high = arithmetic.robust_range(arrays.fluxes)
        if look.stacked:
            arrays, low, high = _lifted(arrays, low, high, STEP * (len(spectra) - 1 - n))
        made.append(Curve(one, arithmetic.with_gaps(arithmetic.thinned(arrays, most)), colour, low, high))
    return made


def _lifted(arrays: Arrays, low: float, high: float, by: float) -> tuple[Arrays, float, float]:
    """Brought to an extent of one, and lifted: in a stack the shape counts."""
    extent = high - low
    errors = None if arrays.errors is None else arrays.errors / extent
    return Arrays(arrays.wavelengths, (arrays.fluxes - low) / extent + by, errors), by, by + 1


def axis_label(spectra: Sequence[Drawn], look: Look) -> str:
    """What the flux axis says; spectra of several units share no axis but a relative one."""
    if look.stacked:
        return "flux, scaled and shifted"
    if look.normalize:
        return "flux / median"
    units = {one.units for one in spectra}
    return f"flux ({units.pop() or 'erg/s/cm²/Å'})" if len(units) == 1 else "flux (several units)"


def figure(spectra: Sequence[Drawn], look: Look, *, height: int = 400) -> LayoutDOM:
    """A Bokeh figure. Each line is tagged ``spectrum``, its id, and the low and high end of its range."""
    from bokeh.models import ColumnDataSource, HoverTool, Line, VArea
    from bokeh.plotting import figure as bokeh_figure

    made = curves(spectra, look, max(MOST_POINTS // max(len(spectra), 1), LEAST_POINTS))
    plot = bokeh_figure(
        height=height,
        x_axis_label="observed wavelength (Å)",
        y_axis_label=axis_label(spectra, look),
        x_range=(min(float(c.arrays.wavelengths[0]) for c in made), max(float(c.arrays.wavelengths[-1]) for c in made)),  # type: ignore[arg-type]
        y_range=(min(c.low for c in made), max(c.high for c in made)),  # type: ignore[arg-type]
        tools="pan,box_zoom,wheel_zoom,reset,save",
        active_scroll="wheel_zoom",
        active_drag="pan",
        name="spectra",
    )
    _room_for_lines(plot)
    drawn: list[Any] = []
    for curve in made:
        wave, flux = curve.arrays.wavelengths, curve.arrays.fluxes
        source = ColumnDataSource({"x": wave.astype(np.float32), "y": flux.astype(np.float32)})
        dash = "solid" if curve.spectrum.type == "source" else "dashed"
        if not look.stacked and curve.arrays.errors is not None and np.isfinite(curve.arrays.errors).any():
            shade = VArea(x="x", y1="low", y2="high", fill_color=curve.colour, fill_alpha=0.15)
            area = plot.add_glyph(ColumnDataSource(shaded(wave, flux, curve.arrays.errors)), shade)
            area.tags = ["errors", curve.spectrum.id]
        stroke = Line(x="x", y="y", line_color=curve.colour, line_width=1.2, line_dash=dash)
        line = plot.add_glyph(source, stroke)
        line.name, line.tags = curve.spectrum.name, ["spectrum", curve.spectrum.id, curve.low, curve.high]
        drawn.append(line)
    tips = [("", "$name"), ("λ", "$x{0.0} Å"), ("flux", "$y{0.000e+0}" if not look.normalize else "$y{0.000}")]
    plot.add_tools(HoverTool(renderers=drawn, tooltips=tips, mode="mouse", line_policy="interp"))
    return plot


def shaded(wave: NDArray, flux: NDArray, errors: NDArray) -> dict[str, NDArray]:
    """Columns of the area one error wide. Bokeh draws an area across gaps: there it is made to have no width."""
    good = np.flatnonzero(np.isfinite(flux) & np.isfinite(errors))
    wave, flux, errors = wave[good], flux[good], errors[good]
    after = np.flatnonzero(np.diff(good) > 1) + 1
    edges, twice = np.stack([after - 1, after], axis=1).ravel(), np.repeat(after, 2)
    x, low, high = (
        np.insert(values, twice, at_edge[edges])
        for values, at_edge in ((wave, wave), (flux - errors, flux), (flux + errors, flux))
    )
    return {"x": x.astype(np.float32), "low": low.astype(np.float32), "high": high.astype(np.float32)}


def _room_for_lines(plot: LayoutDOM) -> None:
    """Marks that the page fills: spectral lines, and bands that our atmosphere takes out of every spectrum."""
    from bokeh.models import ColumnDataSource, Range1d, Text, VSpan, VStrip

    plot.extra_y_ranges = {"frame": Range1d(start=0, end=1)}  # type: ignore[attr-defined]
    bands = ColumnDataSource({"x0": [], "x1": [], "middle": [], "name": []}, name="telluric-bands")
    plot.add_glyph(bands, VStrip(x0="x0", x1="x1", fill_color="#808691", fill_alpha=0.16, line_color=None))  # type: ignore[attr-defined]
    plot.add_glyph(  # type: ignore[attr-defined]
        bands,
        Text(x="middle", y=0, text="name", text_color="#808691", text_align="center", text_baseline="bottom",
             y_offset=-4, text_font_size="11px"),
        y_range_name="frame",
    )  # fmt: skip
    lines = ColumnDataSource({"x": [], "colour": [], "name": []}, name="spectral-lines")
    plot.add_glyph(lines, VSpan(x="x", line_color="colour", line_dash="dashed", line_alpha=0.8))  # type: ignore[attr-defined]
    plot.add_glyph(  # type: ignore[attr-defined]
        lines,
        Text(x="x", y=1, text="name", text_color="colour", angle=np.pi / 2, text_align="right", text_baseline="bottom",
             x_offset=-2, y_offset=4, text_font_size="11px"),
        y_range_name="frame",
    )  # fmt: skip
