"""`/api/gcn_event/…/reminders` and those of earthquakes: asked for, due once, seen by whom they concern."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.gcn.models import EventReminder
from apps.gcn.tasks import remind
from skyportal.journal.models import JournalEntry
from tests.factories import make_user
from tests.gcn.events_data import an_earthquake, an_event

pytestmark = pytest.mark.django_db


def test_an_event_reminds_once_each_time(api_of, member, group, outsider):
    event, api = an_event(groups=[group.pk]), api_of(member)
    other, there = make_user("other", groups_=[group]), f"gcn_event/{event.pk}/reminders"
    body = {
        "text": "spectrum?", "next_reminder": (timezone.now() - timedelta(hours=1)).isoformat(),
        "number_of_reminders": 2, "group_ids": [group.pk], "user_ids": [other.pk],
    }  # fmt: skip
    status, answer = api.post(there, {**body, "user_ids": [outsider.pk]})
    assert (status, "among those who may see" in answer["message"]) == (403, True)
    (pk,) = api.post(there, body)[1]["data"]["reminder_ids"]
    found = api.get(there)[1]["data"]
    assert (found["resourceType"], found["reminders"][0]["gcn_id"]) == ("gcn_event", event.pk)
    assert (remind(), remind()) == (1, 0)
    entry = JournalEntry.objects.get(kind="EventReminderDue").payload
    assert (entry["reminded_user_id"], entry["still_to_come"], entry["dateobs"]) == (other.pk, 1, event.address)
    assert api_of(outsider).get(f"{there}/{pk}")[0] == 403
    assert api_of(outsider).get(there)[0] == 403
    assert api_of(other).patch(f"{there}/{pk}", {"text": "x"})[0] == 403
    assert api.patch(f"{there}/{pk}", {"text": "photometry?"})[0] == 200
    assert api_of(other).delete(f"{there}/{pk}")[0] == 200
    assert not EventReminder.objects.exists()


def test_an_earthquake_reminds_too(api_of, member):
    quake, api = an_earthquake(), api_of(member)
    there = f"earthquake/{quake.pk}/reminders"
    now = (timezone.now() - timedelta(minutes=1)).isoformat()
    (pk,) = api.post(there, {"text": "lock?", "next_reminder": now})[1]["data"]["reminder_ids"]
    assert api.get(f"{there}/{pk}")[1]["data"]["earthquake_id"] == quake.pk
    assert remind() == 1
    assert JournalEntry.objects.get(kind="EarthquakeReminderDue").payload["reminded_user_id"] == member.pk
