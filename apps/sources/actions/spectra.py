"""Keeping spectra: uploaded as arrays or as files, changed, deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from apps.groups import queries as groups
from skyportal.access.errors import Invalid
from skyportal.access.models import Audience
from skyportal.access.viewer import Viewer
from skyportal.api import enumerations, params
from skyportal.astro.spectra.tables import MOST_POINTS
from skyportal.journal.recording import record
from skyportal.plugins import Slot

from ..entries import SpectrumAdded, SpectrumChanged
from ..models import Instrument, Spectrum, SpectrumPerson
from ..queries.came_from import LINKS
from ..queries.objs import get_obj
from ..queries.spectra import get_spectrum
from ..slots import SpectrumLink, spectrum_links
from .attachments import keep, safe_name
from .checks import need, need_right, optional_text, plain
from .objs import make_known_to_audiences
from .uploads import audience_asked

_TEXTS = ("units", "origin", "label", "external_reducer", "external_observer", "external_pi")
_ROLES = {
    "reduced_by": (SpectrumPerson.REDUCER, "reducer"),
    "observed_by": (SpectrumPerson.OBSERVER, "observer"),
    "pi": (SpectrumPerson.PI, "pi"),
}
"""By key of a body: the role of those people, and what the text for people of elsewhere is called after."""


@dataclass(frozen=True)
class File:
    """The file a spectrum came in."""

    name: str
    body: bytes


def add_spectrum(viewer: Viewer, data: Mapping[str, Any], *, file: File | None = None) -> int:
    """Keep a spectrum of an obj that the viewer sees; its id.

    Shared with the groups named, and always with the uploader's own.
    """
    need(viewer, "Upload data")
    missing = [
        name for name in ("obj_id", "instrument_id", "observed_at", "wavelengths", "fluxes") if _none(data, name)
    ]
    if missing:
        raise _malformed({name: ["Missing data for required field."] for name in missing})
    obj = get_obj(viewer, str(data["obj_id"]), message=f"Invalid object ID: {str(data['obj_id'])[:60]}", status=400)
    columns = _columns(data) | _arrays(data)
    people = _people(viewer, data)
    audience = audience_asked(viewer, data)
    kept = {"original_file": keep(file.body, "spectra"), "original_file_filename": safe_name(file.name)} if file else {}
    with transaction.atomic():
        spectrum = Spectrum.objects.create(obj=obj, owner_id=viewer.user_id, audience=audience, **columns, **kept)
        _set_people(spectrum, people)
        set_links(spectrum_links, viewer, spectrum.pk, data)
        make_known_to_audiences([(obj.pk, audience.pk)])
        record(SpectrumAdded(obj.pk, obj.name, viewer.user_id, spectrum.pk))
    return spectrum.pk


def change_spectrum(viewer: Viewer, spectrum_id: Any, data: Mapping[str, Any]) -> None:
    """Change what a body names; groups that it names are added to those there are."""
    need(viewer, "Upload data")
    spectrum = get_spectrum(viewer, spectrum_id)
    need_right(viewer, spectrum, "edit", "spectrum", "who uploaded it")
    changes = _columns(data)
    if any(not _none(data, name) for name in ("wavelengths", "fluxes", "errors")):
        before = {name: getattr(spectrum, name) for name in ("wavelengths", "fluxes", "errors")}
        changes |= _arrays({**before, **{name: data[name] for name in before if name in data}})
    people = _people(viewer, data)
    if not _none(data, "obj_id") and str(data["obj_id"]) != spectrum.obj.name:
        raise Invalid("A spectrum stays with its source; upload it to the other one.")
    if data.get("group_ids"):
        asked = audience_asked(viewer, data)
        changes["audience"] = Audience.objects.widened(spectrum.audience, asked.group_ids)
    with transaction.atomic():
        for name, value in changes.items():
            setattr(spectrum, name, value)
        spectrum.save(update_fields=[*changes, "modified"])
        _set_people(spectrum, people)
        set_links(spectrum_links, viewer, spectrum.pk, data)
        make_known_to_audiences([(spectrum.obj_id, spectrum.audience_id)])
        record(SpectrumChanged(spectrum.obj_id, spectrum.obj.name, viewer.user_id, spectrum.pk, "edited"))


@transaction.atomic
def delete_spectrum(viewer: Viewer, spectrum_id: Any) -> str:
    """Take a spectrum away with what was said of it; the name of its obj."""
    need(viewer, "Upload data")
    spectrum = get_spectrum(viewer, spectrum_id)
    need_right(viewer, spectrum, "delete", "spectrum", "who uploaded it")
    obj, pk = spectrum.obj, spectrum.pk
    spectrum.delete()
    record(SpectrumChanged(obj.pk, obj.name, viewer.user_id, pk, "deleted"))
    return obj.name


# --- what a body says ------------------------------------------------------------------------------------------------


def _none(data: Mapping[str, Any], name: str) -> bool:
    value = data.get(name)
    return value is None or (isinstance(value, str) and not value.strip())


def _malformed(problems: Mapping[str, list[str]]) -> Invalid:
    return Invalid(f"Invalid / missing parameters; {dict(problems)}")


def _columns(data: Mapping[str, Any]) -> dict[str, Any]:
    """The checked columns of a body, without those it does not name."""
    columns: dict[str, Any] = {name: optional_text(data[name], name) for name in _TEXTS if name in data}
    if not _none(data, "observed_at"):
        columns["observed_at"] = observed(data["observed_at"])
    if not _none(data, "instrument_id"):
        columns["instrument_id"] = _instrument(data["instrument_id"])
    if not _none(data, "type"):
        if data["type"] not in enumerations.SPECTRUM_TYPES:
            raise _malformed({"type": [f"Must be one of: {', '.join(enumerations.SPECTRUM_TYPES)}."]})
        columns["type"] = data["type"]
    if data.get("altdata") is not None:
        if not isinstance(data["altdata"], dict):
            raise _malformed({"altdata": ["Not a valid mapping type."]})
        columns["altdata"] = plain(data["altdata"])
    return columns


def observed(value: Any) -> datetime:
    """A date or time as people write it, or as a datetime; UTC."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    try:
        return params.moment(str(value))
    except ValueError as problem:
        raise _malformed({"observed_at": [f"Not a valid datetime: {problem}."]}) from None


def _instrument(value: Any) -> int:
    try:
        pk = params.key(str(value))
    except ValueError:
        raise _malformed({"instrument_id": ["Not a valid integer."]}) from None
    if not Instrument.objects.filter(pk=pk).exists():
        raise Invalid(f"Cannot find instrument with ID: {pk}.")
    return pk


def _arrays(data: Mapping[str, Any]) -> dict[str, NDArray | None]:
    """Wavelengths, fluxes and errors of one length, in order of wavelength."""
    wavelengths, fluxes = _floats(data, "wavelengths"), _floats(data, "fluxes")
    errors = None if data.get("errors") is None else _floats(data, "errors")
    lengths = {len(wavelengths), len(fluxes), *(() if errors is None else (len(errors),))}
    if len(lengths) > 1:
        raise _malformed({"_schema": [f"wavelengths, fluxes and errors must have one length; got {sorted(lengths)}."]})
    if not 1 <= len(wavelengths) <= MOST_POINTS:
        raise _malformed({"wavelengths": [f"From 1 to {MOST_POINTS} points; got {len(wavelengths)}."]})
    if not (np.isfinite(wavelengths) & (wavelengths > 0)).all():
        raise _malformed({"wavelengths": ["Must be positive numbers, in angstroms."]})
    if not np.isfinite(fluxes).any():
        raise _malformed({"fluxes": ["No flux is a finite number."]})
    order = np.argsort(wavelengths, kind="stable")
    return {
        "wavelengths": wavelengths[order],
        "fluxes": np.where(np.isfinite(fluxes), fluxes, np.nan)[order],
        "errors": None if errors is None else np.where(np.isfinite(errors), errors, np.nan)[order],
    }


def _floats(data: Mapping[str, Any], name: str) -> NDArray:
    try:
        values = np.array(data[name], dtype=float)
    except (TypeError, ValueError, OverflowError):
        raise _malformed({name: ["Must be a list of numbers."]}) from None
    if values.ndim != 1:
        raise _malformed({name: ["Must be a list of numbers."]})
    return values


def _people(viewer: Viewer, data: Mapping[str, Any]) -> dict[str, list[int]]:
    """Ids of people by role. People of elsewhere need somebody of here who can be asked about them."""
    found = {}
    for key, (role, word) in _ROLES.items():
        if key in data and data[key] is not None:
            given = data[key] if isinstance(data[key], list) else [data[key]]
            try:
                ids = [params.key(str(one)) for one in given]
            except ValueError:
                raise _malformed({key: ["Must be a list of user ids."]}) from None
            known = set(groups.users(viewer).filter(pk__in=ids).values_list("pk", flat=True))
            if unknown := [pk for pk in ids if pk not in known]:
                raise Invalid(f"Invalid {key}: there is no user with ID {unknown[0]}.")
            found[role] = ids
        if not _none(data, f"external_{word}") and not found.get(role):
            raise Invalid(
                f"At least one valid user must be named in {key!r} as the point of contact for external_{word}."
            )
    return found


def _set_people(spectrum: Spectrum, people: Mapping[str, list[int]]) -> None:
    SpectrumPerson.objects.filter(spectrum=spectrum, role__in=people).delete()
    SpectrumPerson.objects.bulk_create(
        SpectrumPerson(spectrum=spectrum, role=role, user_id=user)
        for role, ids in people.items()
        for user in dict.fromkeys(ids)
    )


def set_links(slot: Slot[SpectrumLink], viewer: Viewer, pk: int, data: Mapping[str, Any]) -> None:
    """Where a spectrum or a series came from, which an upper floor keeps: a follow-up request, an assignment."""
    for name, noun in LINKS.items():
        if not _none(data, name):
            link = slot.get(name)
            if link is None:
                raise Invalid(f"Invalid {name}: there is no {noun} with ID {str(data[name])[:20]}.")
            link.set(viewer, pk, params.path_key(name, data[name]))
