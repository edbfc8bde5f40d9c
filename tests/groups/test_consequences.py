"""What follows when groups, streams and people go, and what the journal keeps of it."""

import pytest

from apps.groups import actions
from apps.groups.models import Group
from apps.groups.slots import stream_users
from skyportal.access.errors import Invalid
from skyportal.access.models import GROUP, STREAM, Audience, AudienceMember
from skyportal.journal.models import JournalEntry


def test_nobody_reads_through_a_group_that_is_gone(group, stream, system_admin, viewer_of):
    shared = Audience.objects.of([group.pk], [stream.pk])
    actions.delete_group(viewer_of(system_admin), group.pk)
    assert not AudienceMember.objects.filter(kind=GROUP, ref=group.pk).exists()
    actions.delete_stream(viewer_of(system_admin), stream.pk)
    assert not AudienceMember.objects.filter(kind=STREAM, ref=stream.pk).exists()
    assert Audience.objects.filter(pk=shared.pk).exists()


def test_an_id_is_never_given_again(group, system_admin, viewer_of):
    viewer = viewer_of(system_admin)
    newest = actions.create_group(viewer, "Newest").pk
    actions.delete_group(viewer, newest)
    assert actions.create_group(viewer, "Newer still").pk > newest


def test_every_act_is_one_entry_with_its_actor(group_admin, group, stream_member, viewer_of):
    viewer = viewer_of(group_admin)
    before = JournalEntry.objects.count()
    actions.add_members(viewer, group.pk, [stream_member.pk])
    actions.change_member(viewer, group.pk, stream_member.pk, can_save=False)
    actions.remove_member(viewer, group.pk, stream_member.pk)
    made = JournalEntry.objects.order_by("pk")[before:]
    assert [(e.kind, e.actor_id) for e in made] == [
        (kind, group_admin.pk) for kind in ("MembersJoined", "MembersChanged", "MembersLeft")
    ]
    assert all(f"group:{group.pk}" in e.topics and f"user:{stream_member.pk}" in e.topics for e in made)


def test_the_journal_keeps_no_contacts_and_no_secrets(member, viewer_of):
    actions.change_profile(viewer_of(member), {"contact_email": "m@example.org", "contact_phone": "+16265551234"})
    _, secret = actions.create_token(member, "x", [])
    kept = str(list(JournalEntry.objects.values_list("payload", flat=True)))
    assert "m@example.org" not in kept
    assert "6265551234" not in kept
    assert secret not in kept


def test_a_stream_that_something_uses_stays_in_the_group(group, stream, system_admin, viewer_of, monkeypatch):
    monkeypatch.setitem(stream_users._plugs, "test", lambda group_id, stream_id: "2 filters")
    with pytest.raises(Invalid, match=r"No stream IDs with.*2 filters"):
        actions.remove_stream(viewer_of(system_admin), group.pk, stream.pk)
    assert group.streams.filter(pk=stream.pk).exists()


def test_a_group_that_was_refused_leaves_nothing_behind(member, viewer_of):
    with pytest.raises(Invalid):
        actions.create_group(viewer_of(member), "Ghosts", admins=[999_999])
    assert not Group.objects.filter(name="Ghosts").exists()
