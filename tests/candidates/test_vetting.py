"""What I have seen, the vetting log, and rejecting for oneself or for a group."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.candidates.actions.candidates import Passing, add
from apps.candidates.models import GroupRejection, Review
from apps.sources.actions.objs import make_known
from apps.sources.models import Comment, Listing, Source
from skyportal.journal.models import JournalEntry
from tests.candidates.scanning_data import passed
from tests.candidates.test_scan_page import names_on
from tests.factories import FilterFactory, FilterVersionFactory, GroupFactory, join, make_user


@pytest.fixture
def found(group, stream):
    one = FilterFactory(name="bright", group=group, stream=stream)
    FilterVersionFactory(filter=one, number=3)
    return one


@pytest.fixture
def page(client, member):
    client.force_login(member)
    return client


def look(page, *objs):
    return page.post(reverse("scan-seen"), {"name": [o.name for o in objs]})


def test_what_i_looked_at_is_marked_and_can_be_hidden_until_it_passes_again(page, found):
    first, second = passed(found, 2)
    assert look(page, first).status_code == 204
    assert names_on(page.get(reverse("scan"))) == [second.name, first.name]
    assert b"reviewed by 1" in page.get(reverse("scan")).content
    for which in ("hide", "again"):
        assert names_on(page.get(reverse("scan"), {"seenByMe": which})) == [second.name]
    add([Passing(first.pk, found.pk, timezone.now() + timedelta(minutes=1))], uploader_id=None)
    assert first.name not in names_on(page.get(reverse("scan"), {"seenByMe": "hide"}))
    assert first.name in names_on(page.get(reverse("scan"), {"seenByMe": "again"}))


def test_looks_of_a_night_are_one_line(page, found, member):
    [obj] = passed(found, 1)
    look(page, obj)
    before = Review.objects.get().at
    look(page, obj, obj)
    assert Review.objects.get().at > before
    Review.objects.update(at=timezone.now() - timedelta(days=1))
    look(page, obj)
    assert Review.objects.filter(user=member, obj=obj, deed="looked").count() == 2


def test_a_look_costs_as_many_queries_for_fifty_as_for_one(page, found):
    few, many = passed(found, 1), passed(found, 50)
    look(page, *passed(found, 1))
    counts = []
    for objs in (few, many):
        with CaptureQueriesContext(connection) as queries:
            look(page, *objs)
        counts.append(len(queries))
    assert counts[1] <= counts[0]


def test_the_log_says_who_when_with_which_version_and_what(page, found, group):
    [obj] = passed(found, 1)
    look(page, obj)
    page.post(reverse("scan-save", args=[obj.name]), {"group": group.pk, "reason": "rising fast"})
    page.post(reverse("scan-unsave", args=[obj.name]), {"group": group.pk})
    text = page.get(reverse("scan-log", args=[obj.name])).content.decode()
    assert [
        text.find(deed) >= 0 for deed in ("looked", "saved", "unsaved", "rising fast", "bright v3", group.name)
    ] == [True] * 6
    assert JournalEntry.objects.filter(kind="CandidatesReviewed").count() == 3


def test_lookers_at_nothing_they_know_leave_no_line(client, outsider, found):
    objs = passed(found, 1)
    client.force_login(outsider)
    assert look(client, *objs).status_code == 204
    assert not Review.objects.exists()
    assert client.get(reverse("scan-log", args=[objs[0].name])).status_code == 404


def test_another_group_is_not_told_who_looked(client, page, found, member, stream):
    """Both groups' filters showed it; a look through one of them is the business of that group alone."""
    [obj] = passed(found, 1)
    other = GroupFactory(name="Others", streams=[stream])
    stranger = make_user("stranger", groups_=[other])
    theirs = FilterFactory(name="theirs", group=other, stream=stream)
    add([Passing(obj.pk, theirs.pk, timezone.now())], uploader_id=None)
    make_known([obj.pk], group_ids=[other.pk])
    look(page, obj)
    client.force_login(stranger)
    assert b"reviewed by" not in client.get(reverse("scan")).content
    assert b"member" not in client.get(reverse("scan-log", args=[obj.name])).content


def test_it_is_saved_to_several_groups_at_once(page, found, member, stream, group):
    [obj] = passed(found, 1)
    second = GroupFactory(streams=[stream])
    join(member, second)
    form = page.get(reverse("scan-form", args=[obj.name, "several"])).content.decode()
    assert f'value="{second.pk}"' in form
    page.post(reverse("scan-save", args=[obj.name]), {"group": [group.pk, second.pk]})
    assert Source.objects.filter(obj=obj, active=True).count() == 2


def test_a_rejection_for_the_group_hides_it_from_its_members_until_taken_back(client, page, found, group, member):
    [obj] = passed(found, 1)
    colleague = make_user("colleague", groups_=[group])
    page.post(reverse("scan-reject", args=[obj.name]), {"group": group.pk, "reason": "asteroid"})
    assert GroupRejection.objects.get().reason == "asteroid"
    client.force_login(colleague)
    assert names_on(client.get(reverse("scan"))) == []
    shown = client.get(reverse("scan"), {"rejected": "show"})
    assert b'data-state="rejected"' in shown.content
    client.post(reverse("scan-unreject", args=[obj.name]))
    assert names_on(client.get(reverse("scan"))) == [obj.name]


def test_a_rejection_for_me_keeps_its_reason_and_hides_it_from_me_alone(client, page, found, group):
    [obj] = passed(found, 1)
    page.post(reverse("scan-reject", args=[obj.name]), {"group": "", "reason": "artefact"})
    assert Listing.objects.get().params == {"reason": "artefact"}
    client.force_login(make_user("colleague", groups_=[group]))
    assert names_on(client.get(reverse("scan"))) == [obj.name]


def test_nobody_rejects_for_a_group_in_which_they_may_not_save(client, found, group):
    [obj] = passed(found, 1)
    guest = make_user("guest")
    join(guest, group, can_save=False)
    client.force_login(guest)
    assert client.post(reverse("scan-reject", args=[obj.name]), {"group": group.pk}).status_code == 400
    assert not GroupRejection.objects.exists()


def test_a_comment_from_the_card_is_kept_and_logged(page, found):
    [obj] = passed(found, 1)
    page.post(reverse("scan-comment", args=[obj.name]), {"text": "looks real"})
    assert Comment.objects.get().text == "looks real"
    assert Review.objects.get().deed == "commented"
    for kind in ("several", "reject", "comment", "tag", "classify"):
        assert page.get(reverse("scan-form", args=[obj.name, kind])).status_code == 200
