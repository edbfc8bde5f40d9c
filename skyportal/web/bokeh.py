"""Bokeh figures in a page: JSON now, drawn by `static/js/plots.js` when scrolled into view."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import orjson
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

if TYPE_CHECKING:
    from bokeh.models import LayoutDOM
    from bokeh.themes import Theme

DEFAULT_HEIGHT = 320
QUIET = "#808691"  # readable on every ground until plots.js paints the theme's own colours
# a figure's text may not close its script element
SCRIPT_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@cache
def theme() -> "Theme":
    """One look for all plots. Colours that depend on the site's theme are painted in the browser."""
    from bokeh.themes import Theme

    text = {"text_color": QUIET, "text_font": "sans-serif"}
    return Theme(
        json={
            "attrs": {
                "Plot": {
                    "background_fill_color": None,
                    "border_fill_color": None,
                    "outline_line_color": None,
                    "sizing_mode": "stretch_width",
                    "min_border": 8,
                },
                "Toolbar": {"autohide": True, "logo": None},
                "Title": {**text, "text_font_size": "13px", "text_font_style": "normal"},
                "Axis": {
                    "axis_label_text_color": QUIET,
                    "axis_label_text_font": "sans-serif",
                    "axis_label_text_font_size": "12px",
                    "axis_label_text_font_style": "normal",
                    "axis_label_standoff": 8,
                    "major_label_text_color": QUIET,
                    "major_label_text_font": "sans-serif",
                    "major_label_text_font_size": "11px",
                    "axis_line_color": QUIET,
                    "axis_line_alpha": 0.5,
                    "major_tick_line_color": QUIET,
                    "major_tick_line_alpha": 0.5,
                    "major_tick_in": 0,
                    "major_tick_out": 4,
                    "minor_tick_line_color": None,
                },
                "Grid": {"grid_line_color": QUIET, "grid_line_alpha": 0.18},
                "Legend": {
                    "background_fill_alpha": 0,
                    "border_line_color": None,
                    "label_text_color": QUIET,
                    "label_text_font": "sans-serif",
                    "label_text_font_size": "12px",
                    "label_height": 16,
                    "glyph_height": 14,
                    "glyph_width": 14,
                    "spacing": 2,
                    "padding": 4,
                    "click_policy": "hide",
                },
            }
        }
    )


def item(figure: "LayoutDOM") -> str:
    """A figure as the JSON that `plots.js` draws; it must belong to no document yet.

    This is what Bokeh's `json_item` writes, without checking the document and without handing it back: that took a
    third of the time.
    """
    from bokeh import __version__
    from bokeh.document import Document

    document = Document(theme=theme(), title="")
    document.add_root(figure)
    found = {
        "target_id": None,
        "root_id": figure.id,
        "doc": document.to_json(deferred=False),
        "version": __version__,
    }
    return orjson.dumps(found).decode()


class Skeleton:
    """A figure without its data, as JSON; each answer fills in the attributes of the models it names.

    A figure costs by its models, not by its points: making and writing the models of a light curve takes ten times
    as long as writing 5,000 points. What a figure is made of depends on few choices, so that it can be kept.
    """

    def __init__(self, figure: "LayoutDOM") -> None:
        self._tree = orjson.loads(item(figure))

    def filled(self, given: Mapping[str, Mapping[str, Any]]) -> str:
        """The figure's JSON with these attributes, by the name of the model that has them."""
        from bokeh.core.serialization import Serializer

        encode = Serializer(deferred=False).encode
        written = {
            name: {key: encode(value) for key, value in attributes.items()} for name, attributes in given.items()
        }
        return orjson.dumps(_with(self._tree, written)).decode()


def _with(part: Any, given: Mapping[str, dict[str, Any]]) -> Any:
    """A copy of a part of a figure, with more attributes where its models have such a name."""
    if isinstance(part, list):
        return [_with(each, given) for each in part]
    if not isinstance(part, dict):
        return part
    made = {key: _with(value, given) for key, value in part.items()}
    attributes = made.get("attributes")
    if isinstance(attributes, dict) and attributes.get("name") in given:
        attributes |= given[attributes["name"]]
    return made


def place(
    url: str, *, id: str, still: str = "", height: int = DEFAULT_HEIGHT, label: str = "Plot", legend: str = ""
) -> SafeString:
    """Room for a figure that is fetched from `url` when it comes into view; `legend` names its list of series."""
    context = {"id": id, "url": url, "still": mark_safe(still), "height": height, "label": label, "legend": legend}  # noqa: S308  drawn by us
    return render_to_string("web/_plot.html", context)


def embed(
    figure: "LayoutDOM", *, id: str, still: str = "", height: int | None = None, label: str = "Plot"
) -> SafeString:
    """The figure as a placeholder of its final height, with its JSON beside it.

    `still` is a small server-drawn picture (trusted SVG) that stands until the live plot is ready, and
    stays where there is no JavaScript. `id` names the placeholder in the page.
    """
    text = item(figure).translate(SCRIPT_ESCAPES)
    return render_to_string(
        "web/_plot.html",
        {
            "id": id,
            "json": mark_safe(text),  # noqa: S308  its < > & are escaped above
            "still": mark_safe(still),  # noqa: S308  drawn by us
            "height": height or getattr(figure, "height", None) or DEFAULT_HEIGHT,
            "label": label,
        },
    )
