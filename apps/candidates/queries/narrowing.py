"""The parameters of scanning, one function each: passings in, fewer passings out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet, Sum

from apps.sources.models import Listing, PhotStat, Source
from skyportal.access.models import AudienceMember
from skyportal.api.params import Param, flag, integer, moment, number, text, words
from skyportal.astro.time import mjd_of

from ..models import GroupRejection, Review, ScanTurn
from ..slots import Asker, CandidateFilter, candidate_filters
from .json_values import as_number, as_text
from .parameters import annotation_conditions, one_of
from .said import annotations_of_candidates, classifications_of_candidates
from .vetting import at_least

SAVED = (
    "all",
    "savedToAllSelected",
    "savedToAnySelected",
    "savedToAnyAccessible",
    "notSavedToAnyAccessible",
    "notSavedToAnySelected",
    "notSavedToAllSelected",
)


def narrowing(name: str, parse: Callable[[str], Any] = text, help: str = "") -> Callable[[Callable], Callable]:
    """Declare what a parameter of this name does to passings."""

    def declare(apply: Callable[[QuerySet, Any, Asker], QuerySet]) -> Callable:
        candidate_filters.plug(name)(CandidateFilter(Param(name, parse, None, help), apply))
        return apply

    return declare


def narrowed(rows: QuerySet, asker: Asker) -> QuerySet:
    """Passings that satisfy every parameter that was given."""
    for name, candidate_filter in candidate_filters.items():
        value = asker.query.get(name)
        if value is not None:
            rows = candidate_filter.apply(rows, value, asker)
    return rows


def _saves(**which: Any) -> QuerySet:
    return Source.objects.filter(obj_id=OuterRef("obj_id"), active=True, **which)


@narrowing("savedStatus", one_of(*SAVED), "Whether the obj is saved, and where: " + ", ".join(SAVED) + ".")
def saved_status(rows: QuerySet, status: str, asker: Asker) -> QuerySet:
    """Saves of groups the viewer is not in count for nothing: their existence is not theirs to know."""
    selected = sorted(asker.scope.group_ids)
    if status == "all":
        return rows
    if status.endswith("AllSelected"):
        in_all = Q()
        for group_id in selected:
            in_all &= Q(Exists(_saves(group_id=group_id)))
        if not selected:
            return rows if status.startswith("saved") else rows.none()
        return rows.filter(in_all if status.startswith("saved") else ~in_all)
    which: dict[str, Any] = {"group_id__in": selected}
    if status.endswith("AnyAccessible"):
        which = {} if asker.viewer.sees_all else {"group_id__in": sorted(asker.viewer.group_ids)}
    saved = Exists(_saves(**which))
    return rows.filter(saved if status.startswith("saved") else ~saved)


@narrowing("objID", text, "Part of the obj's name.")
def named(rows: QuerySet, part: str, asker: Asker) -> QuerySet:
    return rows.filter(obj__name__icontains=part.strip()) if part.strip() else rows


@narrowing("minRedshift", number, "Objs at this redshift or beyond.")
def min_redshift(rows: QuerySet, redshift: float, asker: Asker) -> QuerySet:
    return rows.filter(obj__redshift__gte=redshift)


@narrowing("maxRedshift", number, "Objs at this redshift or nearer.")
def max_redshift(rows: QuerySet, redshift: float, asker: Asker) -> QuerySet:
    return rows.filter(obj__redshift__lte=redshift)


def _classified(names: list[str], asker: Asker) -> Exists:
    wanted = Q()
    for name in names:
        taxonomy, colon, classification = name.rpartition(": ")
        wanted |= Q(classification=name)
        if colon:
            wanted |= Q(classification=classification, taxonomy__name=taxonomy)
    return Exists(classifications_of_candidates(asker.viewer).filter(wanted, obj_id=OuterRef("obj_id")))


@narrowing("classifications", words, "Classes, or `taxonomy: class`; the obj has one of them.")
def classified(rows: QuerySet, names: list[str], asker: Asker) -> QuerySet:
    return rows.filter(_classified(names, asker))


@narrowing("classificationsReject", words, "Classes, or `taxonomy: class`; the obj has none of them.")
def not_classified(rows: QuerySet, names: list[str], asker: Asker) -> QuerySet:
    return rows.filter(~_classified(names, asker))


def _listed(list_name: str, asker: Asker) -> Exists:
    return Exists(
        Listing.objects.filter(user_id=asker.viewer.user_id or 0, list_name=list_name, obj_id=OuterRef("obj_id"))
    )


@narrowing("listName", text, "Objs on this list of yours.")
def on_list(rows: QuerySet, list_name: str, asker: Asker) -> QuerySet:
    return rows.filter(_listed(list_name, asker)) if list_name else rows


@narrowing("listNameReject", text, "Objs not on this list of yours, e.g. rejected_candidates.")
def not_on_list(rows: QuerySet, list_name: str, asker: Asker) -> QuerySet:
    return rows.filter(~_listed(list_name, asker)) if list_name else rows


@narrowing("groupRejected", one_of("hide"), "hide: objs rejected for none of the groups that are scanned.")
def not_rejected_for_groups(rows: QuerySet, hide: str, asker: Asker) -> QuerySet:
    rejected = GroupRejection.objects.filter(group_id__in=sorted(asker.scope.group_ids), obj_id=OuterRef("obj_id"))
    return rows.filter(~Exists(rejected))


@narrowing("seenByMe", one_of("hide", "again"), "hide: objs you never looked at; again: nor since they passed last.")
def not_seen(rows: QuerySet, which: str, asker: Asker) -> QuerySet:
    looks = Review.objects.filter(user_id=asker.viewer.user_id or 0, obj_id=OuterRef("obj_id"))
    return rows.filter(~Exists(looks if which == "hide" else looks.filter(at__gte=OuterRef("passed_at"))))


@narrowing("scanSession", integer, "Your part of a shared scan.")
def my_part(rows: QuerySet, session: int, asker: Asker) -> QuerySet:
    turns = ScanTurn.objects.filter(session_id=session, user_id=asker.viewer.user_id or 0)
    return rows.filter(obj_id__in=turns.values("obj_id"))


@narrowing("minVettingScore", number, "Objs with at least this vetting score, 0 to 1.")
def vetted_so(rows: QuerySet, least: float, asker: Asker) -> QuerySet:
    return at_least(rows, least, asker.scope)


@narrowing(
    "annotationFilterList",
    annotation_conditions,
    'JSON objects joined by commas: {"origin", "key", "value"} or {"origin", "key", "min", "max"}; all must hold.',
)
def annotated(rows: QuerySet, conditions: list[dict[str, Any]], asker: Asker) -> QuerySet:
    for condition in conditions:
        key = condition["key"]
        said = annotations_of_candidates(asker.viewer).filter(origin=condition["origin"])
        if "value" in condition:
            value = condition["value"]
            same = Q(data__contains={key: value})
            said = said.annotate(shown=as_text(key)).filter(same | Q(shown=str(value)))
        else:
            said = said.annotate(number=as_number(key)).filter(
                number__gte=condition["min"], number__lte=condition["max"]
            )
        rows = rows.filter(obj_id__in=said.values("obj_id"))
    return rows


@narrowing("annotationExcludeOrigin", text, "Objs without an annotation of this origin.")
def not_annotated_by(rows: QuerySet, origin: str, asker: Asker) -> QuerySet:
    if not origin:
        return rows
    said = annotations_of_candidates(asker.viewer).filter(origin=origin, obj_id=OuterRef("obj_id"))
    if since := asker.query.get("annotationExcludeOutdatedDate"):
        said = said.filter(modified__gte=since)
    return rows.filter(~Exists(said))


@narrowing("annotationExcludeOutdatedDate", moment, "With annotationExcludeOrigin: older annotations do not count.")
def annotation_outdated(rows: QuerySet, since: datetime, asker: Asker) -> QuerySet:
    return rows


DETECTION: dict[str, tuple[Callable[[str], Any], str]] = {
    "numberDetections": (integer, "At least so many detections."),
    "firstDetectionAfter": (moment, "First detected at this time or later."),
    "lastDetectionBefore": (moment, "Last detected at this time or earlier."),
}


def _detected(rows: QuerySet, asker: Asker) -> QuerySet:
    """Objs whose photometry, as far as the viewer may read it, has these detections.

    Statistics are kept per audience; only those of the viewer's audiences are merged, so nothing hidden shows.
    """
    query = asker.query
    counted: QuerySet[Any, Any] = PhotStat.objects.filter(obj_id__in=rows.order_by().values("obj_id"))
    if not asker.viewer.sees_all:
        audiences = AudienceMember.objects.shared_with(asker.viewer).values("audience_id")
        counted = counted.filter(audience_id__in=audiences)
    kind = "_no_forced" if query.get("excludeForcedPhotometry") else ""
    counted = counted.values("obj_id").annotate(
        detections=Sum(f"num_det{kind}"), first=Min(f"first_det{kind}_mjd"), last=Max(f"last_det{kind}_mjd")
    )
    least, after, before = (query.get(name) for name in DETECTION)
    if least is not None:
        counted = counted.filter(detections__gte=least)
    if after is not None:
        counted = counted.filter(first__gte=mjd_of(after))
    if before is not None:
        counted = counted.filter(last__lte=mjd_of(before))
    return rows.filter(obj_id__in=counted.values("obj_id"))


def _detections(name: str) -> Callable[[QuerySet, Any, Asker], QuerySet]:
    """The three parameters are answered together, by the first that was given."""

    def apply(rows: QuerySet, value: Any, asker: Asker) -> QuerySet:
        given = [one for one in DETECTION if asker.query.get(one) is not None]
        if name != given[0] or (given == ["numberDetections"] and value <= 0):
            return rows
        return _detected(rows, asker)

    return apply


for _name, (_parse, _help) in DETECTION.items():
    narrowing(_name, _parse, _help)(_detections(_name))


@narrowing("excludeForcedPhotometry", flag, "Forced photometry is no detection.")
def without_forced(rows: QuerySet, exclude: bool, asker: Asker) -> QuerySet:
    return rows


@narrowing("requireDetections", flag, "With a localization: the detection window must be given.")
def detections_required(rows: QuerySet, required: bool, asker: Asker) -> QuerySet:
    return rows
