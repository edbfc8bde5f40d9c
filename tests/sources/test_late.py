"""What is asked of the objs that are left gives the same answer in every way a list can be asked."""

from __future__ import annotations

from itertools import chain, combinations

import pytest

from apps.sources.actions.annotations import annotate
from apps.sources.actions.classifications import classify
from apps.sources.actions.sources import save_source
from apps.sources.models import Annotation, Classification, Obj, Taxonomy
from skyportal.access.models import Audience
from tests.factories import GroupFactory, ObjFactory

pytestmark = pytest.mark.django_db

QUESTIONS = {
    "annotationsFilter": ("score:0.5:gt", {0, 1, 2}),
    "annotationsFilterOrigin": ("other", {2, 3}),
    "unclassified": ("true", {1, 3, 5}),
    "minRedshift": ("0.015", {2, 3, 4, 5}),
}
ORDERS = ({}, {"sortBy": "redshift"}, {"sortBy": "id", "sortOrder": "asc"}, {"sortBy": "saved_at", "sortOrder": "asc"})


@pytest.fixture
def six(member, group, outsider, viewer_of) -> list[Obj]:
    """At redshifts from 0 on; the even ones classified; scores that the last three reach only in others' eyes."""
    viewer, objs = viewer_of(member), [ObjFactory(redshift=0.01 * n) for n in range(6)]
    taxonomy = Taxonomy.objects.create(
        name="short", version="1", hierarchy={"class": "Ia"}, audience=Audience.objects.of([group.pk])
    )
    for n, obj in enumerate(objs):
        save_source(viewer, obj, [group.pk])
        annotate(viewer, obj.name, "here", {"score": 0.9 if n < 3 else 0.4}, group_ids=[group.pk])
    for n, score in ((2, 0.8), (3, "0.8")):
        annotate(viewer, objs[n].name, "other", {"score": score}, group_ids=[group.pk])
    for n in (0, 2, 4):
        said = {"obj_id": objs[n].name, "taxonomy_id": taxonomy.pk, "classification": "Ia", "group_ids": [group.pk]}
        classify(viewer, [said])
    hidden = Audience.objects.of([GroupFactory().pk])
    Annotation.objects.bulk_create(
        Annotation(obj=obj, origin="other", data={"score": 0.99}, audience=hidden, author=outsider) for obj in objs
    )
    Classification.objects.create(
        obj=objs[1], taxonomy=taxonomy, classification="Ia", audience=hidden, author=outsider, author_name="x"
    )
    return objs


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.get("sortBy", "newest"))
def test_every_list_of_late_questions_agrees(six, member, api_of, order):
    api = api_of(member)
    every = chain.from_iterable(combinations(QUESTIONS, n) for n in (1, 2, 3, 4))
    for asked in every:
        left = set.intersection(*(QUESTIONS[name][1] for name in asked))
        if {"annotationsFilter", "annotationsFilterOrigin"} <= set(asked):  # of one annotation, that has to be both
            left &= {2}
        query = {name: QUESTIONS[name][0] for name in asked}
        _, answer = api.get("sources", **query, **order)
        found = answer["data"]
        assert ({row["id"] for row in found["sources"]}, found["totalMatches"]) == (
            {six[n].name for n in left},
            len(left),
        ), query
        _, answer = api.get("sources", **query, saveSummary="true")
        assert {row["obj_id"] for row in answer["data"]["sources"]} == {six[n].name for n in left}, query
