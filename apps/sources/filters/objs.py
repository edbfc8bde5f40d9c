"""Parameters that ask of the obj itself: names, place, facts, the lists it is on."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer
from skyportal.api.params import flag, moment, number, text, words

from ..models import Listing
from ..models.lists import FAVORITES
from ..queries import objs as objs_queries
from .base import Asked, among, offers


@offers("sourceID", text, "Part of the name.")
def named(objs: QuerySet, part: str, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.filter(name__icontains=part.strip())


@offers("rejectedSourceIDs", words, "Names to leave out.")
def not_named(objs: QuerySet, names: list[str], viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.exclude(name__in=names)


@offers("alias", text, "One of its other names.")
def with_alias(objs: QuerySet, alias: str, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.filter(obj__alias__contains=[alias])


@offers("origin", text, "Where the obj came from.")
def from_origin(objs: QuerySet, origin: str, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.filter(obj__origin__icontains=origin)


@offers("TNSname", text, "Part of the TNS name.")
def tns_named(objs: QuerySet, part: str, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.filter(obj__tns_name__icontains=part.strip())


@offers("hasTNSname", flag, "Known to the TNS.")
def has_tns_name(objs: QuerySet, wanted: bool, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.filter(obj__tns_name__isnull=False)


@offers("hasNoTNSname", flag, "Not known to the TNS.")
def has_no_tns_name(objs: QuerySet, wanted: bool, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.filter(obj__tns_name__isnull=True)


@offers("simbadClass", text, "Class in SIMBAD, from altdata.")
def in_simbad_class(objs: QuerySet, name: str, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.filter(obj__altdata__simbad__class__iexact=name)


@offers("listName", text, "On this list of the viewer's.")
def on_list(objs: QuerySet, name: str, viewer: Viewer, asked: Asked) -> QuerySet:
    mine = Listing.objects.visible_to(viewer).filter(list_name=name, user_id=viewer.user_id or 0)
    return among(objs, mine)


@offers("listTags", words, "On my list (listName, else my favourites) with any of these personal tags.")
def with_list_tags(objs: QuerySet, names: list[str], viewer: Viewer, asked: Asked) -> QuerySet:
    mine = Listing.objects.filter(user_id=viewer.user_id or 0, list_name=asked["listName"] or FAVORITES)
    any_of = Q()
    for name in names:
        any_of |= Q(params__tags__contains=[name])
    return among(objs, mine.filter(any_of))


def _cone(objs: QuerySet, value: float, viewer: Viewer, asked: Asked) -> QuerySet:
    ra, dec, radius = asked["ra"], asked["dec"], asked["radius"]
    if None in (ra, dec, radius):
        raise Invalid("If any of 'ra', 'dec' or 'radius' are provided, all three are required.")
    if not (0 <= ra <= 360 and -90 <= dec <= 90 and 0 < radius <= 180):
        raise Invalid("Invalid values for ra, dec or radius: degrees, with a radius from 0 to 180.")
    return among(objs, objs_queries.ids_in_cone(ra, dec, radius * 3600))


offers("radius", number, "Radius of a cone, degrees.", needs=("ra", "dec"))(_cone)


def _needs_radius(objs: QuerySet, value: float, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs if asked["radius"] is not None else _cone(objs, value, viewer, asked)


offers("ra", number, "Right ascension of a cone, degrees.", needs=("dec", "radius"))(_needs_radius)
offers("dec", number, "Declination of a cone, degrees.", needs=("ra", "radius"))(_needs_radius)


@offers("minRedshift", number)
def min_redshift(objs: QuerySet, redshift: float, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.filter(redshift__gte=redshift)


@offers("maxRedshift", number)
def max_redshift(objs: QuerySet, redshift: float, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.filter(redshift__lte=redshift)


@offers("createdOrModifiedAfter", moment)
def touched_after(objs: QuerySet, when: datetime, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.filter(Q(obj__created_at__gt=when) | Q(obj__modified__gt=when))
