"""Spectra as the source page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F

from skyportal.access.viewer import Viewer
from skyportal.astro.spectra.headers import facts
from skyportal.astro.spectra.tables import Spectrum as Arrays

from ..models import Instrument, Obj, Spectrum
from . import spectra

MOST_DRAWN = 100
"""Spectra drawn of one source, newest first; the list says when there are more."""


@dataclass(frozen=True)
class Drawn:
    """A spectrum with what its list and its legend say of it."""

    id: int
    observed_at: datetime
    instrument: str
    type: str
    label: str
    units: str
    arrays: Arrays

    @property
    def last(self) -> float:
        """The longest wavelength."""
        return float(self.arrays.wavelengths[-1])

    @property
    def name(self) -> str:
        return " · ".join(part for part in (f"{self.observed_at:%Y-%m-%d}", self.instrument, self.label) if part)


def drawn(viewer: Viewer, obj: Obj) -> list[Drawn]:
    """The newest spectra of an obj, oldest of them first. One query."""
    rows = (
        spectra.of_obj(viewer, obj)
        .order_by("-observed_at", "-pk")
        .values("id", "observed_at", "type", "label", "units", "wavelengths", "fluxes", "errors",
                instrument_name=F("instrument__name"))
    )[:MOST_DRAWN]  # fmt: skip
    return [
        Drawn(
            row["id"], row["observed_at"], row["instrument_name"], row["type"], row["label"] or "", row["units"] or "",
            Arrays(row["wavelengths"], row["fluxes"], row["errors"]),
        )
        for row in reversed(list(rows))
    ]  # fmt: skip


def count(viewer: Viewer, obj: Obj) -> int:
    return spectra.of_obj(viewer, obj).order_by().count()


def details(viewer: Viewer, spectrum: Spectrum) -> dict[str, Any]:
    """One spectrum with people, groups, remarks and what its header says."""
    row = spectra.row(viewer, spectrum)
    return row | {"facts": facts(spectrum.altdata or {}), "points": len(spectrum.wavelengths)}


def instruments(viewer: Viewer) -> list[tuple[int, str, str]]:
    """Id, name and telescope of each instrument; those that take spectra come first."""
    rows = (
        Instrument.objects.visible_to(viewer).order_by("name").values_list("pk", "name", "telescope__nickname", "type")
    )
    return [(pk, name, telescope) for pk, name, telescope, kind in sorted(rows, key=lambda row: row[3] == "imager")]
