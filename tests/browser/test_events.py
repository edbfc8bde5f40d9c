"""An event in the browser: its sphere is turned, its map searched, a counterpart judged, and others see it happen."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.looking import come_to
from tests.gcn.events_data import WHEN, a_map, an_event, an_obj, settle

MODELS = "window.Bokeh.documents.flatMap((each) => [...each.all_models])"
OBJS = f"{MODELS}.find((model) => model.name === 'points:Objects' && model.data)"
GLYPHS = f"{MODELS}.find((model) => model.name === 'points:Objects' && model.glyph)"
PLOT = f"{MODELS}.find((model) => model.name === 'skymap' && model.x_range)"
LIMB = f"{MODELS}.find((model) => model.name === 'limb' && model.data)"


def test_a_map_is_turned_laid_flat_and_its_layers_hidden(browse, people):
    group, (ada,) = people()
    event = an_event(groups=[group.pk], ivorn="ivo://browser/1", trigger_id="B1", aliases=("LVC#S260102bx",))
    a_map(event, sigma=8.0)
    an_obj(group, "ZTF26browser", 150.0, 2.0, detected=WHEN)
    settle()
    page = browse(ada)
    page.goto("/events?partialdateobs=S260102bx")
    page.get_by_role("link", name="S260102bx", exact=True).click()
    place = page.locator(".skymap-plot .sky-plot[data-ready]")
    expect(place).to_be_visible()
    x_of = f"() => {OBJS}.data.x[0]"
    before = page.evaluate(x_of)
    assert abs(before) < 0.05, "the densest place is in the middle"
    assert page.evaluate(f"() => {PLOT}.inner_width === {PLOT}.inner_height"), "a sphere is as wide as it is high"
    box = place.bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 320, box["y"] + 200, steps=4)
    page.mouse.up()
    page.wait_for_function(f"() => ({x_of})() > 0.05")
    page.get_by_role("button", name="Recenter").click()
    page.wait_for_function(f"() => Math.abs(({x_of})()) < 0.05")
    page.get_by_label("Projection").select_option("mollweide")
    page.wait_for_function(f"() => Math.max(...{LIMB}.data.xs[0]) > 2")
    page.get_by_label("Objects", exact=True).uncheck()
    hidden = f"() => {GLYPHS}.visible"
    assert page.evaluate(hidden) is False


def test_a_counterpart_is_judged_and_another_page_hears_of_it(browse, people):
    group, (ada, vera) = people(2)
    event = an_event(
        groups=[group.pk], ivorn="ivo://browser/2", trigger_id="B2", dateobs=WHEN.replace(hour=7), aliases=()
    )
    a_map(event)
    an_obj(group, "ZTF26judged", 150.0, 2.0, detected=WHEN.replace(hour=8))
    settle()
    mine, theirs = browse(ada), browse(vera)
    for page in (mine, theirs):
        page.goto(f"/event/{event.address}")
        come_to(page, "#panel-objs", says="ZTF26judged")
    mine.locator("#sort-name").press("Enter")
    sorted_by = mine.locator("#event-objs th[aria-sort=ascending] a")
    expect(sorted_by).to_have_text("Object")
    expect(sorted_by).to_be_focused()
    assert mine.url.endswith(f"/event/{event.address}"), "not the address of the part"
    mine.get_by_text("Judge", exact=True).click()
    mine.get_by_label("Why").fill("a flare star")
    mine.get_by_role("button", name="Rejected").click()
    for page in (mine, theirs):  # mine closes its form and shows it too
        expect(page.locator("#panel-objs .status")).to_have_text("rejected")
