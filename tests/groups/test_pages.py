"""Pages of groups and people, as a browser without scripts and with htmx asks for them."""

import json

import pytest
from django.core import signing
from django.urls import reverse

from apps.groups.models import Group
from tests.factories import GroupFactory, join, make_user

HTMX = {"HX-Request": "true"}


@pytest.fixture
def as_admin(client, group_admin):
    client.force_login(group_admin)
    return client


@pytest.fixture
def as_member(client, member):
    client.force_login(member)
    return client


def test_pages_send_strangers_to_sign_in(client, db):
    answer = client.get("/groups")
    assert answer.status_code == 302
    assert answer["Location"] == "/login?next=/groups"


def test_the_list_shows_mine_and_others_but_nothing_private(as_member, group):
    GroupFactory(name="Open to know")
    GroupFactory(name="Hidden", private=True)
    text = as_member.get("/groups").content.decode()
    assert "Transients" in text
    assert "Open to know" in text
    assert "Hidden" not in text


def test_the_list_costs_the_same_for_many_groups(as_member, member, django_assert_max_num_queries):
    for _ in range(20):
        join(member, GroupFactory())
    with django_assert_max_num_queries(12):
        as_member.get("/groups")


def test_the_groups_page_costs_the_same_for_many_members(as_admin, group, django_assert_max_num_queries):
    for _ in range(20):
        make_user(groups_=[group])
    with django_assert_max_num_queries(16):
        as_admin.get(f"/group/{group.pk}")


def test_a_group_is_made_on_the_page_and_a_taken_name_is_said_at_the_field(as_member, group):
    answer = as_member.post("/groups", {"name": "Kilonovae"})
    made = Group.objects.get(name="Kilonovae")
    assert answer["Location"] == f"/group/{made.pk}"
    answer = as_member.post("/groups", {"name": "transients"})
    assert answer.status_code == 400
    assert "already" in answer.content.decode()


def test_a_name_with_markup_is_shown_as_text(as_member):
    as_member.post("/groups", {"name": "<script>alert(1)</script>"})
    assert "<script>alert(1)" not in as_member.get("/groups").content.decode()


def test_an_outsider_sees_whom_to_ask_and_no_members(client, outsider, member, group_admin, group):
    client.force_login(outsider)
    text = client.get(f"/group/{group.pk}").content.decode()
    assert "group_admin" in text
    assert ">member<" not in text


def test_a_hidden_group_is_not_found(client, outsider):
    client.force_login(outsider)
    hidden = GroupFactory(private=True)
    assert client.get(f"/group/{hidden.pk}").status_code == 404
    assert client.get("/group/999999").status_code == 404


def test_a_switch_changes_a_member_and_the_list_comes_back(as_admin, group, member):
    answer = as_admin.post(f"/group/{group.pk}/members/{member.pk}", {"admin": "on"}, headers=HTMX)
    assert answer.status_code == 200
    row = group.memberships.get(user=member)
    assert (row.admin, row.can_save) == (True, False)
    assert "member now administers" in answer["HX-Trigger"]
    assert 'name="can_save"' in answer.content.decode()


def test_a_refused_switch_says_why_and_shows_what_is_true(as_admin, group, group_admin):
    answer = as_admin.post(f"/group/{group.pk}/members/{group_admin.pk}", {}, headers=HTMX)
    assert answer.status_code == 200
    assert "last admin" in answer["HX-Trigger"]
    assert group.memberships.get(user=group_admin).admin


def test_a_removal_can_be_undone(as_admin, group, member):
    group.memberships.filter(user=member).update(can_save=False)
    answer = as_admin.post(f"/group/{group.pk}/members/{member.pk}/remove", headers=HTMX)
    assert not group.memberships.filter(user=member).exists()
    undo = json.loads(answer["HX-Trigger"])["toast"]["undo_url"]
    assert as_admin.post(undo, headers=HTMX).status_code == 200
    assert group.memberships.get(user=member).can_save is False
    assert as_admin.post(undo + "x", headers=HTMX).status_code == 400


def test_undo_is_for_those_who_administer(client, member, group_admin, group):
    ticket = signing.dumps([group.pk, member.pk, True, True, True], salt="groups.restore-member")
    client.force_login(member)
    assert client.post(f"/group/{group.pk}/members/restore/{ticket}").status_code == 404
    assert not group.memberships.get(user=member).admin


def test_somebody_is_added_by_name(as_admin, group, stream_member, outsider):
    found = as_admin.get(f"/group/{group.pk}/people", {"q": "stream_m"}).json()["results"]
    assert [r["value"] for r in found] == [stream_member.pk]
    assert as_admin.get(f"/group/{group.pk}/people", {"q": "group_admin"}).json()["results"] == []
    assert as_admin.get("/people", {"q": "a' or 1=1"}).status_code == 200
    assert as_admin.get("/people", {"q": "a\x00"}).status_code == 400
    answer = as_admin.post(f"/group/{group.pk}/members/add", {"user": stream_member.pk}, headers=HTMX)
    assert "joined" in answer["HX-Trigger"]
    answer = as_admin.post(f"/group/{group.pk}/members/add", {"user": outsider.pk}, headers=HTMX)
    assert "does not have stream access" in answer["HX-Trigger"]
    answer = as_admin.post(f"/group/{group.pk}/members/add", {"user": "x"}, headers=HTMX)
    assert "Choose a person" in answer["HX-Trigger"]


def test_leaving_editing_and_deleting(client, member, group_admin, group):
    client.force_login(member)
    assert client.post(f"/group/{group.pk}/delete").status_code == 404
    assert client.post(f"/group/{group.pk}/edit", {"name": "x"}).status_code == 404
    assert client.post(f"/group/{group.pk}/leave").status_code == 302
    client.force_login(group_admin)
    assert client.post(f"/group/{group.pk}/leave").status_code == 400
    assert client.post(f"/group/{group.pk}/edit", {"name": "Renamed"}).status_code == 302
    assert client.post(f"/group/{group.pk}/delete").status_code == 302
    assert not Group.objects.filter(pk=group.pk).exists()


def test_the_card_of_a_person_hides_contacts_from_those_who_share_nothing(client, member, outsider, group_admin):
    member.contact_email = "m@example.org"
    member.save()
    for user, seen in ((outsider, False), (group_admin, True)):
        client.force_login(user)
        assert ("m@example.org" in client.get(reverse("user", args=[member.pk])).content.decode()) is seen


def test_the_group_page_shows_no_contacts_of_everybody(client, system_admin, member):
    member.contact_email = "m@example.org"
    member.save()
    client.force_login(system_admin)
    sitewide = Group.objects.get(sitewide=True)
    assert "m@example.org" not in client.get(f"/group/{sitewide.pk}").content.decode()
