"""`manage.py replay_event`: a stored event happens again in a sandbox, and the real one knows nothing of it."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.gcn.actions.receiving import receive
from apps.gcn.actions.replaying import find, replay, sandbox
from apps.gcn.management.commands import replay_event
from apps.gcn.models import GcnEvent, GcnNotice, Localization
from apps.groups.models import Group
from tests.factories import make_user
from tests.gcn.events_data import settle
from tests.gcn.notice_data import voevent

pytestmark = pytest.mark.django_db
IVORN = "ivo://nasa.gsfc.gcn/SWIFT#{kind}_1234567-{number}"


@pytest.fixture
def event(db):
    """A burst, refined two minutes later."""
    what = '<Param name="Packet_Type" value="61"/><Param name="TrigID" value="1234567"/>'
    for number, date, error in (("1", "03:04:15", "0.05"), ("2", "03:06:15", "0.01")):
        ivorn = IVORN.format(kind="BAT_GRB_Pos", number=number)
        raw = voevent(ivorn=ivorn, date=f"2026-01-02T{date}", error=error, what=what)
        assert receive(raw, "t").is_well
    settle()
    return GcnEvent.objects.get()


def everything(event):
    event.refresh_from_db()
    rows = [event.modified, event.aliases, event.trigger_id, sorted(event.tags.values_list("text", flat=True))]
    return rows + [list(one.values().order_by("pk")) for one in (event.notices.all(), event.properties.all())]


def test_its_notices_come_again_in_order_at_the_given_speed(event):
    before, waited = everything(event), []
    maps = list(Localization.objects.values_list("name", "area_90").order_by("pk"))
    assert len(maps) == 2
    group = sandbox("Night drill")
    steps = list(replay(event, group, 60.0, pause=waited.append))
    settle()
    assert [(step.number, step.of) for step in steps] == [(1, 2), (2, 2)]
    assert waited == [0.0, 2.0]
    made = GcnEvent.objects.exclude(pk=event.pk).get()
    assert abs(made.dateobs - timezone.now()) < timedelta(minutes=2)
    assert {"replay", "GRB"} <= set(made.tags.values_list("text", flat=True))
    assert made.audience.group_ids == [group.pk]
    again = list(made.localizations.values_list("name", "area_90").order_by("pk"))
    assert sorted(name for name, _ in again) == sorted(name for name, _ in maps)
    assert dict(again) == pytest.approx(dict(maps), rel=1e-3)
    assert made.notices.count() == 2
    assert not made.notices.exclude(map_trouble="").exists()
    assert everything(event) == before, "nothing of the real event changes"
    assert made.obj is not None
    assert made.obj.name != event.obj.name


def test_the_command_tells_its_progress_and_who_may_see_it(event, outsider, client):
    for _ in range(2):  # each time another event
        out = StringIO()
        call_command("replay_event", event.name, speed=1e9, group="Drill", stdout=out)
    assert "2/2" in out.getvalue()
    assert GcnEvent.objects.count() == 3
    assert GcnNotice.objects.count() == 6
    made = GcnEvent.objects.latest("pk")
    assert f"/event/{made.address}" in out.getvalue()
    player = make_user("player", groups_=[Group.objects.get(name="Drill")])
    for user, status in ((player, 200), (outsider, 404)):
        client.force_login(user)
        assert client.get(f"/event/{made.address}").status_code == status
    assert find("1234567") == find(event.address) == event


def test_what_is_not_there_is_said(event):
    with pytest.raises(CommandError, match="No event is called"):
        call_command("replay_event", "S999999zz")
    with pytest.raises(CommandError, match="above 0"):
        call_command("replay_event", "1234567", "--speed", "0")
    GcnNotice.objects.update(content="notices/gone.xml")
    with pytest.raises(CommandError, match="None of its notices"):
        call_command("replay_event", "1234567", "--speed", "1e9", stdout=StringIO())


def test_who_waits_for_the_next_notice_knows_for_how_long(monkeypatch):
    out, slept = StringIO(), []
    monkeypatch.setattr(replay_event.time, "sleep", slept.append)
    command = replay_event.Command(stdout=out)
    asked = vars(command.create_parser("manage.py", "replay_event").parse_args(["S190814bv"]))
    command._wait(3.0, asked["longest"])
    command._wait(90_000.0, asked["longest"])
    command._wait(90_000.0, 100_000.0)
    command._wait(90_000.0, 60.0)
    assert slept == [3.0, 600.0, 90_000.0, 60.0]
    assert out.getvalue().splitlines() == [
        "The next notice comes in 0:10:00 instead of 1 day, 1:00:00.",
        "The next notice comes in 1 day, 1:00:00.",
        "The next notice comes in 0:01:00 instead of 1 day, 1:00:00.",
    ]
