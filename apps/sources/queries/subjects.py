"""What remarks hang on: a source, one of its spectra or points, or something that an upper floor knows (an event).
Comments and annotations of all are the same in all else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from skyportal.access.viewer import Viewer
from skyportal.journal.entries import Entry

from ..entries import CommentChanged, CommentPosted, ReminderChanged, ReminderDue
from ..models import (
    Annotation,
    Comment,
    Obj,
    Photometry,
    PointAnnotation,
    Reminder,
    Spectrum,
    SpectrumAnnotation,
    SpectrumComment,
    SpectrumReminder,
)
from .objs import get_obj
from .photometry import get_point
from .shown import OBJ
from .spectra import get_spectrum


@dataclass(frozen=True)
class Subject:
    """A kind of thing that remarks hang on.

    ``resource`` is its word in the public paths, ``noun`` that of annotations' ``type``. Nobody
    comments on points, or is reminded of them: their ``comment`` and ``reminder`` are None.
    ``find(viewer, id, **refusal)`` is the row behind the id of a path, ``link(row)`` the columns by which a remark
    hangs on it (the first of them is what is locked while somebody writes), ``id_of(remark)`` the id again.
    ``named``: expressions by which a remark tells what it hangs on, ``key`` the same id in a body.
    ``posted`` and ``changed`` are the journal's entries of its comments, ``reminded`` and ``due`` those of reminders;
    ``facts(remark)`` their own fields.
    Whatever has no ``obj`` says so in these.
    """

    resource: str
    noun: str
    comment: Any
    annotation: Any
    columns: tuple[str, ...]
    find: Callable[..., Any]
    link: Callable[[Any], dict[str, Any]]
    id_of: Callable[[Any], str]
    reminder: Any = None
    key: str = "obj_id"
    named: Mapping[str, Any] = field(default_factory=lambda: OBJ)
    parent: str = "obj"
    posted: Callable[..., Entry] = CommentPosted
    changed: Callable[..., Entry] = CommentChanged
    reminded: Callable[..., Entry] = ReminderChanged
    due: Callable[..., Entry] = ReminderDue
    facts: Callable[[Any], dict[str, Any]] = lambda remark: {
        "obj_id": remark.obj_id, "obj_name": remark.obj.name, "resource": "sources",
    }  # fmt: skip


def _of_obj(obj: Obj) -> dict[str, Any]:
    return {"obj": obj}


def _of_spectrum(spectrum: Spectrum) -> dict[str, Any]:
    return {"obj": spectrum.obj, "spectrum": spectrum}


def _spectrum(viewer: Viewer, spectrum_id: Any, **refusal: Any) -> Spectrum:
    return get_spectrum(viewer, spectrum_id)


def _of_point(point: Photometry) -> dict[str, Any]:
    return {"obj": point.obj, "photometry": point}


def _point(viewer: Viewer, point_id: Any, **refusal: Any) -> Photometry:
    return get_point(viewer, point_id)


SOURCES = Subject(
    "sources", "source", Comment, Annotation, (), get_obj, _of_obj, lambda remark: remark.obj.name, Reminder
)
SPECTRA = Subject(
    "spectra", "spectrum", SpectrumComment, SpectrumAnnotation, ("spectrum_id",), _spectrum, _of_spectrum,
    lambda remark: str(remark.spectrum_id), SpectrumReminder, key="spectrum_id",
    facts=lambda remark: {"obj_id": remark.obj_id, "obj_name": remark.obj.name, "resource": "spectra"},
)  # fmt: skip
POINTS = Subject(
    "photometry", "photometry", None, PointAnnotation, ("photometry_id",), _point, _of_point,
    lambda remark: str(remark.photometry_id),
)  # fmt: skip
