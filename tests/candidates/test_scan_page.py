"""The scanning page: what it shows, what a key does, and how many queries it makes."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.candidates.actions.candidates import Passing, add
from apps.sources.actions.objs import make_known
from apps.sources.models import Annotation, Listing, Source
from skyportal.access.models import Audience
from tests.factories import FilterFactory, FilterVersionFactory, ObjFactory


@pytest.fixture
def found(group, stream):
    one = FilterFactory(name="bright", group=group, stream=stream)
    FilterVersionFactory(filter=one, annotations={"drb": "candidate.drb"})
    return one


@pytest.fixture
def passed(found):
    """Objs that passed the filter, newest last."""

    def make(count):
        objs = [ObjFactory() for _ in range(count)]
        now = timezone.now()
        add([Passing(o.pk, found.pk, now - timedelta(hours=count - n)) for n, o in enumerate(objs)], uploader_id=None)
        make_known([o.pk for o in objs], group_ids=[found.group_id])
        audience = Audience.objects.of([found.group_id])
        for o in objs:
            Annotation.objects.create(obj=o, origin="Transients:bright", data={"drb": 0.9876}, audience=audience)
        return objs

    return make


@pytest.fixture
def page(client, member):
    client.force_login(member)
    return client


def names_on(answer):
    return re.findall(r'data-name="([^"]+)"', answer.content.decode())


def test_it_shows_candidates_newest_first_with_what_the_filter_says(page, passed):
    objs = passed(3)
    answer = page.get(reverse("scan"))
    assert answer.status_code == 200
    assert names_on(answer) == [o.name for o in reversed(objs)]
    assert b"Transients:bright" in answer.content
    assert b"0.9876" in answer.content


def test_a_page_does_not_wait_until_all_are_counted(page, found):
    objs = [ObjFactory() for _ in range(130)]
    now = timezone.now()
    add([Passing(o.pk, found.pk, now - timedelta(minutes=n)) for n, o in enumerate(objs)], uploader_id=None)
    make_known([o.pk for o in objs], group_ids=[found.group_id])
    first = page.get(reverse("scan"), {"page": 2})
    assert names_on(first) == [o.name for o in objs[25:50]]
    assert "More than 50 objects" in first.text
    assert "page=3" in first.text
    late = page.get(reverse("scan-total"), {"page": 2}).text
    assert "130 objects" in late
    assert "26–50 of 130 candidates" in late
    assert "130 objects" in page.get(reverse("scan"), {"page": 2}).text  # kept for the next page
    assert page.get(reverse("scan-total"), {"minRedshift": "x"}).status_code == 400
    assert "130 objects" in page.get(reverse("scan"), {"page": 6}).text  # the last page knows by itself


def test_nobody_sees_the_candidates_of_others(client, outsider, stream_member, passed):
    passed(2)
    for user in (outsider, stream_member):
        client.force_login(user)
        assert names_on(client.get(reverse("scan"))) == []


def test_it_makes_as_many_queries_for_one_card_as_for_many(page, passed):
    passed(1)
    page.get(reverse("scan"))
    with CaptureQueriesContext(connection) as few:
        page.get(reverse("scan"))
    passed(20)
    with CaptureQueriesContext(connection) as many:
        page.get(reverse("scan"))
    assert len(many) <= len(few)
    assert len(many) <= 30


def test_one_click_saves_to_a_group_and_undo_takes_it_back(page, passed, group):
    [obj] = passed(1)
    card = f"card-{obj.pk}"
    url = reverse("scan-save", args=[obj.name]) + f"?group={group.pk}"
    answer = page.post(url, headers={"HX-Request": "true", "HX-Target": card})
    assert answer.status_code == 200
    assert Source.objects.get(obj=obj, group=group).active
    assert b'data-state="saved"' in answer.content
    assert b'data-key="s"' not in answer.content  # pressed again, it must not show the obj to one more group
    assert b"hx-swap-oob" not in answer.content.replace(b'hx-disinherit="hx-swap-oob"', b"")
    undo = re.search(r'"undo_url": "([^"]+)"', answer["HX-Trigger"])[1]
    answer = page.post(undo, headers={"HX-Request": "true"})
    assert not Source.objects.get(obj=obj, group=group).active
    assert b'hx-swap-oob="outerHTML"' in answer.content


def test_what_i_reject_is_gone_for_me_until_i_take_it_back(page, passed, member):
    [obj] = passed(1)
    page.post(reverse("scan-reject", args=[obj.name]))
    assert Listing.objects.filter(user=member, obj=obj, list_name="rejected_candidates").exists()
    assert names_on(page.get(reverse("scan"))) == []
    assert names_on(page.get(reverse("scan") + "?rejected=show")) == [obj.name]
    page.post(reverse("scan-unreject", args=[obj.name]))
    assert names_on(page.get(reverse("scan"))) == [obj.name]


def test_acting_on_a_candidate_of_others_is_like_acting_on_none(client, outsider, passed, group):
    [obj] = passed(1)
    client.force_login(outsider)
    for name in ("scan-save", "scan-unsave", "scan-reject", "scan-unreject"):
        for target in (obj.name, "nosuch"):
            assert client.post(f"{reverse(name, args=[target])}?group={group.pk}").status_code == 404
    assert not Source.objects.exists()
    assert not Listing.objects.exists()


def test_without_a_window_it_shows_the_newest_week_that_has_something(page, found):
    old, older = ObjFactory(), ObjFactory()
    start = timezone.now() - timedelta(days=400)
    add([Passing(old.pk, found.pk, start), Passing(older.pk, found.pk, start - timedelta(days=30))], uploader_id=None)
    make_known([old.pk, older.pk], group_ids=[found.group_id])
    assert names_on(page.get(reverse("scan"))) == [old.name]
    assert names_on(page.get(reverse("scan") + "?window=all")) == [old.name, older.name]


@pytest.mark.parametrize(
    "query",
    [
        "page=99",
        "page=-1",
        "page=x",
        "numPerPage=7",
        "window=nosuch",
        "sort=a|b",
        "groupIDs=&filterIDs=",
        "groupIDs=1&groupIDs=2",
    ],
)
def test_an_odd_address_still_shows_a_page(page, passed, query):
    passed(1)
    assert page.get(f"{reverse('scan')}?{query}", follow=True).status_code == 200


@pytest.mark.parametrize("query", ["minRedshift=abc", "savedStatus=nosuch", "startDate=whenever", "groupIDs=a"])
def test_what_makes_no_sense_is_said_on_the_page(page, query):
    answer = page.get(f"{reverse('scan')}?{query}")
    assert answer.status_code == 400
    assert query.split("=")[0] in answer.content.decode()


def test_news_counts_what_came_since_the_page_was_opened(page, passed):
    passed(2)
    since = timezone.now().isoformat()
    url = reverse("scan-news")
    assert page.get(url, {"since": since, "window": "week"}).content.strip() == b""
    passed(3)
    assert b"3 new candidates" in page.get(url, {"since": since, "window": "week"}).content


def test_pages_need_a_sign_in(client):
    for name in ("scan", "scan-news", "stream-lamps", "filters", "intake"):
        assert client.get(reverse(name)).status_code == 302


def test_the_bar_filters_by_any_annotation_key(page, passed):
    low, high = passed(2)
    Annotation.objects.filter(obj=low).update(data={"drb": 0.2})
    asked = {"annotation": "Transients:bright|drb", "least": "0.5", "most": ""}
    assert names_on(page.get(reverse("scan"), asked)) == [high.name]
    asked = {"annotation": "Transients:bright|drb", "least": "", "most": "0.5"}
    assert names_on(page.get(reverse("scan"), asked)) == [low.name]
    assert page.get(reverse("scan"), {"annotation": "a|b", "least": "much"}).status_code == 400
