"""The form in which people announce an event, or add a sky map to one."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from django import forms

from skyportal.astro.sky import parse_position
from skyportal.astro.skymaps import reading
from skyportal.astro.skymaps.tiles import NotASkyMap

KINDS = {
    "": "none",
    "cone": "a position and its error",
    "ellipse": "an error ellipse",
    "polygon": "a polygon",
    "annuli": "annuli, to be crossed",
    "file": "a FITS file",
    "address": "a FITS file elsewhere",
}
FIGURES = {
    "cone": ("position", "error"), "ellipse": ("position", "amaj", "amin", "phi"), "polygon": ("polygon",),
    "annuli": ("annuli",), "file": ("file",), "address": ("address",),
}  # fmt: skip
"""The fields that each kind of sky map needs."""
LISTED = ("annuli", "polygon")
MOST_BYTES = 45 * 2**20
"""Of a file: it travels in base64, and notices may have 64 MB."""


def _degrees(label: str, help_text: str = "", **limits: Any) -> forms.FloatField:
    return forms.FloatField(
        label=label, help_text=help_text, required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}), **limits,
    )  # fmt: skip


def _lines(label: str, help_text: str, placeholder: str) -> forms.CharField:
    shown = forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "class": "mono", "placeholder": placeholder})
    return forms.CharField(label=label, help_text=help_text, required=False, max_length=50_000, widget=shown)


class Position(forms.CharField):
    """Right ascension and declination in any common notation, as degrees."""

    def clean(self, value: Any) -> dict[str, float] | None:
        if not (words := super().clean(value)):
            return None
        if (found := parse_position(words)) is None:
            raise forms.ValidationError(
                f"{words[:40]} is no position: write 13:30:01.21 +13:24:40.3 or 202.505 13.411."
            )
        return dict(zip(("ra", "dec"), found, strict=True))


class EventForm(forms.Form):
    """An event as a script would send it: `body` is that of the API."""

    dateobs = forms.CharField(
        label="Time", max_length=60, help_text="UTC, such as 2026-01-02T03:04:05.25",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    aliases = forms.CharField(
        label="Names", max_length=2000, required=False, help_text="With commas: GRB 260102A, IPN#123"
    )
    tags = forms.CharField(label="Tags", max_length=2000, required=False, help_text="With commas: GRB, IPN")
    group_ids = forms.TypedMultipleChoiceField(
        label="For", coerce=int, required=False, help_text="Nobody chosen: everybody on this site.",
        widget=forms.SelectMultiple(attrs={"data-select": ""}),
    )  # fmt: skip
    kind = forms.ChoiceField(label="Sky map", choices=list(KINDS.items()), required=False)
    position = Position(
        label="RA, Dec (J2000)", max_length=100, required=False,
        help_text="Hours and degrees, or degrees alone: 13:30:01.21 +13:24:40.3, 13h30m +13d24m, 202.505 13.411",
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "mono"}),
    )  # fmt: skip
    error = _degrees("Error, deg", "One sigma of each axis; the map reaches to four.")
    amaj = _degrees("Semi-major axis, deg", "Even within the ellipse, nothing beyond it.")
    amin = _degrees("Semi-minor axis, deg")
    phi = _degrees("Position angle, deg", "Of the major axis, from north through east.")
    polygon = _lines(
        "Corners", "A corner a line: degrees, or 10:00:24 +02:12:00.", "150.1 2.2\n150.9 2.4\n10:03:36 +02:12:00"
    )
    annuli = _lines(
        "Annuli",
        "One a line: right ascension and declination of the centre (degrees, or 08:13:36 -12:18:00), then in degrees"
        " the radius and its error at three sigma, or its upper and its lower error. Several are crossed into one map.",
        "123.4 -12.3 45.6 0.02\n301.2 18.5 81.3 0.05 0.04",
    )
    file = forms.FileField(label="FITS file", required=False, help_text="Multi-order or flat HEALPix, gzipped or not.")
    address = forms.URLField(label="Its address", required=False, max_length=1000, assume_scheme="https")
    name = forms.CharField(
        label="Name of the map", max_length=200, required=False, help_text="Or it is made of figures."
    )

    def __init__(self, groups: Sequence[Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group_ids"].choices = [(group.pk, group.name) for group in groups]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for field in FIGURES.get(given.get("kind", ""), ()):
            if given.get(field) in (None, "") and field not in self.errors:
                self.add_error(field, "This is needed for such a sky map.")
        for field in set(LISTED) & {given.get("kind")}:
            if field not in self.errors:
                self._listed(field, 2 if field == "polygon" else 4)
        if (file := given.get("file")) and file.size > MOST_BYTES:
            self.add_error("file", f"The file is larger than {MOST_BYTES // 2**20} MB; send its address.")
        elif file and given.get("kind") == "file":
            self._checked(file)
        return given

    def _checked(self, file: Any) -> None:
        """By its headers: what is wrong with them is said here, what is wrong within on the event's page."""
        try:
            reading.check(file.read())
        except NotASkyMap as problem:
            self.add_error("file", str(problem))
        file.seek(0)

    def _listed(self, field: str, least: int) -> None:
        """Lines of numbers, in place of the text; an error names its line."""
        rows = []
        for number, line in enumerate(self.cleaned_data[field].splitlines(), 1):
            if (row := _figures(line)) is None:
                return self.add_error(field, f"Line {number}: {line.strip()[:40]} is not {least} numbers.")
            if row and not least <= len(row) <= least + (least == 4):
                return self.add_error(field, f"Line {number} has {len(row)} numbers, not {least}.")
            rows += [row] if row else []
        self.cleaned_data[field] = rows
        return None

    @property
    def body(self) -> dict[str, Any]:
        given = self.cleaned_data
        said: dict[str, Any] = {"dateobs": given["dateobs"]}
        for name in ("aliases", "tags"):
            said[name] = [one.strip() for one in given[name].split(",") if one.strip()]
        return said | {"group_ids": given["group_ids"] or None, "skymap": self._skymap()}

    def _skymap(self) -> Any:
        given = self.cleaned_data
        kind, named = given["kind"], {"localization_name": given["name"]} if given["name"] else {}
        if not kind:
            return None
        if kind == "address":
            return given["address"]
        if kind == "file":
            name = (given["name"] or given["file"].name).replace(";", "_")
            return f"name={name};base64,{base64.b64encode(given['file'].read()).decode()}"
        if kind == "polygon":
            return {"polygon": given["polygon"], **named}
        if kind == "annuli":
            return {"annuli": [_annulus(*row) for row in given["annuli"]], **named}
        return given["position"] | {field: given[field] for field in FIGURES[kind][1:]} | named


def _figures(line: str) -> list[float] | None:
    """A line's numbers, the first two of which may be written as a position; None where it has something else."""
    words = line.replace(",", " ").replace(";", " ").split()
    if all(map(_is_number, words)):
        return [float(word) for word in words]
    for place in range(len(words), 1, -1):
        rest = words[place:]
        if all(map(_is_number, rest)) and (position := parse_position(" ".join(words[:place]))):
            return [*position, *map(float, rest)]
    return None


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _annulus(ra: float, dec: float, radius: float, above: float, below: float | None = None) -> dict[str, float]:
    """Errors as circulars write them, +0.02, -0.03: then the middle is not the radius."""
    upper, lower = abs(above), abs(above if below is None else below)
    return {"ra": ra, "dec": dec, "radius": radius + (upper - lower) / 2, "error": (upper + lower) / 2}
