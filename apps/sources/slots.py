"""What upper floors may hang here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django.db.models import QuerySet

from skyportal.access.viewer import Viewer
from skyportal.api.params import Param
from skyportal.plugins import Slot


def unchanged(objs: QuerySet, value: Any, viewer: Viewer, query: dict[str, Any]) -> QuerySet:
    """For a parameter that only qualifies another."""
    return objs


@dataclass(frozen=True)
class ObjFilter:
    """A list parameter: its public declaration and what it does to a queryset of saved objs (`ListedObj`).

    ``apply(objs, value, viewer, query)`` returns the narrowed queryset: by what the rows say themselves (``redshift``,
    ``hpx`` …), by ``obj__…``, or by ``pk__in`` of objs that something else was said of. ``query`` holds all
    parameters, for those that come in pairs; a function that serves several of them is applied once. The objs are
    already known to be visible to the viewer: a filter asks only whether what hangs on them is.
    """

    param: Param
    apply: Callable[[QuerySet, Any, Viewer, dict[str, Any]], QuerySet]
    completes: Callable[[Any], dict[str, str]] | None = None
    """What a page adds for a person who gave only this one's value: other parameters, by name."""


obj_filters: Slot[ObjFilter] = Slot("sources.obj_filters")
"""Parameters of `GET /api/sources` and of the sources page."""

obj_sorts: Slot[Callable[[Viewer, dict[str, Any]], QuerySet]] = Slot("sources.obj_sorts")
"""By value of ``sortBy``, a function (viewer, query) -> rows of (``obj_id``, ``value``) by which a list is sorted."""

obj_includes: Slot[Callable[[Viewer, list[int]], dict[int, Any]]] = Slot("sources.obj_includes")
"""By field name, a function (viewer, obj ids) -> value for each id, for `?include…=true`."""


@dataclass(frozen=True)
class Panel:
    """A part of a page: a fragment with its own address, fetched when it comes into view.

    On the source page the fragment is one element that takes the place of the skeleton: a ``card-header``, a
    ``card-body``, and on itself ``data-watch`` and ``data-from`` where it follows what happens.
    """

    title: str
    url_name: str
    order: int = 100
    side: Literal["main", "side"] = "main"
    template: str = ""
    """Of the one whose content comes with the page's first paint: the fragment, drawn from what its view gives."""


@dataclass(frozen=True)
class SpectrumLink:
    """What an upper floor knows of where spectra come from: a request or an assignment for each.

    ``of_spectra(viewer, spectrum ids)`` -> id by spectrum; ``spectra_of(viewer, ids)`` -> spectrum ids, or None where
    one of the ids is unknown to the viewer; ``set(viewer, spectrum id, id)`` links them, or raises `Invalid`.
    """

    of_spectra: Callable[[Viewer, list[int]], dict[int, int]]
    spectra_of: Callable[[Viewer, list[int]], list[int] | None]
    set: Callable[[Viewer, int, int | None], None]


spectrum_links: Slot[SpectrumLink] = Slot("sources.spectrum_links")
"""By field of a spectrum (``followup_request_id``, ``assignment_id``)."""

series_links: Slot[SpectrumLink] = Slot("sources.series_links")
"""The same of photometric series; their ids stand for those of spectra."""

position_locks: Slot[Callable[[int], bool]] = Slot("sources.position_locks")
"""By name, a function (obj id) -> whether something (a candidate …) holds the obj at its position."""

scanned_objs: Slot[Callable[[Viewer], QuerySet]] = Slot("sources.scanned_objs")
"""By name, a function (viewer) -> rows with ``obj_id`` of objs that were candidates of a filter the viewer may see."""

import_narrowers: Slot[Callable[[dict[str, Any], list[Any]], list[Any]]] = Slot("sources.import_narrowers")
"""By name, a function (what to narrow to, transients that a service listed) -> those that are wanted: in a sky map …"""

telescope_parts: Slot[Callable[[Viewer, int], list[dict[str, Any]]]] = Slot("sources.telescope_parts")
"""By field of one telescope at the API, a function (viewer, telescope id) -> rows: allocations …"""

obj_panels: Slot[Panel] = Slot("sources.obj_panels")
"""Parts of the source page; their addresses take the obj's name."""

quick_finders: Slot[Callable[[Viewer, str], list[dict[str, str]]]] = Slot("sources.quick_finders")
"""By name, a function (viewer, words) -> a few results {kind, label, detail, url} for the quick search."""


@dataclass(frozen=True)
class GalaxyNarrower:
    """Parameters of lists of galaxies that an upper floor brings, and what they do.

    ``narrow(galaxies, viewer, query)`` -> the narrowed queryset, and the names of annotations that are shown with each
    galaxy and may be sorted by.
    """

    params: tuple[Param, ...]
    narrow: Callable[[QuerySet, Viewer, dict[str, Any]], tuple[QuerySet, list[str]]]


galaxy_narrowers: Slot[GalaxyNarrower] = Slot("sources.galaxy_narrowers")
"""By name: galaxies within a sky map …"""


@dataclass(frozen=True)
class FieldNarrower:
    """Parameters that leave some of an instrument's fields: those within a sky map.

    ``narrow(fields, viewer, query)`` -> numbers of the rows that are left, or None where nothing is asked.
    """

    params: tuple[Param, ...]
    narrow: Callable[[Any, Viewer, dict[str, Any]], list[int] | None]


field_narrowers: Slot[FieldNarrower] = Slot("sources.field_narrowers")
"""By name: fields that see some of a sky map …"""

home_panels: Slot[Panel] = Slot("sources.home_panels")
"""Parts of the dashboard; their addresses take no argument."""


@dataclass(frozen=True)
class Depth:
    """A place was observed and nothing was told of it: MJD, bandpass, limiting magnitude (5 sigma, AB), instrument."""

    mjd: float
    bandpass: str
    limiting_mag: float
    instrument: str


silent_visits: Slot[Callable[[Viewer, float, float, float, float], list[Depth]]] = Slot("sources.silent_visits")
"""By name, a function (viewer, RA, Dec, first MJD, last MJD) -> visits to a place, drawn on light curves as limits."""


@dataclass(frozen=True)
class FollowupAsk:
    """Observations that are asked for by itself, not by a person: of which obj, in which group's name, what and why.

    ``number`` is the same however often one ask is made: whoever takes it makes one request of it.
    """

    number: int
    obj_id: int
    obj_name: str
    group_id: int
    choice: str
    payload: dict[str, Any]
    reason: str


@dataclass(frozen=True)
class FollowupDesk:
    """Who takes requests for observations.

    ``choices(viewer, group id)`` -> (key, words) of what may be asked in that group's name, e.g. its allocations;
    ``check(viewer, group id, choice, payload)`` raises `Invalid` where that cannot be asked;
    ``take(ask)`` makes the request inside the caller's transaction and says in a sentence what it is, or raises
    `Refusal` with the reason. It does not call the telescope: that follows from its own entry.
    """

    label: str
    choices: Callable[[Viewer, int], list[tuple[str, str]]]
    check: Callable[[Viewer, int, str, dict[str, Any]], None]
    take: Callable[[FollowupAsk], str]


followup_desks: Slot[FollowupDesk] = Slot("sources.followup_desks")
"""By key. It hangs here and not with candidates because telescopes and candidates stand side by side."""
