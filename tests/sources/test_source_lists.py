"""Every parameter of the sources list, against a small sky that one can hold in mind."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from apps.sources.actions.objs import make_known
from apps.sources.actions.photometry import Points, store
from apps.sources.models import Annotation, Classification, Comment, Listing, Obj, Source, Taxonomy
from apps.sources.queries import sources
from skyportal.access.models import Audience
from skyportal.astro import sky
from tests.factories import GroupFactory, join

pytestmark = pytest.mark.django_db

T0 = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def other(member):
    group = GroupFactory(name="Other")
    join(member, group)
    return group


@pytest.fixture
def small_sky(member, outsider, group, other, camera):
    """Four objs, A to D, saved to the group a day apart; A also to the other; E saved by an outsider alone."""
    facts = [
        ("A", 10.0, 0.0, {"redshift": 0.1, "alias": ["SN A"], "origin": "alpha"}),
        ("B", 10.5, 0.0, {"redshift": 0.2, "tns_name": "2026b"}),
        ("C", 359.9, 0.0, {"altdata": {"simbad": {"class": "Star"}, "rank": 2}}),
        ("D", 200.0, 50.0, {"altdata": {"rank": 1}}),
        ("E", 10.1, 0.0, {"redshift": 0.15}),
    ]
    objs = {n: Obj.objects.create(name=n, ra=ra, dec=dec, hpx=int(sky.hpx(ra, dec)), **f) for n, ra, dec, f in facts}
    own = outsider.groups.get(single_user_group=True)
    for n, name in enumerate("ABCD"):
        Source.objects.create(obj=objs[name], group=group, saved_by=member, saved_at=T0 + timedelta(days=n))
    Source.objects.create(obj=objs["A"], group=other, saved_at=T0 + timedelta(days=30))
    Source.objects.create(obj=objs["E"], group=own, saved_by=outsider)
    make_known([objs[n].pk for n in "ABCD"], group_ids=[group.pk])
    make_known([objs["A"].pk], group_ids=[other.pk])
    mine, theirs = Audience.objects.of([group.pk]), Audience.objects.of([own.pk])
    taxonomy = Taxonomy.objects.create(name="tax", version="1", hierarchy={}, audience=mine)
    for name, said, audience in (("A", "Ia", mine), ("A", "SN", mine), ("B", "Ia", mine), ("C", "Ia", theirs)):
        Classification.objects.create(obj=objs[name], taxonomy=taxonomy, classification=said, audience=audience)
    for name, drb, audience in (("A", 0.9, mine), ("B", 0.5, mine), ("C", 0.99, theirs), ("D", "high", mine)):
        data = {"drb": drb, "star": name == "A", "kind": f"k{name}"}
        Annotation.objects.create(obj=objs[name], origin="ml", data=data, audience=audience, author=outsider)
    Comment.objects.create(obj=objs["B"], text="A bright one", author=member, audience=mine)
    Comment.objects.create(obj=objs["C"], text="bright but secret", author=outsider, audience=theirs)
    Listing.objects.create(user=member, obj=objs["D"], list_name="favorites")
    light = [("A", 60000.0, 100.0, mine), ("A", 60010.0, 50.0, mine), ("B", 60005.0, 20.0, mine),
             ("B", 60100.0, 900.0, theirs), ("C", 60001.0, np.nan, mine), ("D", 60002.0, 10.0, theirs)]  # fmt: skip
    store(
        Points(
            obj_id=[objs[n].pk for n, *_ in light], mjd=[m for _, m, *_ in light], flux=[f for *_, f, _ in light],
            fluxerr=np.ones(6), bandpass=["ztfg"] * 6, instrument_id=[camera.pk] * 6, origin=["x"] * 6,
            audience_id=[a.pk for *_, a in light],
        ),
        owner_id=None,
    )  # fmt: skip
    Obj.objects.update(modified=T0, created_at=T0)
    return objs


def names(api, **query):
    status, answer = api.get("sources", **query)
    assert status == 200, answer
    found = [s["id"] for s in answer["data"]["sources"]]
    assert answer["data"]["totalMatches"] == len(found)
    return "".join(found)


# 60000 = 2023-02-25
NARROWED = [
    ({}, "ADCB"),
    ({"sortOrder": "asc"}, "BCDA"),
    ({"sortBy": "redshift"}, "BADC"),
    ({"sortBy": "redshift", "sortOrder": "asc"}, "ABCD"),
    ({"sortBy": "id"}, "DCBA"),
    ({"sortBy": "ra", "sortOrder": "asc"}, "ABDC"),
    ({"sortBy": "favorites"}, "DCBA"),
    ({"sortBy": "annotation.ml.drb", "sortOrder": "desc"}, "ABDC"),
    ({"sortBy": "altdata.rank"}, "CDBA"),
    ({"sourceID": "a"}, "A"),
    ({"sourceID": "%"}, ""),
    ({"sourceID": "'; drop table sources_obj; --"}, ""),
    ({"rejectedSourceIDs": "A,D"}, "CB"),
    ({"alias": "SN A"}, "A"),
    ({"origin": "alph"}, "A"),
    ({"TNSname": "2026B"}, "B"),
    ({"hasTNSname": "true"}, "B"),
    ({"hasNoTNSname": "true"}, "ADC"),
    ({"simbadClass": "star"}, "C"),
    ({"listName": "favorites"}, "D"),
    ({"listName": "watchlist"}, ""),
    ({"ra": 10, "dec": 0, "radius": 0.6}, "AB"),
    ({"ra": 0.1, "dec": 0, "radius": 0.3}, "C"),
    ({"ra": 0, "dec": 90, "radius": 180}, "ADCB"),
    ({"minRedshift": 0.15}, "B"),
    ({"maxRedshift": 0.15}, "A"),
    ({"savedAfter": "2026-01-02T00:00:00"}, "ADCB"),
    ({"savedAfter": "2026-01-02T12:00:00", "group_ids": "GROUP"}, "DC"),
    ({"savedBefore": "2026-01-02T12:00:00"}, "BA"),
    ({"savedByCurrentUser": "true"}, "DCBA"),
    ({"group_ids": "OTHER"}, "A"),
    ({"pendingOnly": "true"}, ""),
    ({"includeRequested": "true"}, "ADCB"),
    ({"createdOrModifiedAfter": "2026-01-02"}, ""),
    ({"createdOrModifiedAfter": "2025-12-31"}, "ADCB"),
    ({"classifications": "tax: Ia"}, "AB"),
    ({"classifications": "tax: Ia, tax: SN", "classifications_simul": "true"}, "A"),
    ({"nonclassifications": "tax: SN"}, "DCB"),
    ({"classified": "true"}, "AB"),
    ({"unclassified": "true"}, "DC"),
    ({"annotationsFilter": "drb"}, "ADB"),
    ({"annotationsFilter": "drb:0.6:gt"}, "A"),
    ({"annotationsFilter": "drb:0.9:ge", "annotationsFilterOrigin": "ml"}, "A"),
    ({"annotationsFilter": "drb:0.9:lt"}, "B"),
    ({"annotationsFilter": "drb:0.9:ne"}, "B"),
    ({"annotationsFilter": "drb:high:eq"}, "D"),
    ({"annotationsFilter": "star:true:eq"}, "A"),
    ({"annotationsFilter": "star:true:eq,drb:0.5:eq"}, ""),
    ({"annotationsFilterOrigin": "other"}, ""),
    ({"annotationsFilterOrigin": "ml"}, "ADB"),
    ({"annotationsFilterBefore": "2020-01-01"}, ""),
    ({"annotationsFilter": "drb') or true --:1:eq"}, ""),
    ({"commentsFilter": "BRIGHT"}, "B"),
    ({"commentsFilterAuthor": "member"}, "B"),
    ({"commentsFilterAuthor": "outsider"}, ""),
    ({"commentsFilter": "bright", "commentsFilterAfter": "2020-01-01"}, "B"),
    ({"commentsFilter": "bright", "commentsFilterBefore": "2020-01-01"}, ""),
    ({"startDate": "2023-02-25"}, "AB"),
    ({"startDate": "2023-02-26"}, "B"),
    ({"startDate": "2023-02-26", "requireDetections": "false"}, "CB"),
    ({"endDate": "2023-03-05"}, "B"),
    ({"numberDetections": "2"}, "A"),
    ({"numberDetections": "1"}, "AB"),
    ({"numberDetections": "1", "excludeForcedPhotometry": "true"}, "AB"),
    ({"maxPeakMagnitude": "19.5"}, "A"),
    ({"minPeakMagnitude": "19.5"}, "B"),
    ({"maxLatestMagnitude": "19.7"}, "A"),
    ({"minLatestMagnitude": "19.7"}, "B"),
    ({"hasSpectrum": "true"}, ""),
    ({"hasNoSpectrum": "true"}, "ADCB"),
    ({"hasFollowupRequest": "true"}, ""),
]


def test_each_parameter_narrows_the_list(small_sky, member, group, other, api_of):
    """All of them in one sky: to make it takes longer than to ask it."""
    api, wrong = api_of(member), []
    for query, found in NARROWED:
        asked = {k: str(v).replace("GROUP", str(group.pk)).replace("OTHER", str(other.pk)) for k, v in query.items()}
        if (got := names(api, **asked)) != found:
            wrong.append(f"{query} finds {got!r}, not {found!r}")
    assert not wrong, "\n".join(wrong)


NONSENSE = [
    {"ra": 10},
    {"ra": 10, "dec": 0},
    {"ra": 10, "dec": 0, "radius": -1},
    {"ra": "x", "dec": 0, "radius": 1},
    {"ra": "nan", "dec": 0, "radius": 1},
    {"ra": 10, "dec": 0, "radius": 1e9},
    {"classifications": "Ia"},
    {"annotationsFilter": "drb:1"},
    {"annotationsFilter": "drb:1:like"},
    {"sortBy": "nonsense"},
    {"sortBy": "id; drop table x"},
    {"sortOrder": "up"},
    {"savedAfter": "someday"},
    {"group_ids": "x"},
    {"group_ids": "99999"},
    {"numPerPage": "0"},
    {"pageNumber": "0"},
    {"pageNumber": "x"},
    {"sourceID": "a\x00"},
    {"localizationDateobs": "2019-04-25T08:18:05"},
]


def test_a_parameter_that_makes_no_sense_is_refused(small_sky, member, api_of):
    api = api_of(member)
    answers = [(query, api.get("sources", **query)[0]) for query in NONSENSE]
    assert [answer for answer in answers if answer[1] != 400] == []


def test_pages_do_not_overlap_and_beyond_the_last_there_is_nothing(small_sky, member, api_of):
    pages = [api_of(member).get("sources", numPerPage=3, pageNumber=n)[1]["data"] for n in (1, 2, 3)]
    assert ["".join(s["id"] for s in page["sources"]) for page in pages] == ["ADC", "B", ""]
    assert [page["totalMatches"] for page in pages] == [4, 4, 4]
    assert (pages[0]["pageNumber"], pages[0]["numPerPage"]) == (1, 3)


def test_an_obj_in_two_groups_comes_once_with_both(small_sky, member, api_of):
    (a,) = (s for s in api_of(member).get("sources")[1]["data"]["sources"] if s["id"] == "A")
    assert [g["name"] for g in a["groups"]] == ["Other", "Transients"]
    assert a["saved_at"] == "2026-01-31T00:00:00"
    assert {c["classification"] for c in a["classifications"]} == {"Ia", "SN"}
    assert a["classifications"][0]["groups"][0]["name"] == "Transients"
    assert a["annotations"][0]["type"] == "source"


def test_an_obj_in_many_groups_hides_no_other(small_sky, member, viewer_of):
    """Its saves fill what is read of the index at first: the list reads on."""
    for n in range(9):
        group = GroupFactory(name=f"Many {n}")
        join(member, group)
        Source.objects.create(obj=small_sky["A"], group=group, saved_at=T0 + timedelta(days=40 + n))
    narrowed = {"minRedshift": 0.05, "sortBy": None, "sortOrder": None}
    found = sources.find(viewer_of(member), narrowed, 0, 2)
    assert (found.ids, found.total) == ([small_sky["A"].pk, small_sky["B"].pk], 2)
    assert found.saved_at[small_sky["A"].pk] == T0 + timedelta(days=48)
    assert sources.find(viewer_of(member), narrowed, 1, 2).ids == [small_sky["B"].pk]
    beyond = sources.find(viewer_of(member), narrowed, 50, 100)
    assert (beyond.ids, beyond.total) == ([], 2)
    by_id = sources.find(viewer_of(member), narrowed | {"sortBy": "num_det"}, 50, 100)
    assert (by_id.ids, by_id.total) == ([], 2)
    oldest_first = sources.find(viewer_of(member), narrowed | {"sortOrder": "asc"}, 0, 5)
    assert oldest_first.ids == [small_sky["B"].pk, small_sky["A"].pk]


@pytest.mark.parametrize(
    ("asked", "most"),
    [
        ({}, 2),
        ({"minRedshift": 0.05}, 2),
        ({"maxPeakMagnitude": 30, "sortBy": "num_det"}, 4),  # whose figures one reads, once to narrow and once to sort
    ],
)
def test_a_narrowed_list_is_found_and_counted_by_few_queries(
    small_sky, member, viewer_of, asked, most, django_assert_max_num_queries
):
    viewer = viewer_of(member)
    with django_assert_max_num_queries(most):
        sources.find(viewer, {"sortBy": None, "sortOrder": None} | asked, 0, 100)


def test_what_others_said_is_not_shown(small_sky, member, api_of):
    seen = {s["id"]: s for s in api_of(member).get("sources", includeComments="true")[1]["data"]["sources"]}
    assert seen["C"]["classifications"] == seen["C"]["annotations"] == seen["C"]["comments"] == []
    assert [c["text"] for c in seen["B"]["comments"]] == ["A bright one"]


def test_summaries_are_bare_rows(small_sky, member, group, api_of):
    answer = api_of(member).get("sources", saveSummary="true")[1]["data"]
    assert answer["totalMatches"] == 5
    assert [(s["obj_id"], s["group_id"] == group.pk) for s in answer["sources"]][:2] == [("A", False), ("D", True)]


def test_extras_on_request(small_sky, member, api_of):
    asked = (
        "Photometry",
        "DetectionStats",
        "Thumbnails",
        "CommentExists",
        "PhotometryExists",
        "PeriodExists",
        "GeoJSON",
    )
    answer = api_of(member).get("sources", **{f"include{name}": "true" for name in asked})[1]["data"]
    seen = {s["id"]: s for s in answer["sources"]}
    assert [p["mjd"] for p in seen["A"]["photometry"]] == [60000.0, 60010.0]
    assert seen["B"]["photstats"][0]["num_det_global"] == 1
    assert (seen["B"]["comment_exists"], seen["C"]["comment_exists"]) == (True, False)
    assert (seen["A"]["photometry_exists"], seen["D"]["photometry_exists"]) == (True, False)
    assert len(answer["geojson"]["features"]) == 4
    bare = api_of(member).get("sources", removeNested="true")[1]["data"]["sources"][0]
    assert "groups" not in bare


def test_a_cached_list_stays_as_it_was_and_belongs_to_one_person(small_sky, member, group, outsider, api_of):
    api = api_of(member)
    first = api.get("sources", useCache="true", numPerPage=2)[1]["data"]
    Source.objects.filter(obj=small_sky["C"]).update(saved_at=datetime(2030, 1, 1, tzinfo=UTC))
    query = {"useCache": "true", "numPerPage": 2, "queryID": first["queryID"]}
    second = api.get("sources", pageNumber=2, **query)[1]["data"]
    assert "".join(s["id"] for s in (*first["sources"], *second["sources"])) == "ADCB"
    assert second["totalMatches"] == 4
    assert [s["id"] for s in api_of(outsider).get("sources", **query)[1]["data"]["sources"]] == ["E"]


def test_a_list_takes_as_many_queries_for_one_as_for_four(small_sky, member, api_of, django_assert_num_queries):
    api = api_of(member)
    api.get("sources")  # counts how many there are
    for size in (1, 4):
        with django_assert_num_queries(3):
            api.get("sources", numPerPage=size)


def test_a_total_follows_every_save_and_unsave(small_sky, member, group, api_of):
    api = api_of(member)

    def total() -> int:
        return api.get("sources")[1]["data"]["totalMatches"]

    before = total()
    api.post("sources", {"id": "NEW", "ra": 1.0, "dec": 2.0, "group_ids": [group.pk]})
    assert total() == before + 1
    api.post("source_groups", {"objId": "NEW", "unsaveGroupIds": [group.pk]})
    assert total() == before


def test_a_detail_takes_few_queries(small_sky, member, api_of, django_assert_max_num_queries):
    api = api_of(member)
    with django_assert_max_num_queries(6):
        assert api.get("sources/A")[0] == 200


def test_a_light_curve_takes_few_queries(small_sky, member, api_of, django_assert_max_num_queries):
    api = api_of(member)
    with django_assert_max_num_queries(9):
        assert len(api.get("sources/A/photometry")[1]["data"]) == 2
