"""The page of rules for tags, and reminders on the pages of events and earthquakes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.gcn.models import EarthquakeReminder, EventReminder, TagRule
from apps.gcn.tasks import remind
from tests.gcn.events_data import a_map, an_earthquake, an_event

pytestmark = pytest.mark.django_db
HERE = "/events/tag-rules"


@pytest.fixture
def browse():
    def as_(user):
        client = Client()
        client.force_login(user)
        return client

    return as_


def text(answer, status=200):
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def test_rules_are_read_by_all_and_made_changed_and_deleted_by_who_manages_events(browse, member, group_admin):
    event = an_event(properties={"SNR": 7.5})
    a_map(event)
    reader, manager = browse(member), browse(group_admin)
    assert "No rule yet" in text(reader.get(HERE))
    assert "Make a rule" not in text(reader.get(HERE))
    said = {"name": "loud", "gcn_properties": ["SNR:5:gt"], "notice_types": ["FERMI_GBM_FIN_POS"]}
    assert reader.post(HERE, said).status_code == 403
    page = text(manager.get(HERE))
    assert "<option>SNR</option>" in page
    assert "<option>FERMI_GBM_FLT_POS</option>" in page
    assert manager.post(HERE, said).url == HERE
    assert "already" in text(manager.post(HERE, said), 400)
    assert "at least one condition" in text(manager.post(HERE, {"name": "all"}), 400)
    rule = TagRule.objects.get()
    assert rule.filters == {"gcn_properties": ["SNR:5:gt"], "notice_types": ["FERMI_GBM_FIN_POS"]}
    assert "SNR:5:gt" in text(reader.get(HERE))
    assert "<option selected>SNR:5:gt</option>" in text(manager.get(f"{HERE}/{rule.pk}"))
    assert "Events that fit" not in text(reader.get(HERE)), "a list cannot ask for kinds of notices"
    assert reader.post(f"{HERE}/{rule.pk}", {"gcn_tags": ["GRB"]}).status_code == 403
    assert manager.post(f"{HERE}/{rule.pk}", {"gcn_tags": ["GRB"], "gcn_properties": ["SNR:5:gt"]}).url == HERE
    page = text(reader.get(HERE))
    assert "/events?gcnTagKeep=GRB&amp;gcnPropertiesFilter=SNR%3A5%3Agt" in page
    assert event.address in text(reader.get("/events?gcnTagKeep=GRB&gcnPropertiesFilter=SNR%3A5%3Agt"))
    assert reader.post(f"{HERE}/{rule.pk}/delete").status_code == 403
    assert manager.post(f"{HERE}/{rule.pk}/delete").url == HERE
    assert not TagRule.objects.exists()


def test_the_page_takes_a_fixed_number_of_queries(browse, group_admin):
    manager = browse(group_admin)
    TagRule.objects.create(name="a", filters={"gcn_tags": ["GRB"]})
    with CaptureQueriesContext(connection) as one:
        text(manager.get(HERE))
    for name in "bcdef":
        TagRule.objects.create(name=name, filters={"gcn_tags": [name]})
    with CaptureQueriesContext(connection) as six:
        text(manager.get(HERE))
    assert len(six) == len(one)


@pytest.mark.parametrize("of", ["event", "earthquake"])
def test_one_is_reminded_on_the_page_until_it_is_done(browse, member, outsider, of):
    if of == "event":
        row, model = an_event(), EventReminder
        page = f"/event/{row.address}"
    else:
        row, model = an_earthquake(), EarthquakeReminder
        page = f"/earthquake/{row.event_id}"
    client, there = browse(member), f"{page}/reminders"
    assert there in text(client.get(page))
    assert f'data-from="{there}"' in text(client.get(there))
    assert "Write what" in text(client.post(there, {"text": " "}, headers={"HX-Request": "true"}))
    first = (timezone.now() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    said = {"text": "Ask for a spectrum", "next_reminder": first, "number_of_reminders": "2", "reminder_delay": "1"}
    answer = client.post(there, said, headers={"HX-Request": "true"})
    assert "You will be reminded" in answer.headers["HX-Trigger"]
    assert "Ask for a spectrum" in text(answer)
    remind()
    assert "reminders-due" in text(client.get(page))
    pk = model.objects.get().pk
    assert browse(outsider).post(f"{there}/{pk}/delete").status_code == 403
    assert client.post(f"{there}/{pk}/done").url == page
    assert "reminders-due" not in text(client.get(page))
    assert (
        "Reminder deleted" in client.post(f"{there}/{pk}/delete", headers={"HX-Request": "true"}).headers["HX-Trigger"]
    )
    assert not model.objects.exists()
