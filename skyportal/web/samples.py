"""Invented data for the page of components."""

import base64
import io
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.paginator import Paginator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from skyportal.astro import bandpasses

if TYPE_CHECKING:
    from bokeh import plotting

BANDS = {band: bandpasses.colour(band) for band in ("ztfg", "ztfr", "ztfi")}
ROWS: list[dict[str, Any]] = [
    {
        "name": "ZTF21abiuvdk",
        "state": "saved",
        "kind": "SN Ia",
        "ra": 210.910674,
        "dec": 54.311650,
        "z": 0.0647,
        "dz": 0.0001,
        "mag": 17.42,
        "band": "ztfg",
        "days": 0.08,
        "groups": ["Supernovae", "Sitewide"],
    },
    {
        "name": "ZTF23aaklqou",
        "state": "new",
        "kind": "",
        "ra": 10.684708,
        "dec": -7.268750,
        "z": None,
        "dz": None,
        "mag": 19.87,
        "band": "ztfr",
        "days": 0.4,
        "groups": [],
    },
    {
        "name": "ZTF24aahgqwk",
        "state": "triggered",
        "kind": "SN II",
        "ra": 201.365063,
        "dec": -43.019113,
        "z": 0.00183,
        "dz": 0.00002,
        "mag": 15.06,
        "band": "ztfi",
        "days": 1.7,
        "groups": ["Nearby"],
    },
    {
        "name": "LSST 170028512",
        "state": "rejected",
        "kind": "AGN",
        "ra": 187.277915,
        "dec": 2.052388,
        "z": 0.158,
        "dz": 0.003,
        "mag": 20.51,
        "band": "ztfr",
        "days": 3.2,
        "groups": ["Black holes"],
    },
    {
        "name": "ZTF25abmkdpe",
        "state": "failed",
        "kind": "Kilonova?",
        "ra": 197.450341,
        "dec": -23.381467,
        "z": 0.0098,
        "dz": 0.0004,
        "mag": 18.3,
        "band": "ztfg",
        "days": 12.0,
        "groups": ["Mergers", "Sitewide"],
    },
]
for row in ROWS:
    row["seen"] = datetime.now(UTC) - timedelta(days=row["days"])

ANNOTATIONS = {
    "ztf:braai": "0.9987",
    "drb": "0.9999",
    "sgscore1": "0.031",
    "distpsnr1": "4.21″",
    "rb": "0.886",
    "age": "6.02 d",
    "rise": "0.31 mag/d",
    "nearest host": "M101",
}


def curve() -> dict[str, list[tuple[float, float, float]]]:
    """A supernova-like rise and fall: (day, magnitude, error) in each band."""
    points: dict[str, list[tuple[float, float, float]]] = {band: [] for band in BANDS}
    for step in range(34):
        day = step * 1.9
        for offset, band in enumerate(BANDS):
            wiggle = 0.06 * ((step * 7 + offset * 5) % 11 - 5) / 5
            magnitude = (
                17.4 + 0.25 * offset + 0.0042 * (day - 18 - 2 * offset) ** 2 * (1 if day < 20 else 0.28) + wiggle
            )
            if (step + offset) % 2 == 0 and magnitude < 20.6:
                points[band].append((day, magnitude, 0.02 + 0.04 * (magnitude - 17)))
    return points


def light_curve(width: int = 420, height: int = 160) -> SafeString:
    """A small picture of `curve`, as the server draws one in each candidate's card."""
    left, bottom = 34, 18
    x = lambda day: left + day / 64 * (width - left - 6)  # noqa: E731
    y = lambda mag: 6 + (mag - 16.9) / 3.8 * (height - bottom - 6)  # noqa: E731
    lines = format_html_join(
        "",
        '<path class="gridline" d="M{} {}H{}"/><text x="{}" y="{}" text-anchor="end">{}</text>',
        ((left, round(y(m), 1), width, left - 6, round(y(m) + 3.5, 1), m) for m in (17, 18, 19, 20)),
    )
    days = format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="middle">{}</text>',
        ((round(x(d), 1), height - 3, f"{d - 60} d") for d in (0, 20, 40, 60)),
    )
    marks = format_html_join(
        "",
        '<path stroke="{}" d="M{} {}V{}"/><circle fill="{}" cx="{}" cy="{}" r="2.6"/>',
        (
            (
                BANDS[band],
                round(x(d), 1),
                round(y(m - e), 1),
                round(y(m + e), 1),
                BANDS[band],
                round(x(d), 1),
                round(y(m), 1),
            )
            for band, points in curve().items()
            for d, m, e in points
        ),
    )
    return format_html(
        '<svg viewBox="0 0 {} {}" role="img" aria-label="Light curve, 17.4 mag at peak">'
        '{}{}<g class="picture">{}</g></svg>',
        width,
        height,
        lines,
        days,
        marks,
    )


def cutout(kind: int) -> str:
    """One of science, reference, difference as a 63-pixel PNG in a data address."""
    import numpy as np
    from PIL import Image

    noise = np.random.default_rng(kind).normal(60, 9, (63, 63))
    rows, columns = np.mgrid[:63, :63]
    star = lambda r, c, width, peak: peak * np.exp(-((rows - r) ** 2 + (columns - c) ** 2) / 2 / width**2)  # noqa: E731
    host = star(36, 38, 7, 90) + star(12, 15, 1.6, 120)
    sky = noise + (host if kind < 2 else 0) + (star(31, 31, 1.6, 170) if kind != 1 else 0)
    buffer = io.BytesIO()
    Image.fromarray(np.clip(sky, 0, 255).astype("uint8")).save(buffer, "png")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def figure() -> "plotting.figure":
    from bokeh.models import HoverTool, Range1d
    from bokeh.plotting import figure as new_figure

    plot = new_figure(
        height=340, tools="pan,box_zoom,wheel_zoom,reset,save", active_scroll="wheel_zoom", sizing_mode="stretch_width"
    )
    plot.y_range = Range1d(start=20.9, end=16.9)
    plot.xaxis.axis_label, plot.yaxis.axis_label = "Days since first detection", "AB magnitude"
    for band, points in curve().items():
        days, magnitudes, errors = (list(column) for column in zip(*points, strict=True))
        low, high = ([m + s * e for m, e in zip(magnitudes, errors, strict=True)] for s in (-1, 1))
        plot.segment(days, low, days, high, color=BANDS[band], alpha=0.6, legend_label=band)
        plot.scatter(days, magnitudes, size=7, color=BANDS[band], legend_label=band)
    plot.add_tools(HoverTool(tooltips=[("day", "@x{0.0}"), ("mag", "@y{0.00}")]))
    plot.add_layout(plot.legend[0], "right")
    return plot


class SampleForm(forms.Form):
    """One field of every kind; `title` and `priority` are wrong on purpose."""

    title = forms.CharField(label="Title", max_length=40, help_text="What colleagues see in the list.")
    group = forms.ChoiceField(
        label="Group",
        choices=[
            (n, n)
            for n in [
                "Sitewide",
                "Supernovae",
                "Nearby",
                "Mergers",
                "Black holes",
                "Variables",
                "Asteroids",
                "Students",
                "Operations",
            ]
        ],
        help_text="Type a few letters.",
    )
    kind = forms.ChoiceField(label="Kind", choices=[("imaging", "Imaging"), ("spectroscopy", "Spectroscopy")])
    priority = forms.IntegerField(label="Priority", min_value=1, max_value=5, help_text="1 is soonest.")
    start = forms.DateTimeField(
        label="Start", required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"}), help_text="UTC."
    )
    bands = forms.MultipleChoiceField(
        label="Bands", choices=[(b, b) for b in BANDS], widget=forms.CheckboxSelectMultiple, required=False
    )
    note = forms.CharField(label="Comment", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    tell = forms.BooleanField(label="Tell me when it is done", required=False, help_text="By mail and in the bell.")
    locked = forms.CharField(label="Request id", disabled=True, required=False, initial="2026-11-22-0042")


def context(page: str | None) -> dict[str, Any]:
    form = SampleForm(
        {
            "title": "A title much longer than the forty letters allowed here",
            "priority": "9",
            "kind": "imaging",
            "group": "Nearby",
            "bands": ["ztfg"],
            "tell": "on",
        }
    )
    form.is_valid()
    cutouts = [
        {"kind": kind, "url": cutout(index)} for index, kind in enumerate(["science", "reference", "difference"])
    ]
    return {
        "rows": ROWS,
        "default_sort": "-seen",
        "page": Paginator(range(1234), 25).get_page(page or 4),
        "form": form,
        "chips": [
            {"name": "Group", "key": "group", "value": "3", "label": "Supernovae"},
            {"name": "Last detected", "key": "since", "value": "7", "label": "within 7 days"},
            {"name": "Redshift", "key": "z", "value": "0.1", "label": "below 0.1"},
        ],
        "candidates": [
            {**ROWS[0], "cutouts": cutouts, "annotations": ANNOTATIONS},
            {
                **ROWS[3],
                "cutouts": [*cutouts[:2], {"kind": "difference", "url": ""}],
                "annotations": dict(list(ANNOTATIONS.items())[:4]),
            },
        ],
        "curve": light_curve(),
        "bands": list(BANDS),
        "states": ["new", "saved", "rejected", "triggered", "failed"],
        "tokens": [
            "text",
            "quiet",
            "accent",
            "border",
            "border-strong",
            "ground",
            "sunken",
            "raised",
            "hover",
            "chosen",
        ],
        "now": datetime.now(UTC),
    }
