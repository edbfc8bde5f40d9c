"""What follows by itself when a notice or a map arrives: tags by rules, a source for a small map."""

from __future__ import annotations

import pytest

from apps.gcn.entries import LocalizationAdded
from apps.gcn.models import EventTag, GcnNotice
from apps.gcn.reactions import make_source_of_small_map
from apps.sources.models import Obj, Source
from tests.factories import GroupFactory, ObjFactory
from tests.gcn.events_data import WHEN, a_map, an_event, settle

pytestmark = pytest.mark.django_db


def tags(event):
    return set(EventTag.objects.filter(event=event).values_list("text", flat=True))


def rule(api, name, **filters):
    status, answer = api.post("default_gcn_tag", {"default_tag_name": name, "filters": filters})
    assert status == 200, answer
    return answer["data"]["id"]


def test_rules_tag_what_meets_all_they_ask_for(api_of, group_admin, member):
    api = api_of(group_admin)
    pk = rule(api, "loud", gcn_properties=["SNR:5:gt"], notice_types=["gcn.notices.test", "other"])
    rule(api, "loud burst", gcn_tags=["loud"], gcn_properties=["SNR:7:gt"])
    rule(api, "near", localization_properties=["area_90:1000:lt"], localization_tags=["< 1000 sq. deg."])
    rule(api, "never", gcn_properties=["SNR:99:gt"])
    event = an_event(properties={"SNR": 7.5})
    settle()
    assert tags(event) == {"GRB", "loud", "loud burst"}, "a tag may be what another rule waits for"
    a_map(event)
    settle()
    assert tags(event) == {"GRB", "loud", "loud burst", "near"}
    assert EventTag.objects.get(text="near").sent_by == group_admin
    assert api.get("default_gcn_tag")[1]["data"][0]["default_tag_name"] == "loud"
    assert api_of(member).get(f"default_gcn_tag/{pk}")[1]["data"]["filters"]["gcn_properties"] == ["SNR:5:gt"]
    assert api_of(member).delete(f"default_gcn_tag/{pk}")[0] == 401
    assert api.delete(f"default_gcn_tag/{pk}")[0] == 200
    assert api.get(f"default_gcn_tag/{pk}")[0] == 404


@pytest.mark.parametrize(
    "filters", [{}, None, {"colour": ["red"]}, {"gcn_tags": [7]}, {"gcn_properties": ["SNR:5:about"]}, {"gcn_tags": []}]
)
def test_rules_that_make_no_sense_are_refused(api_of, group_admin, filters):
    assert api_of(group_admin).post("default_gcn_tag", {"default_tag_name": "x", "filters": filters})[0] == 400


def test_a_small_map_becomes_a_source_that_later_notices_refine(group):
    event = an_event(groups=[group.pk], aliases=("SWIFT#GRB 260102A",))
    a_map(event, sigma=2.0, name="wide")
    settle()
    assert not Source.objects.exists()
    first = a_map(event, 150.0, 2.0, sigma=0.03, name="BAT")
    settle()
    obj = Obj.objects.get()
    assert (obj.name, Source.objects.get().group) == ("GRB260102A", group)
    assert obj.ra == pytest.approx(150, abs=0.02)
    a_map(event, 150.01, 2.01, sigma=0.0005, name="XRT")
    settle()
    obj.refresh_from_db()
    assert (obj.ra, obj.dec) == (pytest.approx(150.01, abs=0.001), pytest.approx(2.01, abs=0.001))
    a_map(event, 150.02, 2.0, sigma=0.02, name="a worse one that came late")
    make_source_of_small_map(LocalizationAdded(event.pk, event.address, None, first.pk, "BAT"))
    settle()
    before = (obj.ra, obj.dec)
    obj.refresh_from_db()
    assert (obj.ra, obj.dec) == before, "what is known better stays"
    Obj.objects.update(ra=150.5)
    a_map(event, 150.011, 2.01, sigma=0.0001, name="UVOT")
    settle()
    obj.refresh_from_db()
    assert obj.ra == 150.5, "somebody put it there"
    assert Source.objects.count() == 1


def test_a_notice_says_its_position_in_figures(group):
    event = an_event(groups=[group.pk], aliases=("EP#260102a",), properties={"ra": 150.0123, "dec": 2.0456})
    where = a_map(event, 150.0123, 2.0456, sigma=0.05)
    where.notice = GcnNotice.objects.get()
    where.save()
    settle()
    assert (Obj.objects.get().ra, Obj.objects.get().dec) == (150.0123, 2.0456)


def test_an_obj_of_that_name_that_is_others_stays_theirs(group):
    theirs = ObjFactory(name="GRB260102A")
    event = an_event(groups=[group.pk, GroupFactory().pk], aliases=("SWIFT#GRB 260102A",))
    a_map(event, sigma=0.03)
    settle()
    saved = Source.objects.filter(obj__name="GRB260102A-20260102-030405")
    assert saved.count() == 2
    assert not Source.objects.filter(obj=theirs).exists()
    retracted = an_event(
        ivorn="ivo://r/1", dateobs=WHEN.replace(hour=8), trigger_id="R", aliases=("SWIFT#GRB 260102B",),
        is_retraction=True,
    )  # fmt: skip
    a_map(retracted, sigma=0.03)
    settle()
    assert Source.objects.count() == 2, "what was taken back is no source"
