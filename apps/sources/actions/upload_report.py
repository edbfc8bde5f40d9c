"""What would become of an upload, row by row, before anything is written.

Errors are what `POST /api/photometry` refuses; warnings are what it takes and a person should look at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone
from numpy.typing import NDArray

from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer
from skyportal.astro import photometry as phot
from skyportal.astro.suspicion import jumps, systems_suspected
from skyportal.astro.time import mjd_of

from ..queries.light_curves import LightCurve, light_curves
from . import upload_body
from .photometry import Points
from .upload_body import Measured
from .uploads import audience_asked, instrument_complaints, matches, measured, resolved, visible_obj_ids

ERROR, WARNING = "error", "warning"
MOST_FINDINGS = 500
FIRST_PLATES = 11_000.0
"""MJD of about 1889: photometry of before is more likely a time that is no MJD."""


@dataclass(frozen=True)
class Finding:
    """What is wrong or odd with one row (counted from 0)."""

    row: int
    level: str
    kind: str
    message: str


def report(viewer: Viewer, data: Mapping[str, Any]) -> tuple[int, list[Finding]]:
    """How many rows an upload has, and what is to be said of them, in their order. Writes nothing.

    Invalid where it is not a table at all: lists of different lengths, no rows, too many. Past 500 rows that cannot be
    read the rest is not looked at.
    """
    count = upload_body.row_count(data)
    with transaction.atomic():
        findings = _report(viewer, data, count)
        transaction.set_rollback(True)  # audiences and origins that were only asked about
    return count, sorted(findings, key=lambda finding: (finding.row, finding.level, finding.kind))


def _report(viewer: Viewer, data: Mapping[str, Any], count: int) -> list[Finding]:
    findings: list[Finding] = []
    _malformed(data, 0, count, count, findings)
    bad = {finding.row for finding in findings}
    good = [n for n in range(count) if n not in bad]
    if len(findings) >= MOST_FINDINGS or not good:
        return findings
    rows = measured(upload_body.some_rows(data, good, count))
    unresolved = _unresolved(viewer, rows)
    findings += [replace(finding, row=good[finding.row]) for finding in unresolved]
    kept = np.setdiff1d(np.arange(len(good)), [finding.row for finding in unresolved])
    if len(kept):
        shared_with = {key: data[key] for key in ("group_ids", "stream_ids") if key in data}
        judged = _judged(viewer, _taken(rows, kept.tolist()), shared_with)
        findings += [replace(finding, row=good[kept[finding.row]]) for finding in judged]
    return findings


def _malformed(data: Mapping[str, Any], start: int, stop: int, count: int, found: list[Finding]) -> None:
    """Rows that cannot be read, found by halving: the rules are those of the upload itself."""
    if len(found) >= MOST_FINDINGS:
        return
    try:
        measured(upload_body.some_rows(data, range(start, stop), count))
    except Invalid as problem:
        if stop - start == 1:
            words = upload_body.complaint_of(problem, data)
            found.append(Finding(start, ERROR, _kind(words), re.sub(r" in row \d+", "", words)))
            return
        middle = (start + stop) // 2
        _malformed(data, start, middle, count, found)
        _malformed(data, middle, stop, count, found)


def _kind(words: str) -> str:
    kinds = {"allowed bandpass": "unknown band", "zero-point": "magnitude system", "magsys": "magnitude system"}
    kinds |= {"missing": "missing", "number": "not a number", "between": "out of range"}
    return next((kind for word, kind in kinds.items() if word in words), "invalid")


def _taken(rows: Measured, wanted: Sequence[int]) -> Measured:
    def some(column: Any) -> Any:
        if column is None:
            return None
        return column[wanted] if isinstance(column, np.ndarray) else [column[n] for n in wanted]

    return Measured(**{f.name: some(getattr(rows, f.name)) for f in fields(rows)})


def _unresolved(viewer: Viewer, rows: Measured) -> list[Finding]:
    """Rows that name an obj or an instrument that is not there, or a band the instrument has not."""
    objs = visible_obj_ids(viewer, rows.obj_name)
    pairs = list(zip(rows.instrument_id, rows.bandpass, strict=True))
    complaints = instrument_complaints(pairs)
    found = []
    for n, (name, pair) in enumerate(zip(rows.obj_name, pairs, strict=True)):
        if name not in objs:
            found.append(Finding(n, ERROR, "unknown source", f"Invalid object ID: {name[:100]}"))
        elif pair in complaints:
            kind = "unknown instrument" if "ID" in complaints[pair] else "unknown band"
            found.append(Finding(n, ERROR, kind, complaints[pair]))
    return found


def _judged(viewer: Viewer, rows: Measured, shared_with: Mapping[str, Any]) -> list[Finding]:
    """Duplicates, and what is odd about rows that could be written."""
    points = resolved(viewer, rows, audience_asked(viewer, shared_with))
    found = [
        Finding(n, ERROR, "duplicate", f"It is there already, as point {match[0][0]}.")
        for n, match in matches(viewer, points).items()
    ]
    known = {finding.row for finding in found}
    found += [finding for finding in _twice(points) if finding.row not in known]
    found += _odd_times(points.mjd)
    return found + _odd_brightness(viewer, points)


def _twice(points: Points) -> list[Finding]:
    """Rows that repeat an earlier one."""
    columns = (points.obj_id, points.mjd, points.fluxerr, points.flux, points.instrument_id, points.origin,
               points.bandpass)  # fmt: skip
    first: dict[tuple, int] = {}
    found = []
    for n, row in enumerate(zip(*(np.asarray(column).tolist() for column in columns), strict=True)):
        key = tuple(None if value != value else value for value in row)
        if first.setdefault(key, n) != n:
            found.append(Finding(n, ERROR, "repeated", f"It is the same as row {first[key] + 1} of this table."))
    return found


def _odd_times(mjd: Any) -> list[Finding]:
    now = mjd_of(timezone.now())
    found = []
    for n, time in enumerate(np.asarray(mjd).tolist()):
        if time > now:
            days = time - now
            words = f"MJD {time:g} is in the future: {days:,.{0 if days >= 10 else 2}f} days from now."
            found.append(Finding(n, WARNING, "future", words + (" Is it a JD?" if time > 2_000_000 else "")))
        elif time < FIRST_PLATES:
            found.append(Finding(n, WARNING, "past", f"MJD {time:g} is before 1889: is the time an MJD?"))
    return found


def _odd_brightness(viewer: Viewer, points: Points) -> list[Finding]:
    """Jumps against the neighbours in time, and bands that stand off by what parts Vega from AB."""
    found: list[Finding] = []
    obj_ids, bands = np.asarray(points.obj_id), np.asarray(points.bandpass, str)
    mag, magerr = phot.magnitude(points.flux, points.fluxerr)
    curves = light_curves(viewer, sorted({int(pk) for pk in obj_ids}))
    for obj_id in np.unique(obj_ids):
        for band in np.unique(bands[obj_ids == obj_id]):
            rows = np.flatnonzero((obj_ids == obj_id) & (bands == band) & np.isfinite(mag))
            given = np.column_stack([np.asarray(points.mjd)[rows], mag[rows], magerr[rows]])
            there = _known(curves.get(int(obj_id)), band)
            if system := systems_suspected(given, there, str(band)):
                words = f"{band} stands {system.offset:+.2f} mag off what is known, as {system.name} magnitudes would."
                found += [Finding(n, WARNING, "magnitude system", words) for n in rows.tolist()]
            else:
                odd = jumps(given, there)
                words = "{:+.1f} mag from its neighbours in {}."
                found += [
                    Finding(n, WARNING, "jump", words.format(jump, band))
                    for n, jump in zip(rows.tolist(), odd, strict=True)
                    if np.isfinite(jump)
                ]
    return found


def _known(curve: LightCurve | None, band: str) -> NDArray:
    """Times, magnitudes and errors of the detections there are in a band, shape (n, 3)."""
    if curve is None:
        return np.empty((0, 3))
    rows = curve.detected & (curve.bandpass == band)
    return np.column_stack([curve.mjd[rows], curve.mag[rows], curve.magerr[rows]])
