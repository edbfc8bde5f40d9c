"""Reading spectra: one, those that fulfil conditions, those of an obj for its page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import F, Q, QuerySet

from apps.groups import queries as groups
from skyportal.access.errors import Invalid, NotVisible
from skyportal.access.models import GROUP, AudienceMember
from skyportal.access.policy import AccessQuerySet
from skyportal.access.viewer import Viewer
from skyportal.api import enumerations
from skyportal.api.params import path_key

from ..access import owned_by, shared
from ..models import Instrument, Obj, Spectrum, SpectrumComment, SpectrumPerson
from ..slots import spectrum_links
from . import shown
from .came_from import come_from, origins_of
from .objs import beneath

MOST = 1000
"""Spectra that one answer may hold with their arrays; ten times as many without."""

_METADATA = (
    "id", "owner_id", "origin", "type", "label", "units", "observed_at", "created_at", "modified", "instrument_id",
    "original_file_filename", "altdata",
)  # fmt: skip
_FULL = (*_METADATA, "wavelengths", "fluxes", "errors", "external_reducer", "external_observer", "external_pi")
_NAMES = {
    "instrument_name": F("instrument__name"),
    "telescope_id": F("instrument__telescope_id"),
    "telescope_name": F("instrument__telescope__name"),
}
_PLURALS = {SpectrumPerson.REDUCER: "reducers", SpectrumPerson.OBSERVER: "observers", SpectrumPerson.PI: "pis"}


def get_spectrum(viewer: Viewer, spectrum_id: Any) -> Spectrum:
    """One spectrum; absent and hidden are never told apart."""
    key = path_key("spectrum_id", spectrum_id)
    visible = Spectrum.objects.visible_to(viewer).select_related("obj", "audience", "instrument__telescope")
    found = visible.filter(pk=key).first()
    if found is None:
        raise NotVisible(f"Could not access spectrum {key}.", status=403)
    return found


@dataclass(frozen=True)
class Asked:
    """What a list of spectra is narrowed by; None and empty narrow nothing."""

    obj_name: str | None = None
    instrument_ids: list[int] | None = None
    group_ids: list[int] | None = None
    after: datetime | None = None
    before: datetime | None = None
    modified_after: datetime | None = None
    modified_before: datetime | None = None
    origins: list[str] | None = None
    labels: list[str] | None = None
    types: list[str] | None = None
    linked: dict[str, list[int]] = field(default_factory=dict)
    comments: list[str] | None = None
    comment_authors: list[str] | None = None
    commented_after: datetime | None = None
    commented_before: datetime | None = None


def found(viewer: Viewer, asked: Asked) -> AccessQuerySet:
    """Spectra that fulfil all that is asked, oldest first."""
    spectra = Spectrum.objects.visible_to(viewer)
    bounds = {
        "observed_at__gte": asked.after, "observed_at__lte": asked.before, "modified__gte": asked.modified_after,
        "modified__lte": asked.modified_before, "obj__name__icontains": asked.obj_name or None,
    }  # fmt: skip
    spectra = spectra.filter(**{name: bound for name, bound in bounds.items() if bound is not None})
    if asked.instrument_ids:
        known = set(
            Instrument.objects.visible_to(viewer).filter(pk__in=asked.instrument_ids).values_list("pk", flat=True)
        )
        if missing := sorted(set(asked.instrument_ids) - known):
            raise Invalid(f"Not all Instrument IDs exist: {missing[:10]} do not.")
        spectra = spectra.filter(instrument_id__in=known)
    if asked.group_ids:
        ids = groups.accessible_group_ids(viewer, set(asked.group_ids))
        members = AudienceMember.objects.filter(kind=GROUP, ref__in=ids)
        spectra = spectra.filter(audience_id__in=members.values("audience_id"))
    if asked.types:
        if unknown := [kind for kind in asked.types if kind not in enumerations.SPECTRUM_TYPES]:
            raise Invalid(
                f"Spectrum type {unknown[0][:40]!r} is not in list of allowed spectrum types: "
                f"{', '.join(enumerations.SPECTRUM_TYPES)}."
            )
        spectra = spectra.filter(type__in=asked.types)
    for name, parts in (("origin", asked.origins), ("label", asked.labels)):
        if parts:
            spectra = spectra.filter(_any(f"{name}__icontains", parts))
    for field_name, ids in asked.linked.items():
        spectra = spectra.filter(pk__in=come_from(spectrum_links, viewer, field_name, ids))
    comments = _comments(viewer, asked)
    spectra = spectra if comments is None else spectra.filter(pk__in=comments.values("spectrum_id"))
    return spectra.order_by("observed_at", "pk")


def _any(lookup: str, parts: Iterable[str]) -> Q:
    condition = Q()
    for part in parts:
        condition |= Q(**{lookup: part})
    return condition


def _comments(viewer: Viewer, asked: Asked) -> QuerySet | None:
    bounds = {"created_at__gte": asked.commented_after, "created_at__lte": asked.commented_before}
    bounds = {name: bound for name, bound in bounds.items() if bound}
    if not (asked.comments or asked.comment_authors or bounds):
        return None
    comments = SpectrumComment.objects.visible_to(viewer).filter(**bounds)
    if asked.comments:
        comments = comments.filter(_any("text__icontains", asked.comments))
    return comments.filter(author__username__in=asked.comment_authors) if asked.comment_authors else comments


def of_obj(viewer: Viewer, obj: Obj) -> QuerySet:
    """Spectra of an obj that is known to be visible."""
    return _beneath(viewer, Spectrum.objects.filter(obj=obj)).order_by("observed_at", "pk")


def of_objs(viewer: Viewer, obj_ids: Iterable[int]) -> QuerySet:
    """Spectra of objs that are known to be visible, obj by obj."""
    return _beneath(viewer, Spectrum.objects.filter(obj__in=list(obj_ids))).order_by("obj_id", "observed_at", "pk")


def _beneath(viewer: Viewer, spectra: QuerySet) -> QuerySet:
    return beneath(viewer, spectra, shared | owned_by("owner"))


def rows(
    viewer: Viewer, spectra: QuerySet, *, minimal: bool = False, original: bool = False, remarks: bool = True
) -> list[dict[str, Any]]:
    """Spectra as the public API shows them; a fixed number of queries, however many.

    ``minimal``: without arrays, people and remarks. ``original``: with the file they came in.
    """
    most = 10 * MOST if minimal else MOST
    columns = _METADATA if minimal else _FULL
    read = list(spectra.values(*columns, "original_file", "audience__key", **_NAMES, **shown.OBJ)[: most + 1])
    if len(read) > most:
        raise Invalid(f"More than {most} spectra; narrow the search.")
    ids = [row["id"] for row in read]
    if minimal:
        for row in read:
            row.pop("audience__key")
    else:
        _add_people(read)
        shown.add_groups(viewer, read)
        if remarks:
            _add_remarks(viewer, read)
    links = origins_of(spectrum_links, viewer, ids)
    for n, row in enumerate(read):
        stored = row.pop("original_file")
        if original:
            row["original_file_string"] = _text(stored)
        read[n] = shown.alone(row) | links[row["id"]]
    return read


def row(viewer: Viewer, spectrum: Spectrum, **more: bool) -> dict[str, Any]:
    return rows(viewer, Spectrum.objects.filter(pk=spectrum.pk), **more)[0]


def _text(stored: str) -> str | None:
    """The file as text; one that is not text is left to its own address."""
    content = _content(stored) if stored else None
    return None if content is None or b"\x00" in content else content.decode("utf-8", "replace")


def _content(stored: str) -> bytes | None:
    try:
        with default_storage.open(stored) as file:
            return file.read()
    except OSError:
        return None


def original(spectrum: Spectrum) -> tuple[str, bytes] | None:
    """The name and content of the file a spectrum came in, where it came in one."""
    content = _content(spectrum.original_file.name or "") if spectrum.original_file else None
    name = spectrum.original_file_filename or f"{spectrum.obj.name}_{spectrum.pk}.ascii"
    return None if content is None else (name, content)


def _add_people(read: list[dict[str, Any]]) -> None:
    """The owner, reducers, observers and PIs of each; two queries."""
    faces = ("id", "username", "first_name", "last_name", "is_bot")
    people: dict[tuple[int, str], list[dict[str, Any]]] = defaultdict(list)
    linked = SpectrumPerson.objects.filter(spectrum__in=[row["id"] for row in read]).order_by("pk")
    for spectrum_id, role, *values in linked.values_list("spectrum_id", "role", *(f"user__{name}" for name in faces)):
        people[spectrum_id, _PLURALS[role]].append(dict(zip(faces, values, strict=True)))
    owners = groups.users(Viewer.system("public faces of owners")).filter(pk__in={row["owner_id"] for row in read})
    cards = {card["id"]: card for card in owners.values(*faces)}
    for row in read:
        row["owner"] = cards.get(row["owner_id"])
        row |= {plural: people.get((row["id"], plural), []) for plural in _PLURALS.values()}


def _add_remarks(viewer: Viewer, read: list[dict[str, Any]]) -> None:
    from . import annotations, comments  # they stand on this module

    ids = [row["id"] for row in read]
    said, annotated = comments.by_spectrum(viewer, ids), annotations.by_spectrum(viewer, ids)
    for row in read:
        row |= {"comments": said.get(row["id"], []), "annotations": annotated.get(row["id"], [])}
