"""The back office: for system admins, and through actions."""

import pytest
from django.contrib import admin
from django.urls import reverse

from apps.groups import actions
from apps.groups.models import Group, Stream, Token, User
from skyportal.journal.models import Delivery, JournalEntry

PASSWORD = "quite a password"


@pytest.fixture
def office(client, system_admin):
    client.force_login(system_admin)
    return client


def kinds():
    return list(JournalEntry.objects.order_by("pk").values_list("kind", flat=True))


def inline(prefix, *rows, initial=0):
    """A formset's fields, as the form posts them."""
    data = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": initial}
    for n, row in enumerate(rows):
        data |= {f"{prefix}-{n}-{name}": value for name, value in row.items()}
    return data


@pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda m: m._meta.label)
def test_every_list_opens_for_system_admins_and_for_nobody_else(office, client, group_admin, model):
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    assert office.get(address).status_code == 200
    client.force_login(group_admin)
    assert client.get(address).status_code == 302


def test_a_user_made_here_is_whole(office):
    data = {
        "username": "novel",
        "usable_password": "true",
        "password1": "quite a password",
        "password2": "quite a password",
    }
    assert office.post(reverse("admin:groups_user_add"), data).status_code == 302
    person = User.objects.get(username="novel")
    assert person.check_password(PASSWORD)
    assert set(person.groups.values_list("name", flat=True)) == {"novel", "Sitewide Group"}
    assert "UserCreated" in kinds()


def test_roles_are_granted_and_taken_with_an_entry(office, member):
    data = {
        "username": "member", "is_active": "on", "first_name": "", "last_name": "", "affiliations": "[]", "bio": "",
        "contact_email": "", "contact_phone": "", "roles": ["View only"], "acls": ["Comment"],
    }  # fmt: skip
    assert office.post(reverse("admin:groups_user_change", args=[member.pk]), data).status_code == 302
    assert member.permissions() == {"Comment"}
    assert {"PermissionsGranted", "PermissionsRevoked"} <= set(kinds())


def test_a_password_is_set_here(office, member):
    data = {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    office.post(reverse("admin:auth_user_password_change", args=[member.pk]), data)
    member.refresh_from_db()
    assert member.check_password(PASSWORD)


def test_a_user_is_deleted_with_their_own_group(office, member):
    office.post(reverse("admin:groups_user_delete", args=[member.pk]), {"post": "yes"})
    assert not Group.objects.filter(name="member").exists()
    assert "UserDeleted" in kinds()


def test_members_added_here_are_given_the_streams(office, group, outsider, stream):
    data = {
        "name": "Transients", "nickname": "", "description": "",
        **inline("memberships", {"user": outsider.pk, "group": group.pk, "can_save": "on"}),
        **inline("Group_streams", initial=0),
    }  # fmt: skip
    assert office.post(reverse("admin:groups_group_change", args=[group.pk]), data).status_code == 302
    assert group.memberships.filter(user=outsider, can_save=True, admin=False).exists()
    assert outsider.stream_grants.filter(stream=stream).exists()
    assert {"MembersJoined", "StreamGranted"} <= set(kinds())


def test_a_group_is_made_here_with_its_first_admin(office, system_admin):
    data = {"name": "Kilonovae", "nickname": "", "description": "", **inline("memberships"), **inline("Group_streams")}
    assert office.post(reverse("admin:groups_group_add"), data).status_code == 302
    assert Group.objects.get(name="Kilonovae").memberships.get().user == system_admin


def test_the_sitewide_group_cannot_be_deleted_here(office):
    sitewide = Group.objects.get(sitewide=True)
    assert office.post(reverse("admin:groups_group_delete", args=[sitewide.pk]), {"post": "yes"}).status_code == 403
    office.post(
        reverse("admin:groups_group_changelist"),
        {"action": "delete_selected", "_selected_action": [sitewide.pk], "post": "yes"},
    )
    assert Group.objects.filter(pk=sitewide.pk).exists()


def test_streams_and_grants(office, outsider):
    data = {"name": "Extra", "altdata": "", **inline("grants", {"user": outsider.pk})}
    assert office.post(reverse("admin:groups_stream_add"), data).status_code == 302
    assert Stream.objects.get(name="Extra").grants.get().user == outsider
    assert {"StreamCreated", "StreamGranted"} <= set(kinds())


def test_tokens_show_no_secret_and_can_only_be_revoked(office, member):
    token, secret = actions.create_token(member, "nightly", [])
    page = office.get(reverse("admin:groups_token_change", args=[token.pk])).content.decode()
    assert secret not in page
    assert token.digest not in page
    assert office.get(reverse("admin:groups_token_add")).status_code == 403
    office.post(reverse("admin:groups_token_delete", args=[token.pk]), {"post": "yes"})
    assert not Token.objects.exists()
    assert "TokenDeleted" in kinds()


def test_a_failed_delivery_is_tried_again_and_nothing_is_edited(office):
    actions.create_user("somebody")
    entry = JournalEntry.objects.filter(kind="UserCreated").first()
    left = Delivery.objects.create(entry=entry, reaction="x.y", state=Delivery.FAILED, attempts=8,
                                   due_at=entry.created_at, error="broken")  # fmt: skip
    office.post(reverse("admin:journal_delivery_changelist"), {"action": "retry", "_selected_action": [left.pk]})
    left.refresh_from_db()
    assert (left.state, left.attempts) == (Delivery.WAITING, 0)
    address = reverse("admin:journal_journalentry_change", args=[entry.pk])
    assert office.get(address).status_code == 200
    assert office.post(address, {"kind": "Forged"}).status_code == 403


def test_it_wears_the_theme_of_the_site(office):
    office.cookies["sky_theme"] = "night"
    html = office.get(reverse("admin:index")).content.decode()
    assert 'dataset.skyTheme = "night"' in html
    assert "themes" in html
    assert "admin/js/theme.js" not in html
