"""The pages of events, and what is done on them."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.gcn.actions.matching import match_map
from apps.gcn.models import Counterpart, GcnEvent, Localization, ObjInMap
from apps.gcn.plots.sky_still import picture
from apps.gcn.queries.sky_view import sky_view, told_of
from apps.sources.actions.sources import save_source
from apps.sources.models import Obj
from skyportal.access.viewer import Viewer
from skyportal.web.drawing import Raster, Text
from tests.factories import GroupFactory, make_user
from tests.gcn.events_data import WHEN, a_map, an_event, an_obj, settle

pytestmark = pytest.mark.django_db
HERE = "/event/2026-01-02T03:04:05"


@pytest.fixture
def as_member(member):
    client = Client()
    client.force_login(member)
    return client


@pytest.fixture
def event(group):
    found = an_event(properties={"SNR": 7.5, "FAR": 1e-9})
    a_map(found)
    an_obj(group, "ZTF26at", 150.0, 2.0, detected=WHEN)
    settle()
    return found


def text(answer, status=200):
    assert answer.status_code == status, answer.content[:2000]
    return answer.content.decode()


def test_the_list_shows_events_by_tag_in_a_fixed_number_of_queries(event, as_member):
    page = text(as_member.get("/events?gcnTagKeep=GRB"))
    assert f'href="{HERE}"' in page
    assert "90 % area" in page
    assert "No such event" in text(as_member.get("/events?gcnTagKeep=nothing"))
    text(as_member.get("/events?gcnPropertiesFilter=SNR:1:about"), 400)
    wide = a_map(an_event(ivorn="ivo://w/1", dateobs=WHEN.replace(hour=1), trigger_id="W", aliases=()), sigma=9.0)
    for sort, first in (("area_90", HERE), ("-area_90", wide.event.address), ("dateobs", wide.event.address)):
        listed = text(as_member.get(f"/events?sort={sort}"))
        assert (listed.index(wide.event.address) < listed.index(f'href="{HERE}"')) == (first != HERE), sort
    assert "smallest region first" in text(as_member.get("/events?sort=area_90"))
    text(as_member.get("/events?sort=nonsense"), 400)
    part = text(as_member.get("/events?gcnTagKeep=GRB&rows=1"))
    assert 'href="/events?gcnTagKeep=GRB&amp;sort=area_90"' in part, "what is followed from a part is a whole page"
    with CaptureQueriesContext(connection) as one:
        as_member.get("/events")
    for n in range(4):
        a_map(an_event(ivorn=f"ivo://more/{n}", dateobs=WHEN.replace(hour=5 + n), trigger_id=f"M{n}", aliases=()))
    with CaptureQueriesContext(connection) as five:
        as_member.get("/events")
    assert len(five) == len(one) <= 14


def test_the_dashboard_tells_the_newest_events_to_those_who_may_know(event, as_member, member, outsider, group, api_of):
    hidden = an_event(ivorn="ivo://own/1", dateobs=WHEN.replace(day=3), trigger_id="O1", aliases=(), groups=[group.pk])
    assert "Recent events" in text(as_member.get("/"))
    panel = text(as_member.get("/home/events"))
    assert panel.index(hidden.address) < panel.index(HERE)
    told = api_of(member).get("internal/recent_gcn_events")[1]["data"]
    assert [one["dateobs"] for one in told] == [hidden.address, "2026-01-02T03:04:05"]
    assert told[1]["tags"] == ["GRB"]
    assert [e["dateobs"] for e in api_of(outsider).get("internal/recent_gcn_events")[1]["data"]] == [
        "2026-01-02T03:04:05"
    ]


def test_the_page_of_an_event_and_each_of_its_parts(event, as_member):
    page = text(as_member.get(HERE))
    assert "GRB" in page
    assert 'data-watch="event:2026-01-02T03:04:05"' in page
    assert as_member.get("/event/2026-01-02 03:04:05").url == HERE
    assert "SNR" in text(as_member.get(f"{HERE}/properties"))
    assert "gcn.notices.test" in text(as_member.get(f"{HERE}/notices"))
    maps = text(as_member.get(f"{HERE}/maps"))
    assert "cone" in maps
    assert re.search(r"(09:5\d|10:0\d):", maps), "its centre"
    assert "map/" not in maps, "who may not delete a map is not offered to"
    inside = text(as_member.get(f"{HERE}/objs"))
    assert "ZTF26at" in inside
    assert "Nothing in this part" in text(as_member.get(f"{HERE}/objs?after=2026-01-05"))
    assert "Nothing in this part" in text(as_member.get(f"{HERE}/objs?show=saved"))


def test_what_lies_in_a_map_is_sorted_by_any_column(event, as_member, group):
    an_obj(group, "ZTF26aa", 151.0, 2.0, detected=WHEN.replace(hour=9))
    match_map(Localization.objects.get())
    as_member.post(f"{HERE}/objs/ZTF26aa/judge", {"status": "pending", "group": group.pk})

    def order(sort, **more):
        page = text(as_member.get(f"{HERE}/objs", {"sort": sort, **more}))
        return re.findall(r'href="/source/(\w+)"', page), page

    near, far = ["ZTF26at", "ZTF26aa"], ["ZTF26aa", "ZTF26at"]
    expected = {"rank": near, "level": near, "-level": far, "name": far, "-name": near, "first": near, "-last": far}
    for sort, names in (expected | {"held": far, "-held": far}).items():
        assert order(sort)[0] == names, sort
    page = order("-level", inside=1)[1]
    assert f'href="{HERE}/objs?sort=level"' in page, "back again, and to the whole part"
    assert re.search(r'>2</td>\s*<th scope="row"><a href="/source/ZTF26aa"', page), "its rank is by probability"
    assert "no column" in text(as_member.get(f"{HERE}/objs?sort=colour"))
    judged = as_member.post(
        f"{HERE}/objs/ZTF26aa/judge?sort=name",
        {"status": "rejected", "group": group.pk},
        headers={"HX-Request": "true"},
    )
    assert f'href="{HERE}/objs?sort=-name"' in text(judged)


def test_tags_and_advocates_come_and_go_with_undo(event, as_member, member, group):
    assert "exciting" in text(as_member.post(f"{HERE}/change/tag", {"value": "exciting"}))
    answer = as_member.post(f"{HERE}/change/untag", {"value": "exciting"})
    assert "exciting" not in text(answer)
    undo = answer.headers["HX-Trigger"]
    assert f"{HERE}/change/tag?value=exciting" in undo
    assert "exciting" in text(as_member.post(f"{HERE}/change/tag?value=exciting"))
    text(as_member.post(f"{HERE}/change/advocate"))
    assert event.advocates.get() == member
    text(as_member.post(f"{HERE}/change/unadvocate"))
    assert not event.advocates.exists()
    other = make_user("other", groups_=[group])
    answer = as_member.post(f"{HERE}/change/advocate", {"value": other.pk})
    assert f'href="/user/{other.pk}"' in text(answer)
    assert f"unadvocate?value={other.pk}" in answer.headers["HX-Trigger"]
    assert event.advocates.get() == other
    assert "No person 999" in as_member.post(f"{HERE}/change/advocate", {"value": "999999"}).headers["HX-Trigger"]
    text(as_member.post(f"{HERE}/change/unadvocate?value={other.pk}"))
    assert not event.advocates.exists()


def test_names_of_an_event_are_given_and_taken(event, as_member, group_admin):
    assert "AT2026xyz" in text(as_member.post(f"{HERE}/change/alias", {"value": "AT2026xyz"}))
    page = text(as_member.get(f"{HERE}/head"))
    assert "change/unalias" not in page, "who may not take a name away is not offered to"
    event.refresh_from_db()
    assert "AT2026xyz" in event.aliases
    assert "danger" in as_member.post(f"{HERE}/change/alias", {"value": "AT2026xyz"}).headers["HX-Trigger"]
    manager_of = Client()
    manager_of.force_login(group_admin)
    assert "AT2026xyz" in text(manager_of.get(f"{HERE}/head"))
    assert "AT2026xyz" not in text(manager_of.post(f"{HERE}/change/unalias", {"value": "AT2026xyz"}))
    assert as_member.post(f"{HERE}/change/nonsense").status_code == 404


def test_a_counterpart_is_judged_on_the_page(event, as_member, group):
    said = {"status": "rejected", "group": group.pk, "explanation": "an asteroid"}
    answer = as_member.post(f"{HERE}/objs/ZTF26at/judge?level=0.9", said, headers={"HX-Request": "true"})
    assert "an asteroid" in text(answer)
    assert "ZTF26at: rejected" in answer.headers["HX-Trigger"]
    row = Counterpart.objects.get()
    assert (row.status, row.explanation, row.group) == ("rejected", "an asteroid", group)
    page = text(as_member.get(f"{HERE}/objs?inside=1"))
    assert "an asteroid</p>" in page, "to be read without a pointer"
    assert f"{group.name} · member" in page
    own, other = page.split('class="judge"')[1:3]
    assert f'value="{group.pk}"' in own
    assert 'value="an asteroid"' in own
    assert "an asteroid" not in other.split("</form>")[0], "what one group says is not carried to another"
    assert f'<option value="{group.pk}">' not in other


def test_what_was_judged_is_taken_back_and_undone(event, as_member, group):
    def judge(address=f"{HERE}/objs/ZTF26at/judge", **said):
        answer = as_member.post(address, said, headers={"HX-Request": "true"})
        return json.loads(answer.headers["HX-Trigger"])["toast"].get("undo_url", "")

    first = judge(status="confirmed", group=group.pk, explanation="fades")
    everybody = judge(status="pending", explanation="no idea")
    again = judge(status="rejected", group=group.pk, explanation="a star")
    judge(again)
    mine = Counterpart.objects.get(group=group)
    assert (mine.status, mine.explanation) == ("confirmed", "a star")
    judge(first)
    assert not Counterpart.objects.filter(group=group).exists()
    judge(everybody)
    assert not Counterpart.objects.exists()
    assert "danger" in as_member.post(f"{HERE}/objs/ZTF26at/judge", {"status": "forget"}).headers["HX-Trigger"]


def test_who_may_not_judge_is_not_asked_to_and_windows_say_first_and_last(event, group, as_member):
    reader = make_user("reader", role="View only", groups_=[group])
    client = Client()
    client.force_login(reader)
    assert "Judge" not in text(client.get(f"{HERE}/objs"))
    for show in ("matched", "saved"):
        save_source(Viewer.system("a test"), Obj.objects.get(name="ZTF26at"), [group.pk])
        assert "ZTF26at" in text(as_member.get(f"{HERE}/objs?show={show}&until=2026-01-05"))
        assert "Nothing in this part" in text(as_member.get(f"{HERE}/objs?show={show}&until=2026-01-02T03:00:00"))


def test_two_maps_are_crossed_and_the_product_knows_its_parents(event, as_member):
    other = an_event(ivorn="ivo://other/1", dateobs=WHEN.replace(second=9), trigger_id="T9", aliases=("FERMI#x",))
    first, second = Localization.objects.get(), a_map(other, ra=152.0, name="gbm")
    third = a_map(event, ra=152.0, sigma=3.0, name="wide")
    assert "Choose two" in as_member.post(f"{HERE}/maps/cross", {"map": [first.pk]}).headers["HX-Trigger"]
    answer = as_member.post(f"{HERE}/maps/cross", {"map": [first.pk, third.pk]})
    assert "overlap" in answer.headers["HX-Trigger"]
    kept = Localization.objects.get(overlap__isnull=False)
    assert set(kept.parents.all()) == {first, third}
    assert kept.area_90 < first.area_90
    assert "overlap" in text(as_member.get(f"{HERE}/maps"))
    assert kept.name == "cone x wide"
    assert "overlap" in text(answer), "the list comes back with the product"
    page = text(as_member.get(f"{HERE}/maps"))
    assert f'<option value="{second.pk}">' in page
    assert "gbm, 4 s later" in page
    as_member.post(f"{HERE}/maps/cross", {"map": [first.pk, second.pk]})
    assert Localization.objects.filter(name=f"cone x {other.name} gbm").exists()
    assert Localization.objects.filter(overlap__isnull=False).count() == 2


def test_what_is_not_mine_is_not_there(event, group, outsider):
    mine = {"trigger_id": "H", "aliases": ("X#hidden-one",), "groups": [group.pk]}
    hidden = an_event(ivorn="ivo://h/1", dateobs=WHEN.replace(hour=1), **mine)
    mine_too = Client()
    mine_too.force_login(make_user("insider", groups_=[group]))
    assert "Only for" in text(mine_too.get(f"/event/{hidden.address}"))
    assert "Only for" not in text(mine_too.get(HERE))
    where = a_map(hidden, name="hidden")
    client = Client()
    client.force_login(outsider)
    assert hidden.name not in text(client.get("/events"))
    there = f"/event/{hidden.address}"
    for path in ("", "/head", "/properties", "/notices", "/maps", "/objs"):
        assert client.get(f"{there}{path}").status_code == 404
    assert client.post(f"/map/{where.pk}/delete").status_code == 404
    assert "ZTF26at" not in text(client.get(f"{HERE}/objs")), "an obj one may not know of, in an event one may see"
    assert GcnEvent.objects.count() == 2


def test_an_event_is_found_by_the_quick_search_and_on_the_page_of_a_source(event, as_member):
    results = as_member.get("/search?q=test").json()["results"]
    assert {"kind": "event", "label": "Test T1" if "Test" in str(event) else str(event)}.items() <= results[-1].items()
    panel = text(as_member.get("/source/ZTF26at/events"))
    assert HERE in panel
    other = an_event(ivorn="ivo://o/1", dateobs=WHEN.replace(hour=9), trigger_id="O", aliases=("SWIFT#1125809",))
    said = {"status": "rejected", "explanation": "a known variable"}
    as_member.post(f"/event/{other.address}/objs/ZTF26at/judge", said, headers={"HX-Request": "true"})
    panel = text(as_member.get("/source/ZTF26at/events"))
    assert f"/event/{other.address}" in panel, "judged, although in none of its maps"
    assert "Swift 1125809" in panel, "called as on its own page"
    assert "a known variable" in panel
    late = {"startDate": "2026-01-03", "endDate": "2026-02-01", "probability": "0.9"}
    answer = as_member.post("/source/ZTF26at/events/match", late)
    assert "0 events" in answer.headers["HX-Trigger"]
    answer = as_member.post("/source/ZTF26at/events/match", late | {"startDate": "2026-01-01"})
    assert "1 event." in answer.headers["HX-Trigger"]
    answer = as_member.post("/source/ZTF26at/events/match", late | {"probability": "2"})
    assert "Invalid probability" in answer.headers["HX-Trigger"]


def test_the_field_of_an_event_in_lists_of_sources_offers_those_one_may_see(event, as_member, group):
    hidden = an_event(
        groups=[GroupFactory().pk], ivorn="ivo://h/1", dateobs=WHEN.replace(hour=2), trigger_id="H", aliases=()
    )
    a_map(hidden)
    page = text(as_member.get("/sources"))
    (address,) = re.findall(r'list="s-localizationDateobs"[^>]*hx-get="([^"]+)"', page)
    offered = text(as_member.get(address))
    assert f'value="{event.address}"' in offered
    assert hidden.address not in offered


def test_the_scanning_bar_offers_events(event, as_member):
    page = text(as_member.get("/candidates?localizationDateobs=2026-01-02T03:04:05"))
    assert "In the sky map of" in page
    assert 'name="localizationCumprob"' in page
    assert "anywhere" in text(as_member.get("/candidates"))


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/sources", "&startDate=2026-01-02&endDate=2026-01-20&localizationCumprob=0.9&localizationName=cone"),
        ("/candidates", "&localizationCumprob=0.9&localizationName=cone"),
    ],
)
def test_taking_a_chip_of_a_map_away_leaves_a_list_that_makes_sense(event, as_member, path, more):
    page = text(as_member.get(f"{path}?localizationDateobs=2026-01-02T03:04:05{more}"))
    ways = re.findall(r'href="([^"]*)"\s+aria-label="Remove ', page)
    assert len(ways) == (5 if path == "/sources" else 3)
    for way in ways:
        assert as_member.get(way.replace("&amp;", "&")).status_code == 200, way


def test_what_was_found_in_the_maps_of_an_event_and_looking_again(event, member, outsider, group_admin, api_of):
    there = f"gcn_event/{event.address}/crossmatch"
    (row,) = api_of(member).get(there)[1]["data"]
    assert (row["localization_name"], row["objs"], row["alerts"], row["gcnevent_id"]) == ("cone", 1, 0, event.pk)
    assert api_of(outsider).get(there)[1]["data"][0]["objs"] == 0, "an obj one may not know of is not counted"
    ObjInMap.objects.all().delete()
    assert api_of(member).post(there, {})[0] == 401
    assert api_of(group_admin).post(there, {})[1]["data"] == {"filters_requeued": 1}
    settle()
    assert ObjInMap.objects.count() == 1


def test_lists_name_tags_that_say_something_new(event, as_member):
    for tag in ("< 1 per month", "< 1 per year", "Significant"):
        event.tags.create(text=tag)
    page = text(as_member.get("/events?rows=1"))
    assert "&lt; 1 per month" not in page
    assert page.index(">GRB") < page.index("Significant") < page.index("&lt; 1 per year"), "in the order of the rules"
    assert "&lt; 1 per month" in text(as_member.get(f"{HERE}/head"))


def test_an_author_is_one_thing_in_what_the_api_says(event, member, api_of):
    api = api_of(member)
    pk = api.post(f"gcn_event/{event.pk}/comments", {"text": "hello"})[1]["data"]["comment_id"]
    found = api.get(f"gcn_event/{event.pk}/comments/{pk}")[1]["data"]
    assert found["author"]["username"] == "member"
    assert not [name for name in found if "__" in name]


@pytest.mark.parametrize("whole", [True, False])
def test_the_picture_for_mails_is_shaded_and_says_what_it_shows(event, whole):
    where = Localization.objects.get()
    view = sky_view(Viewer.system("a test"), event, where)
    drawn = picture(view, *told_of(where), whole_sky=whole)
    words = " ".join(mark.words for mark in drawn.marks if isinstance(mark, Text))
    assert words.startswith(f"{event}, cone 2026-01-02 03:04:05 UTC")
    assert {"90 %", "Galactic plane", "Objects"} <= {mark.words for mark in drawn.marks if isinstance(mark, Text)}
    assert "Moon" in words or not whole
    assert "90 % within" in words
    (shading,) = (mark.image for mark in drawn.marks if isinstance(mark, Raster))
    dark = np.asarray(shading)[..., 0] < 250
    row, column = np.argwhere(dark).mean(axis=0) / dark.shape
    assert (abs(column - 0.5) < 0.01, 0 < dark.mean() < 0.01) == (True, True), "in the middle, and small"
    assert abs(row - (0.5 if not whole else 0.49)) < 0.02
