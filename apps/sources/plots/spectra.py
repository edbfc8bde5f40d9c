"""Spectra as a live plot: one line a spectrum, and room for the spectral lines that `spectra.js` fills in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from skyportal.astro.spectra import arithmetic
from skyportal.astro.spectra.tables import Spectrum as Arrays
from skyportal.web.bokeh import Skeleton

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
    return f"flux ({units.pop() or 'unit not given'})" if len(units) == 1 else "flux (several units)"


def figure(spectra: Sequence[Drawn], look: Look, *, height: int = 400) -> str:
    """The figure as JSON. Each row of its lines is a spectrum: ``id``, the ends of what its axes should show (``first``
    and ``last`` wavelength, ``low`` and ``high`` flux), and what the flux axis says where it stands alone.

    Two renderers of lines and one of errors, however many spectra (see `Skeleton`). What is shown is a filter on the
    rows, which the list in the page sets.
    """
    made = curves(spectra, look, max(MOST_POINTS // max(len(spectra), 1), LEAST_POINTS))
    first = min(float(curve.arrays.wavelengths[0]) for curve in made)
    last = max(float(curve.arrays.wavelengths[-1]) for curve in made)
    given: dict[str, dict[str, Any]] = {
        "hosts": {"data": _lines((one for one in made if one.spectrum.type != "source"), look)},
        "sources": {"data": _lines((one for one in made if one.spectrum.type == "source"), look)},
        "errors": {"data": _shades([] if look.stacked else made)},
        "waves": {"start": first, "end": last},
        "fluxes": {"start": min(curve.low for curve in made), "end": max(curve.high for curve in made)},
    }
    return _skeleton(axis_label(spectra, look), "0.000" if look.normalize else "0.000e+0", height).filled(given)


def _lines(made: Iterable[Curve], look: Look) -> dict[str, list[Any]]:
    rows = list(made)
    return {
        "x": [curve.arrays.wavelengths.astype(np.float32) for curve in rows],
        "y": [curve.arrays.fluxes.astype(np.float32) for curve in rows],
        "colour": [curve.colour for curve in rows],
        "name": [curve.spectrum.name for curve in rows],
        "id": [curve.spectrum.id for curve in rows],
        "low": [curve.low for curve in rows],
        "high": [curve.high for curve in rows],
        "first": [float(curve.arrays.wavelengths[0]) for curve in rows],
        "last": [float(curve.arrays.wavelengths[-1]) for curve in rows],
        "says": [axis_label([curve.spectrum], look) for curve in rows],
    }


def _shades(made: Iterable[Curve]) -> dict[str, list[Any]]:
    """Outlines of the errors: along the flux less its error and back along the flux and its error, arm by arm."""
    rows: dict[str, list[Any]] = {"x": [], "y": [], "colour": [], "id": []}
    for curve in made:
        wave, flux, errors = curve.arrays.wavelengths, curve.arrays.fluxes, curve.arrays.errors
        if errors is None:
            continue
        low, high = flux - errors, flux + errors
        for run in _runs(low):
            rows["x"].append(np.concatenate([wave[run], wave[run][::-1]]).astype(np.float32))
            rows["y"].append(np.concatenate([low[run], high[run][::-1]]).astype(np.float32))
            rows["colour"].append(curve.colour)
            rows["id"].append(curve.spectrum.id)
    return rows


def _runs(values: NDArray) -> list[slice]:
    """Stretches of at least two pixels that all have a value."""
    edges = np.flatnonzero(np.diff(np.r_[False, np.isfinite(values), False].astype(np.int8)))
    return [slice(a, b) for a, b in edges.reshape(-1, 2).tolist() if b - a > 1]


@lru_cache(maxsize=64)
def _skeleton(label: str, digits: str, height: int) -> Skeleton:
    """The figure without its spectra."""
    from bokeh.models import HoverTool, MultiLine, Range1d
    from bokeh.models.glyphs import Patches
    from bokeh.plotting import figure as bokeh_figure

    plot = bokeh_figure(
        height=height,
        x_axis_label="observed wavelength (Å)",
        y_axis_label=label,
        x_range=Range1d(start=0, end=1),
        y_range=Range1d(start=0, end=1),
        tools="pan,box_zoom,wheel_zoom,reset,save",
        active_scroll="wheel_zoom",
        active_drag="pan",
        name="spectra",
    )
    plot.x_range.name, plot.y_range.name = "waves", "fluxes"  # type: ignore[attr-defined]
    _room_for_lines(plot)
    _add(plot, "errors", Patches(xs="x", ys="y", fill_color="colour", fill_alpha=0.15, line_color=None))
    stroke = {"xs": "x", "ys": "y", "line_color": "colour", "line_width": 1.2}
    lines = [
        _add(plot, name, MultiLine(**stroke, line_dash=dash))  # type: ignore[arg-type]
        for name, dash in (("hosts", "dashed"), ("sources", "solid"))
    ]
    tips = [("", "@name"), ("λ", "$x{0.0} Å"), ("flux", f"$y{{{digits}}}")]
    plot.add_tools(HoverTool(renderers=lines, tooltips=tips, mode="mouse", line_policy="interp"))
    return Skeleton(plot)


def _add(plot: LayoutDOM, name: str, glyph: Any) -> Any:
    """A renderer whose source has this name, and whose rows the page may hide."""
    from bokeh.models import BooleanFilter, CDSView, ColumnDataSource

    renderer = plot.add_glyph(ColumnDataSource(name=name), glyph, view=CDSView(filter=BooleanFilter()))  # type: ignore[attr-defined]
    renderer.tags = ["spectra"]
    return renderer


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
