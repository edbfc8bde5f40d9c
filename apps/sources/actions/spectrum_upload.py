"""A spectrum's file as a person uploads it: read, looked at, corrected, kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.groups import queries as groups
from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer
from skyportal.astro.spectra import headers, reading
from skyportal.astro.spectra.tables import Spectrum as Arrays
from skyportal.astro.spectra.tables import SpectrumTable, Unreadable, spectrum_of

from ..queries.objs import get_obj
from ..queries.spectrum_pages import instruments
from .checks import need, person
from .spectra import File, add_spectrum, change_spectrum
from .spectrum_files import read_table

ERROR_KINDS = {"sigma": "standard error", "variance": "variance", "ivar": "inverse variance"}
WAVE_UNITS = {"Angstrom": ("Å", 1.0), "nm": ("nm", 10.0), "um": ("µm", 1e4)}
CODES = dict.fromkeys(("en05", "en06", "en12"), "floyds")
"""Instruments that headers call by a code: Las Cumbres Observatory's FLOYDS."""
_SHORT_OF_NM = 2000.0
"""A spectrum that ends below this many angstroms is more likely written in nanometres, one that ends below 30 in µm."""


@dataclass(frozen=True)
class Draft:
    """What is read of a file, and what the person says of it: the fields of the form as text."""

    file: File
    table: SpectrumTable
    fields: dict[str, str]
    filled: dict[str, str]
    """What the header says of the fields, so that another file's header may replace it."""
    notes: dict[str, str]
    """By field, what is to be said of how it was filled in, or why it was not."""

    @property
    def arrays(self) -> Arrays:
        """The spectrum by the columns chosen; Invalid where they make none."""
        fields = self.fields
        try:
            found = spectrum_of(
                self.table, int(fields["wave"]), int(fields["flux"]), int(fields["error"]) if fields["error"] else None
            )
        except (ValueError, KeyError) as problem:  # Unreadable is one
            reason = problem if isinstance(problem, Unreadable) else "choose the columns again."
            raise Invalid(f"These columns make no spectrum: {reason}") from None
        scale = WAVE_UNITS.get(fields.get("wave_unit", ""), ("", 1.0))[1]
        errors = found.errors
        if errors is not None and (kind := fields.get("error_kind", "sigma")) in ERROR_KINDS:
            errors = reading.sigmas(errors, kind)
        return Arrays(found.wavelengths * scale, found.fluxes, errors)


def draft(viewer: Viewer, file: File, fields: Mapping[str, str], filled: Mapping[str, str]) -> Draft:
    """Read a file and fill in what its header says, where the person has not said otherwise.

    ``filled`` is what the header of the file before had put into the fields: nobody said that.
    """
    need(viewer, "Upload data")
    table = read_table(file.body)
    guessed = reading.guess(table)
    by_column = {
        "wave": str(guessed.wave),
        "flux": str(guessed.flux),
        "error": "" if guessed.error is None else str(guessed.error),
        "error_kind": guessed.error_kind,
        "wave_unit": _wave_unit(table, guessed.wave),
    }
    facts = headers.facts(table.header)
    by_header = {
        "observed_at": facts.observed_at.replace(tzinfo=None).isoformat() if facts.observed_at else "",
        "instrument_id": _instrument(viewer, facts),
        "units": facts.units or table.units[guessed.flux],
        "observers": facts.observers or "",
        "reducers": facts.reducers or "",
        "pis": facts.pis or "",
    }
    notes = _by_name(viewer, file, facts, by_header)
    said = {name: value for name, value in fields.items() if value.strip() and value != filled.get(name)}
    columns = {**by_column, **{name: fields[name] for name in by_column if name in fields}}
    notes = {name: note for name, note in notes.items() if name not in said}
    return Draft(file, table, {**by_header, **said, **columns}, by_header, notes)


def _by_name(viewer: Viewer, file: File, facts: headers.Facts, found: dict[str, str]) -> dict[str, str]:
    """Fill in what the header does not say and the file's name does; what is to be said of that, by field."""
    notes = {}
    if not found["observed_at"] and (day := headers.day_in(file.name)):
        found["observed_at"] = day
        notes["observed_at"] = f"By the file's name{'' if 'T' in day else ', the day only'}."
    if not found["instrument_id"] and facts.instrument:
        notes["instrument_id"] = f"The file names {facts.instrument[:60]}, which this site does not have."
    elif not found["instrument_id"] and (pk := _instrument_in(viewer, file.name)):
        found["instrument_id"] = pk
        notes["instrument_id"] = "By the file's name."
    return notes


def _instrument_in(viewer: Viewer, file_name: str) -> str:
    """The instrument that a file's name has in it, by its own name or as the one of a telescope that takes spectra."""
    words = set(re.split(r"[^a-z0-9]+", file_name.lower()))
    known = instruments(viewer)
    by_name = [pk for pk, name, _ in known if name.lower() in words]
    by_telescope = [pk for pk, _, telescope in known if telescope.lower() in words]
    return next((str(found[0]) for found in (by_name, by_telescope) if len(found) == 1), "")


def _wave_unit(table: SpectrumTable, wave: int) -> str:
    unit = table.units[wave].lower()
    if unit.startswith(("nm", "um", "micron")):
        return "nm" if unit == "nm" else "um"
    longest = float(table.columns[wave].max()) if not unit else float("inf")
    return "um" if longest < 30 else "nm" if longest < _SHORT_OF_NM else "Angstrom"


def _instrument(viewer: Viewer, facts: headers.Facts) -> str:
    """The instrument of this site that the header most likely means."""
    said = (facts.instrument or "").lower()
    said = CODES.get(said, said)
    named = [(name.lower(), pk) for pk, name, _ in instruments(viewer)]
    return next((str(pk) for name, pk in named if said and (name in said or said in name)), "")


def keep_draft(viewer: Viewer, obj_name: str, one: Draft, group_ids: list[str]) -> int:
    """Keep the spectrum with its file; its id. People who have no account here are kept by name."""
    arrays, fields = one.arrays, one.fields
    obj = get_obj(viewer, obj_name)
    data: dict[str, Any] = {
        "obj_id": obj.name,
        "wavelengths": arrays.wavelengths,
        "fluxes": arrays.fluxes,
        "errors": arrays.errors,
        "altdata": dict(one.table.header) or None,
        "group_ids": [int(one) for one in group_ids if one.isdecimal()] or None,
        **_said(viewer, fields),
    }
    if not data["observed_at"]:
        raise Invalid("Say when it was observed: the file does not.")
    if not data["instrument_id"]:
        raise Invalid("Choose the instrument: the file names none that this site knows.")
    return add_spectrum(viewer, data, file=one.file)


def change_by_form(viewer: Viewer, spectrum_id: int, fields: Mapping[str, str], group_ids: list[str]) -> None:
    """What a person says anew of a spectrum; groups are added to those it is shared with."""
    data = _said(viewer, fields)
    if not data["observed_at"]:
        raise Invalid("Say when it was observed.")
    change_spectrum(
        viewer, spectrum_id, data | {"group_ids": [int(one) for one in group_ids if one.isdecimal()] or None}
    )


_PEOPLE = (
    ("observers", "observed_by", "external_observer"),
    ("reducers", "reduced_by", "external_reducer"),
    ("pis", "pi", "external_pi"),
)
"""Field of the form, and where a body has those with an account and those without."""


def _said(viewer: Viewer, fields: Mapping[str, str]) -> dict[str, Any]:
    """What the form says, as a body says it."""
    said: dict[str, Any] = {
        name: fields.get(name) or None for name in ("observed_at", "instrument_id", "units", "type", "label")
    }
    for words, key, external in _PEOPLE:
        ids, names = people_named(viewer, fields.get(words, ""))
        said[key] = ids or ([person(viewer)] if names else [])  # somebody here can be asked about those of elsewhere
        said[external] = names or None
    return said


def people_named(viewer: Viewer, text: str) -> tuple[list[int], str]:
    """Ids of those in a comma separated text who have an account under that username, and the text of the others."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words:
        return [], ""
    known = {
        name.lower(): pk for pk, name in groups.users(viewer).filter(username__in=words).values_list("pk", "username")
    }
    return [known[w.lower()] for w in words if w.lower() in known], ", ".join(
        w for w in words if w.lower() not in known
    )
