"""The source page: what one sees, and that it follows what others do."""

from playwright.sync_api import Page, expect

from tests.browser.looking import come_to
from tests.browser.sky import an_obj
from tests.factories import InstrumentFactory, join, make_user

PLOT = "Bokeh.documents.map((one) => one.get_model_by_name('light-curve')).find(Boolean)"
SPAN = f"(({{x_range: x, y_range: y}}) => [x.start, x.end, y.start, y.end])({PLOT})"
COLUMNS = """() => [...document.querySelectorAll(".panels > [data-column]")]
  .map((one) => one.getBoundingClientRect()).map((box) => [box.top, box.width])"""
POINT = f"""() => {{
  const plot = {PLOT};
  const view = [...Bokeh.index.roots].find((one) => one.model === plot);
  const {{data}} = plot.renderers.at(-1).data_source;
  const box = view.canvas_view.el.getBoundingClientRect();
  const row = data.band.indexOf("ztfr");
  return [box.left + view.frame.x_scale.compute(data.x[row]), box.top + view.frame.y_scale.compute(data.y[row])];
}}"""
"""Where the red point of the light curve is drawn."""
LIVE = "[data-live-lamp][data-state=on]"


def look_at_comments(page: Page) -> None:
    come_to(page, "#panel-comments")
    page.wait_for_load_state("networkidle")


def test_what_one_says_and_measures_the_other_sees_without_reloading(browse, people, api_of):
    group, (ada, vera) = people(2)
    obj = an_obj(group)
    camera, api = InstrumentFactory(), api_of(vera)

    def measure(mjd: float) -> None:
        point = {"mjd": mjd, "filter": "ztfg", "mag": 18.2, "magerr": 0.05, "limiting_mag": 20.5, "magsys": "ab"}
        body = point | {"obj_id": obj.name, "instrument_id": camera.pk, "group_ids": [group.pk]}
        status, answer = api.post("photometry", body)
        assert status == 200, answer

    measure(60000.5)
    page = browse(ada)
    page.goto(f"/source/{obj.name}")
    expect(page.locator(LIVE)).to_have_count(1)
    expect(page.get_by_text("1 point, 1 detection")).to_be_visible()
    measure(60001.5)
    expect(page.get_by_text("2 points, 2 detections")).to_be_visible()
    look_at_comments(page)
    status, answer = api.post(f"sources/{obj.name}/comments", {"text": "Rising half a magnitude a day."})
    assert status == 200, answer
    come_to(page, "#panel-comments", says="Rising half a magnitude a day.")


def test_two_browsers_see_each_others_words(browse, people):
    group, (ada, vera) = people(2)
    obj = an_obj(group)
    pages = [browse(ada), browse(vera)]
    for page in pages:
        page.goto(f"/source/{obj.name}")
        expect(page.locator(LIVE)).to_have_count(1)
        look_at_comments(page)
    pages[0].get_by_label("Comment", exact=True).fill("Host at z = 0.03.")
    pages[0].get_by_role("button", name="Comment", exact=True).click()
    for page in pages:
        come_to(page, "#panel-comments", says="Host at z = 0.03.")


def test_what_is_not_looked_at_is_asked_for_when_one_comes_to_it(browse, people, api_of):
    group, (ada, vera) = people(2)
    obj = an_obj(group)
    page = browse(ada)
    page.set_viewport_size({"width": 390, "height": 500})
    page.goto(f"/source/{obj.name}")
    expect(page.locator(LIVE)).to_have_count(1)
    look_at_comments(page)
    page.get_by_label("Comment", exact=True).blur()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    api = api_of(vera)
    for words in ("Rising.", "Fading."):
        status, answer = api.post(f"sources/{obj.name}/comments", {"text": words})
        assert status == 200, answer
        come_to(page, "#panel-comments", says=words)
    light_curve = f"/source/{obj.name}/photometry?"
    assert not [url for url in asked if light_curve in url]
    with page.expect_request(lambda request: light_curve in request.url):
        page.locator("#panel-photometry").scroll_into_view_if_needed()


def test_saving_is_undone_from_the_toast(browse, people):
    group, (ada,) = people()
    obj = an_obj(group)
    page = browse(ada)
    page.goto(f"/source/{obj.name}")
    page.get_by_role("button", name="Save to").click()
    page.get_by_role("button", name=group.name).click()
    expect(page.locator("#source-groups .badge.group")).to_have_text(group.name)
    assert obj.sources.filter(group=group, active=True).exists()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Not saved to any of your groups.")).to_be_visible()
    assert not obj.sources.filter(active=True).exists()


def test_the_live_plot_takes_the_place_of_the_still_and_its_legend_hides_a_series(browse, people, api_of):
    group, (ada,) = people()
    obj = an_obj(group)
    camera = InstrumentFactory()
    body = {"obj_id": obj.name, "instrument_id": camera.pk, "group_ids": [group.pk], "mjd": [60000.5, 60001.5]}
    body |= {"filter": ["ztfg", "ztfr"], "mag": [18.2, 18.0], "magerr": [0.05, 0.05], "limiting_mag": [20.5, 20.5]}
    status, answer = api_of(ada).post("photometry", body | {"magsys": ["ab", "ab"]})
    assert status == 200, answer
    page = browse(ada)
    page.goto(f"/source/{obj.name}")
    expect(page.locator(".sky-plot[data-ready]").first).to_be_visible()
    green = page.locator("[data-series]", has_text="ztfg")
    green.click()
    expect(green).to_have_attribute("aria-pressed", "false")
    # the other stays where it was, and a click on it tells all of it
    page.mouse.click(*page.evaluate(POINT))
    expect(page.locator("#drawer").get_by_text("18.000 ± 0.050")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("[data-series-none]").first.click()
    assert page.evaluate(f"{SPAN}.every(Number.isFinite)"), "an empty plot keeps its axes"
    page.get_by_role("tab", name="Table").click()
    expect(page.get_by_role("cell", name="60001.5", exact=False)).to_be_visible()


def test_the_palette_finds_an_object_by_name_and_by_place(site, browse, people):
    group, (ada,) = people()
    obj = an_obj(group)
    page = browse(ada)
    for words in (obj.name[:-1].lower() + obj.name[-1], f"{obj.ra} {obj.dec}"):
        page.goto("/groups")
        page.keyboard.press("Control+k")
        page.keyboard.type(words)
        page.get_by_role("option", name=obj.name).click()
        expect(page).to_have_url(f"{site}/source/{obj.name}")


def test_a_hidden_source_is_not_found(browse, people):
    group, _ = people()
    obj = an_obj(group)
    page = browse(make_user("stranger"))
    answer = page.goto(f"/source/{obj.name}")
    assert answer.status == 404
    expect(page.get_by_role("heading", name="Nothing here, or not for you")).to_be_visible()
    browse.problems.clear()  # the browser calls the 404 itself an error


def test_who_may_not_save_is_offered_no_way_to_let_go(browse, people):
    group, _ = people(1)
    reader = make_user("reader", role="View only")
    join(reader, group, can_save=False)
    obj = an_obj(group)
    obj.sources.create(group=group)
    page = browse(reader)
    page.goto(f"/source/{obj.name}")
    expect(page.locator("#source-groups .badge.group")).to_contain_text(group.name)
    expect(page.get_by_role("button", name=f"Unsave from {group.name}")).to_have_count(0)


def test_the_page_is_arranged_and_found_so_after_signing_in_again(browse, people):
    group, (ada, vera) = people(2)
    obj = an_obj(group)

    def panels(page) -> dict[str, list[str]]:
        return page.evaluate(
            """() => Object.fromEntries([...document.querySelectorAll("[data-column]")].map((column, n) => [
                ["main", "side"][n],
                [...column.querySelectorAll("[data-panel]:not([hidden])")].map((panel) => panel.dataset.panel)]))"""
        )

    page = browse(ada)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/source/{obj.name}")
    default = panels(page)
    assert default["main"].index("photometry") < default["main"].index("comments")
    # by keyboard: comments over photometry; annotations to the left; by the menu: classifications away; facts folded
    for _ in range(default["main"].index("comments")):
        page.get_by_label("Move Comments with the arrow keys").press("ArrowUp")
    page.get_by_label("Move Annotations with the arrow keys").press("ArrowLeft")
    page.get_by_label("Hide Classifications").click()
    page.get_by_label("Fold Facts").click()
    page.get_by_role("separator").press("ArrowLeft")
    (top, width), (other_top, other_width) = page.evaluate(COLUMNS)
    assert top == other_top
    assert 1.9 < width / other_width < 2.3, "68 percent of the width"
    expect(page.locator("[data-panels]:not([data-keeping])")).to_have_count(1)  # the last of it was answered
    arranged = panels(page)
    assert arranged["main"][0] == "comments"
    assert "annotations" in arranged["main"]
    assert "classifications" not in arranged["side"]

    again = browse(ada)  # another browser, another session
    asked_again: list[str] = []
    again.on("request", lambda request: asked_again.append(request.url))
    again.goto(f"/source/{obj.name}")
    expect(again.get_by_label("Comment", exact=True)).to_be_visible()
    assert panels(again) == arranged
    assert not any(url.endswith(("/facts", "/classifications")) for url in asked_again), "folded and hidden never load"
    again.get_by_label("Fold Facts").click()
    expect(again.get_by_text("First known")).to_be_visible()
    assert panels(browse_to(browse, vera, obj)) == default
    again.get_by_role("button", name="Panels").click()
    again.get_by_role("button", name="Back to the default").click()
    expect(again.get_by_label("Hide Classifications")).to_be_visible()
    assert panels(again) == default


def browse_to(browse, user, obj):
    page = browse(user)
    page.goto(f"/source/{obj.name}")
    return page


def test_a_panel_is_dragged_into_the_other_column(browse, people):
    group, (ada,) = people()
    obj = an_obj(group)
    page = browse_to(browse, ada, obj)
    expect(page.get_by_text("Nobody has said yet what this is.")).to_be_visible()
    page.wait_for_load_state("networkidle")  # a panel that arrives while one is dragged moves the place to drop it
    with page.expect_response("**/sources/layout"):
        page.get_by_label("Move Classifications with the arrow keys").drag_to(
            page.locator("#panel-photometry"), target_position={"x": 200, "y": 30}
        )
    assert page.locator("[data-column]").first.locator("#panel-classifications").count() == 1


OUT_OF_LINE = """() => [...document.querySelectorAll(".panel")].filter((panel) => {
    const middle = (part) => { const { top, bottom } = part.getBoundingClientRect(); return (top + bottom) / 2; };
    const title = [...panel.querySelectorAll(".card-header > h3")].find((each) => each.getClientRects().length);
    return title && !(Math.abs(middle(title) - middle(panel.querySelector(".panel-tools"))) < 2);
}).map((panel) => panel.id)"""
STOPS_OF_PLOTS = """() => [...Bokeh.index.roots].filter((view) => view.canvas_view?.events_el?.tabIndex >= 0)
    .map((view) => view.model.name)"""


def test_a_finger_moves_a_panel_over_the_light_curve(browse, people, api_of):
    """On a phone panels are higher than the screen: while one is dragged, all are their titles."""
    group, (ada,) = people()
    obj = an_obj(group)
    body = {"obj_id": obj.name, "instrument_id": InstrumentFactory().pk, "group_ids": [group.pk], "mjd": 60000.5}
    body |= {"filter": "ztfg", "mag": 18.2, "magerr": 0.05, "limiting_mag": 20.5, "magsys": "ab"}
    assert api_of(ada).post("photometry", body)[0] == 200
    page = browse(ada, width=390, height=844, touch=True)
    page.goto(f"/source/{obj.name}")
    handle = page.get_by_label("Move Spectra with the arrow keys")
    come_to(page, "#panel-spectra", says="No spectra yet")
    page.locator("#light-curve[data-ready]").wait_for()
    assert page.evaluate(OUT_OF_LINE) == [], "tools stand in the line of the title, also where buttons are below it"
    assert page.evaluate(STOPS_OF_PLOTS) == [], "no key stops at a plot, which does nothing at it"
    handle.scroll_into_view_if_needed()
    place = handle.bounding_box()
    x, y = place["x"] + 20, place["y"] + 20
    finger = page.context.new_cdp_session(page)
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 16):
        point = {"x": x, "y": max(80, y - 15 * step)}
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        page.wait_for_timeout(30)
    with page.expect_response("**/sources/layout") as kept:
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert kept.value.status == 204
    ada.refresh_from_db()
    layout = ada.preferences["source_page"]
    assert layout["main"][:2] == ["spectra", "photometry"]
    assert "facts" in layout["side"]


def test_words_on_a_favourite_are_kept_by_enter_and_the_list_stays(browse, people, api_of):
    group, (ada,) = people()
    obj = an_obj(group)
    api = api_of(ada)
    assert api.post("source_groups", {"objId": obj.name, "inviteGroupIds": [group.pk]})[0] == 200
    assert api.post("listing", {"obj_id": obj.name, "list_name": "favorites"})[0] == 200
    page = browse(ada)
    page.goto("/favourites")
    words = page.get_by_label(f"My tags of {obj.name}, by commas")
    words.fill("urgent, SN")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        words.press("Enter")
    expect(page.get_by_text("Your tags are kept.")).to_be_visible()
    expect(words).to_have_value("urgent, SN")
    assert page.url.endswith("/favourites")
    page.goto("/sources")
    page.get_by_label("Name", exact=True).fill(obj.name)
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(page.get_by_text("1 source saved to your groups matches")).to_be_visible()
    assert page.url.endswith(f"/sources?sourceID={obj.name}"), "the address names only what is asked for"
