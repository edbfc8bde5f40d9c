"""The scanning query, on random worlds, answers what a slow and plain reading of its words answers."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.candidates.actions.candidates import Passing, add
from apps.candidates.queries import search
from apps.candidates.queries.scanning import FAR
from apps.sources.actions.objs import make_known
from apps.sources.models import Annotation, Classification, Listing, PhotStat, Source, Taxonomy
from skyportal.access.errors import Invalid
from skyportal.access.models import Audience
from skyportal.api.paging import Page
from skyportal.astro.time import mjd_of
from tests.factories import FilterFactory, GroupFactory, ObjFactory, join, make_user

START = datetime(2026, 1, 1, tzinfo=UTC)
OBJS, GROUPS, HOURS = 6, 3, 8
BEFORE_ANY = {param.name: param.default for param in search.params()}


def hour(number):
    return START + timedelta(hours=number)


objs = st.integers(0, OBJS - 1)
groups = st.integers(0, GROUPS - 1)
hours = st.integers(0, HOURS)
worlds = st.fixed_dictionaries(
    {
        "passings": st.lists(st.tuples(objs, groups, hours), max_size=25),
        "saves": st.lists(st.tuples(objs, groups, st.booleans()), max_size=8, unique_by=lambda row: row[:2]),
        "mine": st.sets(groups),
        "redshifts": st.dictionaries(objs, st.sampled_from([0.0, 0.1, 0.5])),
        "rejected": st.sets(objs),
        "scores": st.dictionaries(
            st.tuples(objs, groups), st.sampled_from([0, 0.25, 0.5, 1, "high", "low", True, None]), max_size=10
        ),
        "classes": st.dictionaries(st.tuples(objs, groups), st.sampled_from(["Ia", "II"]), max_size=6),
        "counted": st.dictionaries(st.tuples(objs, groups), st.tuples(st.integers(0, 3), hours, hours), max_size=8),
    }
)
questions = st.fixed_dictionaries(
    {},
    optional={
        "startDate": hours.map(hour),
        "endDate": hours.map(hour),
        "groupIDs": st.lists(groups, min_size=1, max_size=3),
        "savedStatus": st.sampled_from(
            [
                "all", "savedToAllSelected", "savedToAnySelected", "savedToAnyAccessible",
                "notSavedToAnyAccessible", "notSavedToAnySelected", "notSavedToAllSelected",
            ]
        ),
        "minRedshift": st.sampled_from([0.05, 0.5]),
        "maxRedshift": st.sampled_from([0.05, 0.5]),
        "listName": st.just("rejected_candidates"),
        "listNameReject": st.just("rejected_candidates"),
        "classifications": st.lists(st.sampled_from(["Ia", "T: Ia", "II"]), min_size=1, max_size=2),
        "classificationsReject": st.lists(st.sampled_from(["Ia", "U: Ia"]), min_size=1, max_size=1),
        "annotationFilterList": st.sampled_from(
            [
                [{"origin": "o", "key": "score", "value": 1}],
                [{"origin": "o", "key": "score", "value": "high"}],
                [{"origin": "o", "key": "score", "min": 0.2, "max": 0.6}],
            ]
        ),
        "annotationExcludeOrigin": st.just("o"),
        "numberDetections": st.integers(0, 4),
        "firstDetectionAfter": hours.map(hour),
        "lastDetectionBefore": hours.map(hour),
        "sort": st.sampled_from(["asc", "desc"]),
    },
)  # fmt: skip


class World:
    """The rows, and the same facts as plain Python."""

    def __init__(self, facts, stream):
        self.facts = facts
        self.groups = [GroupFactory(streams=[stream]) for _ in range(GROUPS)]
        self.filters = [FilterFactory(group=group, stream=stream) for group in self.groups]
        self.user = make_user()
        for number in facts["mine"]:
            join(self.user, self.groups[number])
        self.user.stream_grants.get_or_create(stream=stream)
        self.objs = [ObjFactory(redshift=facts["redshifts"].get(number)) for number in range(OBJS)]
        self._rows()

    def _rows(self):
        facts, objs, groups = self.facts, self.objs, self.groups
        add([Passing(objs[o].pk, self.filters[g].pk, hour(h)) for o, g, h in facts["passings"]], uploader_id=None)
        for o, g, _ in facts["passings"]:
            make_known([objs[o].pk], group_ids=[groups[g].pk])
        for o, g, active in facts["saves"]:
            Source.objects.create(obj=objs[o], group=groups[g], active=active)
        for o in facts["rejected"]:
            Listing.objects.create(user=self.user, obj=objs[o], list_name="rejected_candidates")
        audiences = [Audience.objects.of([group.pk]) for group in groups]
        for (o, g), score in facts["scores"].items():
            Annotation.objects.create(obj=objs[o], origin="o", data={"score": score}, audience=audiences[g])
        taxonomy = Taxonomy.objects.create(name="T", version="1", hierarchy={}, audience=audiences[0])
        for (o, g), name in facts["classes"].items():
            Classification.objects.create(
                obj=objs[o], taxonomy=taxonomy, classification=name, audience=audiences[g], author_name="x"
            )
        for (o, g), (count, first, last) in facts["counted"].items():
            PhotStat.objects.create(
                obj=objs[o],
                audience=audiences[g],
                num_det=count,
                first_det_mjd=mjd_of(hour(first)) if count else None,
                last_det_mjd=mjd_of(hour(last)) if count else None,
            )

    def query(self, asked):
        query = dict(BEFORE_ANY) | {key: value for key, value in asked.items() if key != "sort"}
        if "groupIDs" in asked:
            query["groupIDs"] = [self.groups[g].pk for g in asked["groupIDs"]]
        if "sort" in asked:
            query |= {
                "sortByAnnotationOrigin": "o",
                "sortByAnnotationKey": "score",
                "sortByAnnotationOrder": asked["sort"],
            }
        return query


def expected(world, asked):
    """Obj numbers in order: every word of the documentation, read one obj at a time."""
    facts = world.facts
    mine = facts["mine"]
    chosen = set(asked["groupIDs"]) & mine if "groupIDs" in asked else None
    scanned = mine if chosen is None else chosen
    # Without a choice, the groups that are selected are those whose filters are scanned.
    selected = scanned
    seen = {}
    for o, g, h in facts["passings"]:
        after = "startDate" not in asked or hour(h) >= asked["startDate"]
        before = "endDate" not in asked or hour(h) <= asked["endDate"]
        if g in scanned and after and before:
            seen[o] = max(seen.get(o, -1), h)
    found = [o for o in seen if all(rule(world, asked, o, mine, selected) for rule in RULES)]
    found.sort(key=lambda o: (-seen[o], o))
    if "sort" in asked:
        found.sort(key=lambda o: sort_key(facts, mine, o, asked["sort"], seen))
    return found


def saved(world, asked, o, mine, selected):
    status = asked.get("savedStatus", "all")
    where = {g for (x, g, active) in world.facts["saves"] if x == o and active}
    return {
        "all": True,
        "savedToAllSelected": selected <= where,
        "savedToAnySelected": bool(selected & where),
        "savedToAnyAccessible": bool(mine & where),
        "notSavedToAnyAccessible": not mine & where,
        "notSavedToAnySelected": not selected & where,
        "notSavedToAllSelected": not selected <= where,
    }[status]


def redshift(world, asked, o, mine, selected):
    z = world.facts["redshifts"].get(o)
    low, high = asked.get("minRedshift"), asked.get("maxRedshift")
    return (low is None or (z is not None and z >= low)) and (high is None or (z is not None and z <= high))


def listed(world, asked, o, mine, selected):
    on = o in world.facts["rejected"]
    return not ("listName" in asked and not on) and not ("listNameReject" in asked and on)


def classified(world, asked, o, mine, selected):
    names = {name for (x, g), name in world.facts["classes"].items() if x == o and g in mine}
    names |= {f"T: {name}" for name in names}
    wanted, unwanted = asked.get("classifications"), asked.get("classificationsReject")
    return (wanted is None or bool(names & set(wanted))) and (unwanted is None or not names & set(unwanted))


def scores_of(facts, mine, o):
    return [score for (x, g), score in facts["scores"].items() if x == o and g in mine]


def annotated(world, asked, o, mine, selected):
    scores = scores_of(world.facts, mine, o)
    if "annotationExcludeOrigin" in asked and scores:
        return False
    for condition in asked.get("annotationFilterList", []):
        if "value" in condition:
            wanted = condition["value"]
            if not any(type(s) is type(wanted) and s == wanted for s in scores if not isinstance(s, bool)):
                return False
        else:
            numbers = [float(s) for s in scores if isinstance(s, bool | int | float)]
            if not any(condition["min"] <= n <= condition["max"] for n in numbers):
                return False
    return True


def detected(world, asked, o, mine, selected):
    wanted = [asked.get(name) for name in ("numberDetections", "firstDetectionAfter", "lastDetectionBefore")]
    if wanted in ([None, None, None], [0, None, None]):
        return True
    rows = [row for (x, g), row in world.facts["counted"].items() if x == o and g in mine]
    count = sum(row[0] for row in rows)
    first = min((hour(row[1]) for row in rows if row[0]), default=None)
    last = max((hour(row[2]) for row in rows if row[0]), default=None)
    if not rows:
        return False
    least, after, before = wanted
    return (
        (least is None or count >= least)
        and (after is None or (first is not None and first >= after))
        and (before is None or (last is not None and last <= before))
    )


RULES = [saved, redshift, listed, classified, annotated, detected]


def sort_key(facts, mine, o, way, seen):
    scores = scores_of(facts, mine, o)
    sign = 1 if way == "asc" else -1
    pick = min if way == "asc" else max
    numbers = [float(s) for s in scores if isinstance(s, bool | int | float)]
    texts = [shown(s) for s in scores if s is not None]
    number = pick(numbers) if numbers else None
    text = pick(texts) if texts else None
    return (
        number is None,
        sign * number if number is not None else 0,
        text is None,
        [sign * ord(c) for c in text] + [sign * -1] if text is not None else [],
        -seen[o],
        o,
    )


def shown(score):
    return str(score).lower() if isinstance(score, bool) else str(score)


def ask(world, viewer, asked, size):
    """All pages, one after the other; each says the same total, and there is none beyond the last."""
    query, numbers = world.query(asked), {o.pk: n for n, o in enumerate(world.objs)}
    pages = [search.search(viewer, query, Page(1, size))[0]]
    total = pages[0].total
    while len(pages) * size < total:
        pages.append(search.search(viewer, query, Page(len(pages) + 1, size))[0])
    assert {page.total for page in pages} == {total}
    with pytest.raises(Invalid, match="Page number out of range"):
        search.search(viewer, query, Page(len(pages) + 1, size))
    return [numbers[obj_id] for page in pages for obj_id, _ in page.objs], total


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=worlds, asked=questions, size=st.sampled_from([1, 2, 25]))
def test_scanning_answers_what_its_words_mean(stream, viewer_of, facts, asked, size):
    with transaction.atomic():
        world = World(facts, stream)
        found, total = ask(world, viewer_of(world.user), asked, size)
        transaction.set_rollback(True)
    wanted = expected(world, asked)
    assert (found, total) == (wanted, len(wanted))


@pytest.mark.django_db
def test_far_pages_are_the_continuation_of_near_ones(stream, viewer_of, monkeypatch):
    facts = {
        "passings": [(o % OBJS, o % GROUPS, o % HOURS) for o in range(40)],
        "saves": [], "mine": {0, 1, 2}, "redshifts": {}, "rejected": set(), "scores": {}, "classes": {}, "counted": {},
    }  # fmt: skip
    world = World(facts, stream)
    near, _ = ask(world, viewer_of(world.user), {}, 2)
    monkeypatch.setattr("apps.candidates.queries.scanning.FAR", 0)
    assert FAR > 0
    assert ask(world, viewer_of(world.user), {}, 2)[0] == near == expected(world, {})


@pytest.mark.django_db
def test_objs_of_one_instant_are_paged_by_their_number_without_gaps(group, stream, member, viewer_of):
    found = FilterFactory(group=group, stream=stream)
    ids = [ObjFactory().pk for _ in range(120)]
    for obj_id in reversed(ids):
        add([Passing(obj_id, found.pk, START)], uploader_id=None)
    query, pages = dict(BEFORE_ANY), []
    for number in range(1, 6):
        pages += search.search(viewer_of(member), query, Page(number, 24))[0].objs
    assert [obj_id for obj_id, _ in pages] == ids
