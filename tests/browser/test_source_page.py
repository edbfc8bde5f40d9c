"""The source page: what one sees, and that it follows what others do."""

from playwright.sync_api import expect

from apps.sources.actions.objs import ensure_objs, make_known
from apps.sources.models import Obj
from tests.factories import GroupFactory, InstrumentFactory, make_user


def a_source(*, members: int = 2):
    group = GroupFactory(name="Transients")
    people = [make_user(f"person{n}", groups_=[group]) for n in range(members)]
    ids = ensure_objs([{"name": "ZTF26browser", "ra": 12.5, "dec": -8.25}])
    make_known(ids.values(), group_ids=[group.pk])
    return group, people, Obj.objects.get(name="ZTF26browser")


def test_a_comment_by_one_is_seen_by_the_other_within_two_seconds(site, browse, api_of):
    _, (ada, vera), obj = a_source()
    page = browse(ada)
    page.goto(f"/source/{obj.name}")
    expect(page.locator("[data-live-lamp][data-state=on]")).to_have_count(1)
    expect(page.get_by_role("heading", name="Comments")).to_be_visible()
    status, answer = api_of(vera).post(f"sources/{obj.name}/comments", {"text": "Rising half a magnitude a day."})
    assert status == 200, answer
    expect(page.get_by_text("Rising half a magnitude a day.")).to_be_visible(timeout=2000)


def test_a_point_added_by_the_api_is_seen_within_two_seconds(site, browse, api_of):
    group, (ada, vera), obj = a_source()
    camera = InstrumentFactory()
    page = browse(ada)
    page.goto(f"/source/{obj.name}")
    expect(page.locator("[data-live-lamp][data-state=on]")).to_have_count(1)
    expect(page.get_by_text("No photometry yet")).to_be_visible()
    body = {
        "obj_id": obj.name,
        "instrument_id": camera.pk,
        "mjd": 60000.5,
        "filter": "ztfg",
        "mag": 18.2,
        "magerr": 0.05,
        "limiting_mag": 20.5,
        "magsys": "ab",
        "group_ids": [group.pk],
    }
    status, answer = api_of(vera).post("photometry", body)
    assert status == 200, answer
    expect(page.get_by_text("1 points, 1 detections")).to_be_visible(timeout=2000)


def test_saving_is_undone_from_the_toast(site, browse):
    group, (ada, _), obj = a_source()
    page = browse(ada)
    page.goto(f"/source/{obj.name}")
    page.get_by_role("button", name="Save to").click()
    page.get_by_role("button", name="Transients").click()
    expect(page.locator("#source-groups .badge.group")).to_have_text("Transients")
    assert obj.sources.filter(group=group, active=True).exists()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Not saved to any of your groups.")).to_be_visible()
    assert not obj.sources.filter(active=True).exists()


def test_the_palette_finds_an_object_by_name_and_by_place(site, browse):
    _, (ada, _), obj = a_source()
    page = browse(ada)
    for words in ("ZTF26bro", "00:50:00 -08:15:00"):
        page.goto("/components")
        page.keyboard.press("Control+k")
        page.keyboard.type(words)
        page.get_by_role("option", name=obj.name).click()
        expect(page).to_have_url(f"{site}/source/{obj.name}")


def test_a_hidden_source_is_not_found(site, browse):
    a_source(members=0)
    page = browse(make_user("stranger"))
    answer = page.goto("/source/ZTF26browser")
    assert answer.status == 404
    expect(page.get_by_role("heading", name="Nothing here, or not for you")).to_be_visible()
