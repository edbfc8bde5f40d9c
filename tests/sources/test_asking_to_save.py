"""Asking a group to save a source, and what its members answer."""

import pytest

from apps.sources.models import Source
from skyportal.journal.models import JournalEntry
from tests.factories import GroupFactory, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def others():
    return GroupFactory(name="Others")


@pytest.fixture
def colleague(others):
    return make_user("colleague", groups_=[others])


@pytest.fixture
def asked(obj, others, member, client):
    client.force_login(member)
    assert "Others" in client.get(f"/source/{obj.name}/ask").content.decode()
    answer = client.post(f"/source/{obj.name}/ask", {"group": others.pk}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return obj


def test_a_group_one_is_not_in_is_asked_and_its_members_save_it(asked, others, colleague, member, client, api_of):
    assert Source.objects.get(group=others).requested
    client.force_login(colleague)
    page = client.get(f"/source/{asked.name}").content.decode()
    assert "member asks Others to save it" in page
    client.post(f"/source/{asked.name}/decide?group={others.pk}&as=save")
    row = Source.objects.get(group=others)
    assert (row.active, row.requested, row.saved_by) == (True, False, colleague)
    client.post(f"/source/{asked.name}/decide?group={others.pk}&as=open")
    row.refresh_from_db()
    assert (row.active, row.requested) == (False, True)


def test_declining_is_kept_in_the_journal_and_undone(asked, others, colleague, client):
    client.force_login(colleague)
    answer = client.post(f"/source/{asked.name}/decide?group={others.pk}&as=decline")
    assert (Source.objects.get(group=others).requested, answer.status_code) == (False, 200)
    assert JournalEntry.objects.get(kind="SourceDeclined").payload["group_ids"] == [others.pk]
    client.post(f"/source/{asked.name}/decide?group={others.pk}&as=open")
    assert Source.objects.get(group=others).requested


def test_only_members_who_may_save_answer(asked, others, member, colleague, client):
    client.force_login(member)
    assert client.post(f"/source/{asked.name}/decide?group={others.pk}&as=save").status_code == 400
    colleague.memberships.filter(group=others).update(can_save=False)
    client.force_login(colleague)
    assert "Decline" not in client.get(f"/source/{asked.name}/groups").content.decode()
    assert client.post(f"/source/{asked.name}/decide?group={others.pk}&as=save").status_code == 400
    assert not Source.objects.get(group=others).active


def test_a_hidden_source_is_not_asked_for(obj, others, outsider, client):
    client.force_login(outsider)
    assert client.get(f"/source/{obj.name}/ask").status_code == 404
    assert client.post(f"/source/{obj.name}/ask", {"group": others.pk}).status_code == 404
    assert not Source.objects.exists()
