"""Parameters of the sources list: a function for each, which narrows a queryset of objs."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import FloatField, Func, Max, Min, Q, QuerySet, Sum, TextField
from django.db.models.fields.json import KeyTransform

from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer
from skyportal.api.params import Param, flag, integer, moment, number, text, words
from skyportal.astro.time import mjd_of

from .access import owned_by, said, shared
from .models import Annotation, Classification, Comment, Label, Listing, Spectrum, Tag
from .models.lists import FAVORITES
from .queries import objs as objs_queries
from .queries import statistics
from .queries.objs import beneath
from .slots import ObjFilter, obj_filters, unchanged

Asked = dict[str, Any]
Narrow = Callable[[QuerySet, Any, Viewer, Asked], QuerySet]


def offers(name: str, parse: Callable[[str], Any] = text, help: str = "", default: Any = None) -> Callable:
    """Hang a function into the list under the name of its parameter."""

    def hang(narrow: Narrow) -> Narrow:
        obj_filters.plug(name)(ObjFilter(Param(name, parse, default, help), narrow))
        return narrow

    return hang


def _also(name: str, parse: Callable[[str], Any] = text, help: str = "", default: Any = None) -> None:
    """A parameter that only qualifies another."""
    offers(name, parse, help, default)(unchanged)


# --- names ---------------------------------------------------------------------------------------------------------


@offers("sourceID", text, "Part of the name.")
def named(objs: QuerySet, part: str, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.filter(name__icontains=part.strip())


@offers("rejectedSourceIDs", words, "Names to leave out.")
def not_named(objs: QuerySet, names: list[str], viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.exclude(name__in=names)


@offers("alias", text, "One of its other names.")
def with_alias(objs: QuerySet, alias: str, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.filter(alias__contains=[alias])


@offers("origin", text, "Where the obj came from.")
def from_origin(objs: QuerySet, origin: str, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.filter(origin__icontains=origin)


@offers("TNSname", text, "Part of the TNS name.")
def tns_named(objs: QuerySet, part: str, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.filter(tns_name__icontains=part.strip())


@offers("hasTNSname", flag, "Known to the TNS.")
def has_tns_name(objs: QuerySet, wanted: bool, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.filter(tns_name__isnull=False)


@offers("hasNoTNSname", flag, "Not known to the TNS.")
def has_no_tns_name(objs: QuerySet, wanted: bool, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.filter(tns_name__isnull=True)


@offers("simbadClass", text, "Class in SIMBAD, from altdata.")
def in_simbad_class(objs: QuerySet, name: str, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.filter(altdata__simbad__class__iexact=name)


@offers("listName", text, "On this list of the viewer's.")
def on_list(objs: QuerySet, name: str, viewer: Viewer, asked: Asked) -> QuerySet:
    mine = Listing.objects.visible_to(viewer).filter(list_name=name, user_id=viewer.user_id or 0)
    return objs.filter(pk__in=mine.values("obj_id"))


# --- place and facts -----------------------------------------------------------------------------------------------


def _cone(objs: QuerySet, value: float, viewer: Viewer, asked: Asked) -> QuerySet:
    ra, dec, radius = asked["ra"], asked["dec"], asked["radius"]
    if None in (ra, dec, radius):
        raise Invalid("If any of 'ra', 'dec' or 'radius' are provided, all three are required.")
    if not (0 <= ra <= 360 and -90 <= dec <= 90 and 0 < radius <= 180):
        raise Invalid("Invalid values for ra, dec or radius: degrees, with a radius from 0 to 180.")
    return objs.filter(pk__in=objs_queries.ids_in_cone(ra, dec, radius * 3600))


offers("radius", number, "Radius of a cone, degrees.")(_cone)


def _needs_radius(objs: QuerySet, value: float, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs if asked["radius"] is not None else _cone(objs, value, viewer, asked)


offers("ra", number, "Right ascension of a cone, degrees.")(_needs_radius)
offers("dec", number, "Declination of a cone, degrees.")(_needs_radius)


@offers("minRedshift", number)
def min_redshift(objs: QuerySet, redshift: float, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.filter(redshift__gte=redshift)


@offers("maxRedshift", number)
def max_redshift(objs: QuerySet, redshift: float, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.filter(redshift__lte=redshift)


@offers("createdOrModifiedAfter", moment)
def touched_after(objs: QuerySet, when: datetime, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.filter(Q(created_at__gt=when) | Q(modified__gt=when))


# --- photometry, from what is counted of it ------------------------------------------------------------------------

_also("requireDetections", flag, "Dates and counts are of detections, not of all observations.", True)
_also("excludeForcedPhotometry", flag, "Leave forced photometry out of dates and counts.", False)


def _columns(asked: Asked) -> tuple[str, str, str]:
    """First and last date and number, of detections (forced ones too or not) or of all points."""
    if not asked.get("requireDetections", True):
        return "first_obs_mjd", "last_obs_mjd", "num_obs"
    if asked.get("excludeForcedPhotometry"):
        return "first_det_no_forced_mjd", "last_det_no_forced_mjd", "num_det_no_forced"
    return "first_det_mjd", "last_det_mjd", "num_det"


def _counted(objs: QuerySet, value: Any, viewer: Viewer, asked: Asked) -> QuerySet:
    """Objs whose figures, merged over what the viewer may read, fulfil all that is asked of them: one pass."""
    first, last, count = _columns(asked)
    newest: Any = Max(_pair("last_det_mjd", "last_det_mag"), filter=Q(last_det_mjd__isnull=False))
    conditions = [
        (Min(first), "gte", asked["startDate"] and mjd_of(asked["startDate"])),
        (Max(last), "lte", asked["endDate"] and mjd_of(asked["endDate"])),
        (Sum(count), "gte", asked["numberDetections"]),
        (Min("peak_mag"), "gte", asked["minPeakMagnitude"]),
        (newest, "1__gte", asked["minLatestMagnitude"]),
        (newest, "1__lte", asked["maxLatestMagnitude"]),
    ]
    figures = statistics.of_all_objs(viewer).values("obj_id")
    if asked["startDate"]:
        since = {f"{first}__gte": mjd_of(asked["startDate"])}
        if statistics.are_few(**since):  # found by index: an obj of the last nights has all its figures there
            figures = figures.filter(obj__in=statistics.readable(viewer).filter(**since).values("obj_id"))
    for n, (aggregate, lookup, bound) in enumerate(conditions):
        if bound is not None:
            figures = figures.annotate(**{f"figure{n}": aggregate}).filter(**{f"figure{n}__{lookup}": bound})
    return objs.filter(pk__in=figures.values("obj_id"))


def _pair(when: str, what: str) -> Func:
    """Of pairs, the greatest is the newest: what was measured comes along with its time."""
    return Func(when, what, template="ARRAY[%(expressions)s]", output_field=ArrayField(FloatField()))


offers("startDate", moment, "First detected at this time or later.")(_counted)
offers("endDate", moment, "Last detected at this time or earlier.")(_counted)
offers("numberDetections", integer, "Detected at least so often.")(_counted)
offers("minPeakMagnitude", number, "No brighter than this at peak.")(_counted)


@offers("maxPeakMagnitude", number, "At least this bright at peak.")
def peaked(objs: QuerySet, mag: float, viewer: Viewer, asked: Asked) -> QuerySet:
    """One set of figures so bright is enough: nothing need be merged."""
    return objs.filter(pk__in=statistics.readable(viewer).filter(peak_mag__lte=mag).values("obj_id"))


offers("minLatestMagnitude", number, "No brighter than this when last detected.")(_counted)
offers("maxLatestMagnitude", number, "At least this bright when last detected.")(_counted)


# --- classifications -----------------------------------------------------------------------------------------------


def _classes(value: list[str]) -> list[Q]:
    conditions = []
    for pair in value:
        taxonomy, colon, name = pair.partition(":")
        if not colon:
            raise Invalid(f'Invalid classification {pair[:60]!r}: write "taxonomy: class".')
        conditions.append(Q(taxonomy__name=taxonomy.strip(), classification=name.strip()))
    return conditions


def _with_class(viewer: Viewer, condition: Q) -> QuerySet:
    return beneath(viewer, Classification.objects.all(), said).filter(condition).values("obj_id")


@offers("classifications", words, 'Any of these, each as "taxonomy: class".')
def classified_as(objs: QuerySet, value: list[str], viewer: Viewer, asked: Asked) -> QuerySet:
    if asked.get("classifications_simul"):
        for condition in _classes(value):
            objs = objs.filter(pk__in=_with_class(viewer, condition))
        return objs
    any_of = Q()
    for condition in _classes(value):
        any_of |= condition
    return objs.filter(pk__in=_with_class(viewer, any_of))


_also("classifications_simul", flag, "All of the classifications, not any.", False)


@offers("nonclassifications", words, 'None of these, each as "taxonomy: class".')
def not_classified_as(objs: QuerySet, value: list[str], viewer: Viewer, asked: Asked) -> QuerySet:
    for condition in _classes(value):
        objs = objs.exclude(pk__in=_with_class(viewer, condition))
    return objs


@offers("classified", flag, "Has any classification.")
def classified(objs: QuerySet, wanted: bool, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.filter(pk__in=_with_class(viewer, Q()))


@offers("unclassified", flag, "Has no classification.")
def unclassified(objs: QuerySet, wanted: bool, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.exclude(pk__in=_with_class(viewer, Q()))


# --- annotations and comments --------------------------------------------------------------------------------------

_OPERATORS = {"lt": "lt", "le": "lte", "eq": "exact", "ne": "exact", "gt": "gt", "ge": "gte"}


def _annotations(viewer: Viewer, asked: Asked) -> QuerySet:
    rows = beneath(viewer, Annotation.objects.all(), said)
    if asked["annotationsFilterOrigin"]:
        rows = rows.filter(origin__in=asked["annotationsFilterOrigin"])
    if asked["annotationsFilterAfter"]:
        rows = rows.filter(created_at__gte=asked["annotationsFilterAfter"])
    if asked["annotationsFilterBefore"]:
        rows = rows.filter(created_at__lte=asked["annotationsFilterBefore"])
    return rows


def _literal(value: str) -> Any:
    """Numbers and truth values as such, everything else as text."""
    try:
        found = json.loads(value.strip().lower() if value.strip().lower() in ("true", "false") else value)
    except ValueError:
        return value.strip()
    return found if isinstance(found, bool | int | float) else value.strip()


def _compared(rows: QuerySet, condition: str) -> QuerySet:
    """Annotations that fulfil ``key`` or ``key:value:op``; values of another type never do."""
    key, *rest = (part.strip() for part in condition.split(":"))
    if not key or len(rest) not in (0, 2) or (rest and rest[1] not in _OPERATORS):
        raise Invalid(
            f"Invalid annotationsFilter {condition[:60]!r}: write key, or key:value:op with op in "
            f"{', '.join(_OPERATORS)}."
        )
    if not rest:
        return rows.filter(data__has_key=key)
    value, op = _literal(rest[0]), rest[1]
    kind = "boolean" if isinstance(value, bool) else "string" if isinstance(value, str) else "number"
    typed = Func(KeyTransform(key, "data"), function="jsonb_typeof", output_field=TextField())
    rows = rows.annotate(value_type=typed, value=KeyTransform(key, "data")).filter(value_type=kind)
    matching = {f"value__{_OPERATORS[op]}": value}
    return rows.exclude(**matching) if op == "ne" else rows.filter(**matching)


@offers("annotationsFilter", words, "key:value:op, several by commas; op is eq, ne, gt, ge, lt or le.")
def annotated(objs: QuerySet, conditions: list[str], viewer: Viewer, asked: Asked) -> QuerySet:
    for condition in conditions:
        objs = objs.filter(pk__in=_compared(_annotations(viewer, asked), condition).values("obj_id"))
    return objs


def _annotated_so(objs: QuerySet, value: Any, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs if asked["annotationsFilter"] else objs.filter(pk__in=_annotations(viewer, asked).values("obj_id"))


offers("annotationsFilterOrigin", words, "Annotations of these origins.")(_annotated_so)
offers("annotationsFilterAfter", moment, "Annotations made after this time.")(_annotated_so)
offers("annotationsFilterBefore", moment, "Annotations made before this time.")(_annotated_so)


def _commented(objs: QuerySet, value: Any, viewer: Viewer, asked: Asked) -> QuerySet:
    """Objs with a comment that fulfils all of the comment parameters; hung under each, applied once."""
    rows = beneath(viewer, Comment.objects.all(), said)
    if texts := asked["commentsFilter"]:
        any_of = Q()
        for part in texts:
            any_of |= Q(text__icontains=part)
        rows = rows.filter(any_of)
    if asked["commentsFilterAuthor"]:
        rows = rows.filter(author__username__in=asked["commentsFilterAuthor"])
    if asked["commentsFilterAfter"]:
        rows = rows.filter(created_at__gte=asked["commentsFilterAfter"])
    if asked["commentsFilterBefore"]:
        rows = rows.filter(created_at__lte=asked["commentsFilterBefore"])
    return objs.filter(pk__in=rows.values("obj_id"))


offers("commentsFilter", words, "Comments containing any of these.")(_commented)
offers("commentsFilterAuthor", words, "Comments by these people.")(_commented)
offers("commentsFilterAfter", moment, "Comments made after this time.")(_commented)
offers("commentsFilterBefore", moment, "Comments made before this time.")(_commented)


# --- spectra -------------------------------------------------------------------------------------------------------


def _spectra(viewer: Viewer) -> QuerySet:
    return beneath(viewer, Spectrum.objects.all(), shared | owned_by("owner"))


def _with_spectrum(objs: QuerySet, value: Any, viewer: Viewer, asked: Asked) -> QuerySet:
    """Objs with a spectrum within the dates asked for; hung under each parameter, applied once."""
    after, before = asked["hasSpectrumAfter"], asked["hasSpectrumBefore"]
    bounds = {"observed_at__gte": after, "observed_at__lte": before}
    found = _spectra(viewer).filter(**{name: bound for name, bound in bounds.items() if bound})
    return objs.filter(pk__in=found.values("obj_id")) if asked["hasSpectrum"] or after or before else objs


offers("hasSpectrum", flag, "Has a spectrum.")(_with_spectrum)
offers("hasSpectrumAfter", moment, "Has a spectrum observed at this time or later.")(_with_spectrum)
offers("hasSpectrumBefore", moment, "Has a spectrum observed at this time or earlier.")(_with_spectrum)


@offers("hasNoSpectrum", flag, "Has no spectrum.")
def without_spectrum(objs: QuerySet, wanted: bool, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.exclude(pk__in=_spectra(viewer).values("obj_id")) if wanted else objs


# --- tags, labels, lists --------------------------------------------------------------------------------------------


@offers("tags", words, "Has any of these tags.")
def tagged(objs: QuerySet, names: list[str], viewer: Viewer, asked: Asked) -> QuerySet:
    any_of = Q()
    for name in names:
        any_of |= Q(option__name__iexact=name)
    return objs.filter(pk__in=beneath(viewer, Tag.objects.all(), said).filter(any_of).values("obj_id"))


def _labelled(viewer: Viewer, asked: Asked) -> QuerySet:
    rows = Label.objects.all() if viewer.sees_all else Label.objects.filter(group__in=sorted(viewer.group_ids))
    return (rows.filter(labeller=viewer.user_id) if asked["currentUserLabeller"] else rows).values("obj_id")


@offers("hasBeenLabelled", flag, "Somebody has looked at it for one of my groups.")
def labelled(objs: QuerySet, wanted: bool, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.filter(pk__in=_labelled(viewer, asked))


@offers("hasNotBeenLabelled", flag, "Nobody has looked at it for any of my groups.")
def not_labelled(objs: QuerySet, wanted: bool, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.exclude(pk__in=_labelled(viewer, asked))


_also("currentUserLabeller", flag, "Labelled by me, or not by me.", False)


@offers("listTags", words, "On my list (listName, else my favourites) with any of these personal tags.")
def with_list_tags(objs: QuerySet, names: list[str], viewer: Viewer, asked: Asked) -> QuerySet:
    mine = Listing.objects.filter(user_id=viewer.user_id or 0, list_name=asked["listName"] or FAVORITES)
    any_of = Q()
    for name in names:
        any_of |= Q(params__tags__contains=[name])
    return objs.filter(pk__in=mine.filter(any_of).values("obj_id"))


# --- of what no obj has any yet ------------------------------------------------------------------------------------


def _none(objs: QuerySet, value: Any, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.none()


for _name, _parse in {
    "hasFollowupRequest": flag,
    "followupRequestStatus": text,
}.items():
    offers(_name, _parse)(_none)


def _refused(name: str) -> Narrow:
    def refuse(objs: QuerySet, value: Any, viewer: Viewer, asked: Asked) -> QuerySet:
        raise Invalid(
            f"Invalid {name}: Localization not found." if "ocalization" in name else f"Invalid {name}: no such catalog."
        )

    return refuse


for _name in ("localizationDateobs", "localizationName", "spatialCatalogName", "spatialCatalogEntryName"):
    offers(_name)(_refused(_name))
