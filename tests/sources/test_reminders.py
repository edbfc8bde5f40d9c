"""Reminders come at their time, each once whatever dies when, and stand on the page until they are done."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.sources.actions import reminders as acting
from apps.sources.models import Reminder, SpectrumReminder
from skyportal.access.models import Audience
from skyportal.journal.models import JournalEntry
from tests.factories import SpectrumFactory, make_user
from tests.sources.remarks import known_obj

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
START = datetime(2026, 3, 1, 4, tzinfo=UTC)


@pytest.fixture
def obj(group):
    return known_obj(group)


@pytest.fixture
def set_(viewer_of, member, group, obj):
    def set_reminder(text="look", first=START, times=1, delay=1.0):
        data = {"text": text, "next_reminder": first.isoformat(), "number_of_reminders": times, "reminder_delay": delay}
        (pk,) = acting.set_reminders(viewer_of(member), obj.name, data | {"group_ids": [group.pk]})
        return pk

    return set_reminder


def said() -> list[tuple[int, str]]:
    entries = JournalEntry.objects.filter(kind="ReminderDue").order_by("pk").values_list("payload", flat=True)
    return [(entry["reminder_id"], entry["due_at"][:10]) for entry in entries]


def test_each_time_is_said_once_when_it_comes(set_, member, group):
    pk = set_(times=3, delay=2)
    assert acting.remind(START - timedelta(seconds=1)) == 0
    assert acting.remind(START) == 1
    assert acting.remind(START + timedelta(days=1)) == 0
    assert acting.remind(START + timedelta(days=30)) == 2  # nothing ran meanwhile
    assert acting.remind(START + timedelta(days=300)) == 0
    assert said() == [(pk, "2026-03-01"), (pk, "2026-03-03"), (pk, "2026-03-05")]
    entry = JournalEntry.objects.filter(kind="ReminderDue").last()
    assert (entry.payload["reminded_user_id"], entry.payload["group_ids"]) == (member.pk, [group.pk])
    assert entry.payload["still_to_come"] == 0


def test_a_crash_loses_no_time_and_says_none_twice(set_, monkeypatch):
    keys = [set_(text) for text in ("a", "b", "c")]
    record, left = acting.record, [2]

    def dying(entry):
        left[0] -= 1
        if left[0] == 0:
            raise SystemExit
        return record(entry)

    monkeypatch.setattr(acting, "record", dying)
    with pytest.raises(SystemExit):
        acting.remind(START)
    assert said() == []
    monkeypatch.undo()
    assert acting.remind(START) == 3
    assert acting.remind(START) == 0
    assert sorted(pk for pk, _ in said()) == keys


def test_what_is_due_stands_on_the_page_of_the_group_until_it_is_done(set_, client, member, group, obj, outsider):
    fellow = make_user("fellow", groups_=[group])
    pk = set_("measure it again")
    acting.remind(START)
    client.force_login(fellow)
    assert "measure it again" in client.get(f"/source/{obj.name}").content.decode()
    panel = client.get(f"/source/{obj.name}/reminders").content.decode()
    assert "measure it again" in panel
    assert f"/reminders/{pk}/done" not in panel  # another's
    assert client.post(f"/source/{obj.name}/reminders/{pk}/done").status_code == 403
    client.force_login(member)
    assert f"/reminders/{pk}/done" in client.get(f"/source/{obj.name}/reminders").content.decode()
    client.post(f"/source/{obj.name}/reminders/{pk}/done")
    assert "measure it again" not in client.get(f"/source/{obj.name}").content.decode()
    assert not Reminder.objects.exists()


def test_one_that_comes_again_is_only_done_for_now(set_, viewer_of, member, obj):
    pk = set_(times=2)
    acting.remind(START)
    acting.settle(viewer_of(member), pk, obj.name)
    reminder = Reminder.objects.get()
    assert (reminder.due_at, reminder.number_of_reminders) == (None, 1)
    assert reminder.next_reminder == START + timedelta(days=1)


def test_a_form_that_is_refused_keeps_what_was_typed(client, member, obj):
    client.force_login(member)
    path, form = f"/source/{obj.name}/reminders", {"text": "again", "next_reminder": "soon", "number_of_reminders": "2"}
    page = client.post(path, form, headers={"HX-Request": "true"}).content.decode()
    assert "Invalid next_reminder" in page
    assert 'value="again"' in page
    client.post(path, form | {"next_reminder": "2031-02-03T04:05"}, headers={"HX-Request": "true"})
    assert Reminder.objects.get().next_reminder == datetime(2031, 2, 3, 4, 5, tzinfo=UTC)


def test_of_a_spectrum_it_is_set_in_its_drawer_and_dealt_with_on_the_page_of_the_source(client, member, group, obj):
    spectrum = SpectrumFactory(obj=obj, owner=member, audience=Audience.objects.of([group.pk]))
    client.force_login(member)
    drawer = f"/source/{obj.name}/spectra/{spectrum.pk}"
    form = {"text": "reduce it", "next_reminder": START.strftime("%Y-%m-%dT%H:%M"), "number_of_reminders": "2"}
    refused = client.post(f"{drawer}/reminders", form | {"next_reminder": "soon"}, headers=HTMX).content.decode()
    assert "Invalid next_reminder" in refused
    assert 'value="reduce it"' in refused
    assert "reduce it" in client.post(f"{drawer}/reminders", form, headers=HTMX).content.decode()
    pk = SpectrumReminder.objects.get().pk
    assert acting.remind(START) == 1
    assert "reduce it" in client.get(f"/source/{obj.name}").content.decode(), "in the head of the page"
    panel = client.get(f"/source/{obj.name}/reminders").content.decode()
    assert f"{drawer}/reminders/{pk}/done" in panel
    assert f'data-drawer="{drawer}"' in panel
    done = client.post(f"{drawer}/reminders/{pk}/done", headers=HTMX | {"HX-Target": "reminders"}).content.decode()
    assert 'id="spectrum-details"' not in done
    assert SpectrumReminder.objects.get().due_at is None
    client.force_login(make_user("fellow", groups_=[group]))
    assert client.post(f"{drawer}/reminders/{pk}/delete", headers=HTMX).status_code == 403
    client.force_login(member)
    answer = client.post(f"{drawer}/reminders/{pk}/delete", headers=HTMX | {"HX-Target": "spectrum-details"})
    assert 'id="spectrum-details"' in answer.content.decode()
    assert not SpectrumReminder.objects.exists()
