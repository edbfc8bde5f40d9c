"""Scanning together: the queue is split, nobody has what another has, and the end is a summary. Profiles beside it."""

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.candidates.actions import sessions
from apps.candidates.models import ScanProfile, ScanSession, ScanTurn
from apps.candidates.plugs import shared_scan
from apps.candidates.queries.asked import read
from apps.candidates.queries.shares import share
from tests.candidates.scanning_data import passed
from tests.candidates.test_scan_page import names_on
from tests.factories import FilterFactory, make_user


@pytest.fixture
def found(group, stream):
    return FilterFactory(name="bright", group=group, stream=stream)


@pytest.fixture
def page(client, member):
    client.force_login(member)
    return client


@pytest.fixture
def started(page, group):
    def start():
        answer = page.post(reverse("scan-sessions"), {"group": group.pk, "query": "window=all"})
        assert answer.status_code == 302
        return ScanSession.objects.latest("pk")

    return start


def test_a_newcomer_takes_from_the_ends_and_nobody_has_two_more_than_another():
    everything = set(range(10))
    owner = share([(n, 1) for n in range(10)], [1, 2, 3], dict.fromkeys((1, 2, 3), everything))
    parts = sorted(sum(who == one for who in owner.values()) for one in (1, 2, 3))
    assert parts == [3, 3, 4]
    assert all(owner[n] == 1 for n in range(3))  # who was there keeps what is before them


def test_nobody_is_given_what_they_may_not_see():
    owner = share([(n, None) for n in range(6)], [1, 2], {1: {0, 1}, 2: {1, 2, 3}})
    assert owner[4] is None
    assert owner[0] == 1
    assert owner[2] == owner[3] == 2


def test_the_queue_is_split_among_those_who_join_and_given_back_by_who_leaves(client, page, found, group, started):
    objs = passed(found, 9)
    session = started()
    colleague = make_user("colleague", groups_=[group])
    client.force_login(colleague)
    client.post(reverse("scan-session-act", args=[session.pk, "join"]))
    assert session.turns.filter(user=colleague).count() == 4
    part = {"window": "all", "scanSession": session.pk}
    answer = client.get(reverse("scan"), part)
    mine = names_on(answer)
    assert f"shared scan {session.pk}</a>" in answer.content.decode()
    assert len(mine) == 4
    client.post(reverse("scan-seen"), {"name": mine[0]})
    client.post(reverse("scan-save", args=[mine[1]]), {"group": group.pk, "reason": "young"})
    client.post(reverse("scan-session-act", args=[session.pk, "leave"]))
    assert session.turns.filter(user=colleague).count() == 2  # what they did stays theirs
    assert session.turns.filter(user=session.started_by).count() == len(objs) - 2
    shown = client.get(reverse("scan-session", args=[session.pk])).content.decode()
    assert "2 of 9 looked at" in shown
    assert "young" in shown


def test_it_ends_with_a_hand_over_and_nobody_joins_after(page, found, started, group):
    passed(found, 3)
    session = started()
    name = session.turns.first().obj.name
    page.post(reverse("scan-reject", args=[name]), {"reason": "<asteroid>"})
    page.post(reverse("scan-session-act", args=[session.pk, "end"]))
    session.refresh_from_db()
    assert session.ended_at
    page.post(reverse("scan-session-act", args=[session.pk, "join"]))
    text = page.get(reverse("scan-session", args=[session.pk]), {"format": "text"}).content.decode()
    assert "1 of 3 looked at" in text
    assert f"{name} by member: <asteroid>" in text
    left = sorted(turn.obj.name for turn in session.turns.filter(deed=""))
    assert sorted(text.split("Nobody looked at\n")[1].split()) == left
    assert "2 nobody looked at" in page.get(reverse("scan-session", args=[session.pk])).content.decode()


def test_others_know_nothing_of_it(client, page, found, started, outsider, stream_member, viewer_of):
    passed(found, 2)
    session = started()
    for person in (outsider, stream_member):
        client.force_login(person)
        assert client.get(reverse("scan-session", args=[session.pk])).status_code == 404
        assert client.post(reverse("scan-session-act", args=[session.pk, "join"])).status_code == 404
        assert not shared_scan(viewer_of(person), str(session.pk))
        assert f"Scan {session.pk}" not in client.get(reverse("scan-sessions")).content.decode()


def test_a_group_without_candidates_is_told_so(page, found, group):
    assert page.post(reverse("scan-sessions"), {"group": group.pk, "query": ""}).status_code == 400
    assert not ScanSession.objects.exists()


def test_its_page_makes_as_many_queries_for_a_long_queue_as_for_a_short_one(page, found, started):
    counts = []
    for count in (2, 30):
        passed(found, count)
        url = reverse("scan-session-state", args=[started().pk])
        page.get(url)
        with CaptureQueriesContext(connection) as queries:
            page.get(url)
        counts.append(len(queries))
    assert counts[1] <= counts[0] <= 12


def test_dealing_writes_once_however_many_cards(member, viewer_of, found, group):
    passed(found, 40)
    viewer = viewer_of(member)
    with CaptureQueriesContext(connection) as queries:
        sessions.start(viewer, group.pk, read(viewer, QueryDict("window=all")).query, "")
    assert ScanTurn.objects.filter(user=member).count() == 40
    assert len(queries) < 40


def test_a_profile_is_kept_shared_and_opens_the_page(client, page, group, found):
    kept = {"name": "young", "query": "window=day&seenByMe=hide&page=3", "group": group.pk, "default": "on"}
    page.post(reverse("scan-profile-keep"), kept)
    profile = ScanProfile.objects.get()
    assert profile.query == "window=day&seenByMe=hide"
    assert page.get(reverse("scan"))["Location"].endswith("?window=day&seenByMe=hide")
    assert page.get(reverse("scan") + "?window=week").status_code == 200
    page.post(reverse("scan-profile-choose", args=[0]))
    assert page.get(reverse("scan")).status_code == 200
    client.force_login(make_user("colleague", groups_=[group]))
    assert "young" in client.get(reverse("scan-profiles")).content.decode()
    assert client.post(reverse("scan-profile-forget", args=[profile.pk])).status_code == 404


def test_a_profile_of_others_cannot_be_chosen(client, page, outsider):
    page.post(reverse("scan-profile-keep"), {"name": "mine", "query": "window=day"})
    client.force_login(outsider)
    assert client.post(reverse("scan-profile-choose", args=[ScanProfile.objects.get().pk])).status_code == 404
    assert b"mine" not in client.get(reverse("scan-profiles")).content
