"""Parameters that ask what an obj was said to be, how it is tagged, and who looked at it."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer
from skyportal.api.params import flag, words

from ..access import said
from ..models import Classification, Label, Tag
from ..queries.objs import beneath
from .base import Asked, among, offers, qualifies, with_any, without_any


def _classes(value: list[str]) -> list[Q]:
    conditions = []
    for pair in value:
        taxonomy, colon, name = pair.partition(":")
        if not colon:
            raise Invalid(f'Invalid classification {pair[:60]!r}: write "taxonomy: class".')
        conditions.append(Q(taxonomy__name=taxonomy.strip(), classification=name.strip()))
    return conditions


def _classifications(viewer: Viewer, condition: Q) -> QuerySet:
    return beneath(viewer, Classification.objects.all(), said).filter(condition)


@offers("classifications", words, 'Any of these, each as "taxonomy: class".')
def classified_as(objs: QuerySet, value: list[str], viewer: Viewer, asked: Asked) -> QuerySet:
    if asked.get("classifications_simul"):
        for condition in _classes(value):
            objs = among(objs, _classifications(viewer, condition))
        return objs
    any_of = Q()
    for condition in _classes(value):
        any_of |= condition
    return among(objs, _classifications(viewer, any_of))


qualifies("classifications_simul", flag, "All of the classifications, not any.", False)


@offers("nonclassifications", words, 'None of these, each as "taxonomy: class".')
def not_classified_as(objs: QuerySet, value: list[str], viewer: Viewer, asked: Asked) -> QuerySet:
    for condition in _classes(value):
        objs = without_any(objs, _classifications(viewer, condition))
    return objs


@offers("classified", flag, "Has any classification.")
def classified(objs: QuerySet, wanted: bool, viewer: Viewer, asked: Asked) -> QuerySet:
    return with_any(objs, _classifications(viewer, Q()))


@offers("unclassified", flag, "Has no classification.")
def unclassified(objs: QuerySet, wanted: bool, viewer: Viewer, asked: Asked) -> QuerySet:
    return without_any(objs, _classifications(viewer, Q()))


@offers("tags", words, "Has any of these tags.")
def tagged(objs: QuerySet, names: list[str], viewer: Viewer, asked: Asked) -> QuerySet:
    any_of = Q()
    for name in names:
        any_of |= Q(option__name__iexact=name)
    return among(objs, beneath(viewer, Tag.objects.all(), said).filter(any_of))


def _labelled(viewer: Viewer, asked: Asked) -> QuerySet:
    rows = Label.objects.all() if viewer.sees_all else Label.objects.filter(group__in=sorted(viewer.group_ids))
    return (rows.filter(labeller=viewer.user_id) if asked["currentUserLabeller"] else rows).values("obj_id")


@offers("hasBeenLabelled", flag, "Somebody has looked at it for one of my groups.")
def labelled(objs: QuerySet, wanted: bool, viewer: Viewer, asked: Asked) -> QuerySet:
    return among(objs, _labelled(viewer, asked))


@offers("hasNotBeenLabelled", flag, "Nobody has looked at it for any of my groups.")
def not_labelled(objs: QuerySet, wanted: bool, viewer: Viewer, asked: Asked) -> QuerySet:
    return objs.exclude(pk__in=_labelled(viewer, asked))


qualifies("currentUserLabeller", flag, "Labelled by me, or not by me.", False)
