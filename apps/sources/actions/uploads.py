"""Photometry that people and their programs bring: posted, put, edited, deleted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from apps.groups import queries as groups
from skyportal.access.errors import Invalid
from skyportal.access.models import Audience
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..entries import PhotometryChanged
from ..models import Instrument, Obj, Photometry
from . import statistics, upload_body
from .checks import as_flag
from .objs import make_known_to_audiences
from .photometry import Points, Stored, ids_of, store
from .reddening import dimmed_again
from .upload_body import Measured

FORCED_ORIGIN = re.compile(r"(^|[\W_])fp([\W_]|$)|forced", re.IGNORECASE)
"""Origins by which surveys and services say that a position was measured whether or not something was found there."""


def audience_asked(viewer: Viewer, data: Mapping[str, Any]) -> Audience:
    """Whom a body shares with: its groups and streams, and always the uploader's own group."""
    group_ids, stream_ids = data.get("group_ids"), data.get("stream_ids")
    asked = [groups.sitewide_group_id()] if group_ids == "all" else ids_in(group_ids, "group_ids")
    own = [viewer.single_user_group_id] if viewer.single_user_group_id else []
    return Audience.objects.of(
        [*groups.existing_group_ids(asked), *own] if asked else own,
        groups.existing_stream_ids(streams) if (streams := ids_in(stream_ids, "stream_ids")) else (),
    )


def ids_in(value: Any, name: str, *, most: int = 2**31) -> list[int]:
    values = value if isinstance(value, list) else [] if value is None else [value]
    try:
        ids = [int(str(v)) for v in values]
    except ValueError:
        raise Invalid(f"Invalid value for {name}: must be a list of integers.") from None
    if any(not 0 <= i < most for i in ids):
        raise Invalid(f"Cannot find {name} {ids[:5]}. Please remove and try again.")
    return ids


@transaction.atomic
def add_photometry(viewer: Viewer, data: Mapping[str, Any]) -> Stored:
    """New points; any that the viewer can see is there already refuses the whole upload."""
    points = resolved(viewer, measured(data), audience_asked(viewer, data))
    if known := matches(viewer, points):
        raise _already(points, min(known), known[min(known)][0][0])
    stored = store(points, owner_id=viewer.user_id)
    if not all(stored.is_new):
        n = stored.is_new.index(False)
        raise _already(points, n, stored.ids[n])
    return stored


def measured(data: Mapping[str, Any]) -> Measured:
    """Points as they were observed: those that say they are corrected for the Galaxy's extinction get it back."""
    rows = upload_body.read(data)
    return dimmed_again(rows) if as_flag(data, "extinction_corrected") else rows


def _already(points: Points, n: int, point_id: int) -> Invalid:
    return Invalid(
        f"The following photometry already exists in the database: row {n} (mjd {points.mjd[n]},"
        f" filter {points.bandpass[n]}) is point {point_id}. Use PUT to share points that exist."
    )


@transaction.atomic
def put_photometry(
    viewer: Viewer, data: Mapping[str, Any], *, ignore_flux: bool = False, overwrite_flux: bool = False
) -> Stored:
    """Points of which some may exist: those the viewer can see are kept and shared more widely, the rest is new.

    A point that exists but is hidden from the viewer plays no part: they get their own.
    """
    if ignore_flux and not viewer.sees_all:
        raise Invalid(
            "Ignoring flux/fluxerr when checking for duplicates is reserved to super admin users only", status=400
        )
    audience = audience_asked(viewer, data)
    points = resolved(viewer, measured(data), audience)
    known = matches(viewer, points, ignore_flux=ignore_flux)
    ids: list[int] = [known[n][0][0] if n in known else 0 for n in range(len(points))]
    widen(viewer, {row for rows in known.values() for row in rows[:1]}, audience)
    if ignore_flux and overwrite_flux:
        _overwrite(points, known)
    new = [n for n in range(len(points)) if n not in known]
    stored = store(_rows(points, new), owner_id=viewer.user_id)
    for n, point_id in zip(new, stored.ids, strict=True):
        ids[n] = point_id
    return Stored(stored.upload_id, stored.upload_uuid, ids, [n not in known for n in range(len(points))])


def resolved(viewer: Viewer, rows: Measured, audience: Audience) -> Points:
    """Rows with their names resolved: objs that the viewer sees, instruments that take such filters."""
    obj_ids = visible_obj_ids(viewer, rows.obj_name)
    if unknown := set(rows.obj_name) - obj_ids.keys():
        raise Invalid(f"Invalid object ID: {min(unknown)[:100]}")
    if complaints := instrument_complaints(zip(rows.instrument_id, rows.bandpass, strict=True)):
        raise Invalid(complaints[min(complaints)])
    n = len(rows)
    names = ("mjd", "flux", "fluxerr", "bandpass", "instrument_id", "origin", "limiting_mag", "altdata")
    kept: dict[str, Any] = {name: getattr(rows, name) for name in (*names, "ra", "dec", "ra_unc", "dec_unc")}
    return Points(
        obj_id=[obj_ids[name] for name in rows.obj_name],
        audience_id=[audience.pk] * n,
        flags=[Photometry.FORCED if FORCED_ORIGIN.search(origin) else 0 for origin in rows.origin],
        ref_flux=None if np.isnan(rows.ref_flux).all() else rows.ref_flux,
        ref_fluxerr=None if np.isnan(rows.ref_fluxerr).all() else rows.ref_fluxerr,
        **kept,
    )


def visible_obj_ids(viewer: Viewer, names: Iterable[str]) -> dict[str, int]:
    """Ids of the objs of these names that the viewer sees."""
    return dict(Obj.objects.visible_to(viewer).filter(name__in=set(names)).values_list("name", "pk"))


def instrument_complaints(pairs: Iterable[tuple[int, str]]) -> dict[tuple[int, str], str]:
    """By instrument and bandpass, what is wrong with the pair; nothing for those that can be."""
    used = set(pairs)
    known = {
        i.pk: i for i in Instrument.objects.filter(pk__in={pk for pk, _ in used}).only("pk", "name", "type", "filters")
    }
    complaints = {}
    for pk, bandpass in used:
        if pk not in known:
            complaints[pk, bandpass] = f"Invalid instrument ID: {pk}"
        elif known[pk].type == "imager" and bandpass not in known[pk].filters:
            named, has = known[pk].name, ", ".join(known[pk].filters[:12]) or "no filters"
            complaints[pk, bandpass] = f"Invalid value for filter: {named} has no {bandpass}; it has {has}."
    return complaints


def _rows(points: Points, wanted: Sequence[int]) -> Points:
    """Some rows of an upload."""
    columns = {name: getattr(points, name) for name in points.__dataclass_fields__}
    chosen: dict[str, Any] = {
        name: None if column is None else [column[n] for n in wanted] for name, column in columns.items()
    }
    return Points(**chosen)


_MATCH = """
    select given.n - 1, p.id, p.audience_id, p.obj_id
    from unnest({arrays}) with ordinality as given({names}, n)
    join sources_photometry p using ({names})
    order by given.n, p.audience_id = %(audience)s desc, p.id
"""
_MATCH_TYPES = {
    "obj_id": "int", "mjd": "float8", "instrument_id": "int", "origin_id": "int", "bandpass_id": "smallint",
    "fluxerr": "float8", "flux": "float8",
}  # fmt: skip

Match = tuple[int, int, int]


def matches(viewer: Viewer, points: Points, *, ignore_flux: bool = False) -> dict[int, list[Match]]:
    """By row of the upload, the points the viewer can see that are the same: (id, audience, obj), best first."""
    given: dict[str, Any] = {
        "obj_id": points.obj_id,
        "mjd": np.asarray(points.mjd).tolist(),
        "instrument_id": points.instrument_id,
        "origin_id": ids_of("origin", points.origin),
        "bandpass_id": ids_of("bandpass", points.bandpass),
        "fluxerr": np.asarray(points.fluxerr).tolist(),
        "flux": np.asarray(points.flux).tolist(),
    }
    names = [name for name in given if not (ignore_flux and name in ("flux", "fluxerr"))]
    arrays = ", ".join(f"%({name})s::{_MATCH_TYPES[name]}[]" for name in names)
    values = {name: "{" + ",".join(map(repr, given[name])) + "}" for name in names}
    with connection.cursor() as cursor:
        cursor.execute(
            _MATCH.format(arrays=arrays, names=", ".join(names)),
            {**values, "audience": points.audience_id[0]},
        )
        found = cursor.fetchall()
    if not found:
        return {}
    visible = set(
        Photometry.objects.visible_to(viewer).filter(pk__in=[row[1] for row in found]).values_list("pk", flat=True)
    )
    matches: dict[int, list[Match]] = {}
    for n, *match in found:
        if match[0] in visible:
            matches.setdefault(n, []).append(tuple(match))
    return matches


def widen(viewer: Viewer, rows: Iterable[Match], audience: Audience) -> None:
    """Points at rows that exist gain an audience: one UPDATE for each distinct old one."""
    by_old: dict[int, list[int]] = {}
    obj_ids: set[int] = set()
    for point_id, old, obj_id in rows:
        by_old.setdefault(old, []).append(point_id)
        obj_ids.add(obj_id)
    changed: dict[int, int] = {}
    for narrow in Audience.objects.filter(pk__in=by_old):
        wide = Audience.objects.widened(narrow, audience.group_ids, audience.stream_ids)
        if wide.pk != narrow.pk:
            Photometry.objects.filter(pk__in=by_old[narrow.pk]).update(audience=wide, modified=timezone.now())
            changed[narrow.pk] = wide.pk
    if changed:
        make_known_to_audiences((obj_id, wide) for obj_id in obj_ids for wide in changed.values())
        points_changed(viewer, obj_ids, sum(len(by_old[old]) for old in changed), "shared")


def _overwrite(points: Points, known: Mapping[int, list[Match]]) -> None:
    """Give points that exist the uploaded flux, where both say where they come from."""
    for n, rows in known.items():
        if points.origin[n] == "None":
            continue
        Photometry.objects.filter(pk=rows[0][0]).exclude(origin__name="None").update(
            flux=points.flux[n], fluxerr=points.fluxerr[n], modified=timezone.now()
        )
    statistics.recount(rows[0][2] for rows in known.values())


def points_changed(viewer: Viewer, obj_ids: Iterable[int], count: int, deed: str) -> None:
    """What follows whenever points changed: statistics, and a word to the journal."""
    wanted = set(obj_ids)
    statistics.recount(wanted)
    names = list(Obj.objects.filter(pk__in=wanted).order_by("name").values_list("name", flat=True))
    record(PhotometryChanged(names, count, deed, viewer.user_id))
