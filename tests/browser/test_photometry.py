"""Uploading points and looking at them, as a person does."""

from playwright.sync_api import expect

from apps.sources.models import Photometry
from tests.browser.sky import an_obj
from tests.factories import InstrumentFactory

TABLE = """mjd,filter,mag,magerr,limiting_mag
60000.31,ztfg,18.21,0.04,20.5
60001.32,ztfg,18.2O,0.04,20.5
60002.33,ztfr,18.05,0.04,20.5
60003.34,zfgr,18.01,0.04,20.5
60004.35,ztfr,17.98,0.04,20.5
"""


def test_two_bad_rows_are_mended_without_typing_the_others_again(browse, people):
    group, (ada,) = people()
    obj = an_obj(group)
    camera = InstrumentFactory(name=f"Camera of {obj.name}", filters=["ztfg", "ztfr"])
    page = browse(ada)
    page.goto(f"/source/{obj.name}")
    page.get_by_role("link", name="Upload").first.click()
    page.get_by_label("Drop a table here").set_input_files(
        {"name": "points.csv", "mimeType": "text/csv", "buffer": TABLE.encode()}
    )
    page.get_by_label("Instrument").select_option(str(camera.pk))
    bad = page.locator(".mend > li")
    expect(bad).to_have_count(2)
    expect(page.get_by_role("status").filter(has_text="3 can be written")).to_contain_text("2 cannot")
    expect(bad.nth(0)).to_contain_text("'18.2O' is not a number")
    bad.nth(0).get_by_label("mag", exact=True).fill("18.20")
    bad.nth(1).get_by_label("filter").fill("ztfr")
    page.get_by_role("button", name="Check again").click()
    page.get_by_role("button", name="Write 5 points").click()
    expect(page.get_by_text("5 points written.")).to_be_visible()
    stored = Photometry.objects.filter(obj=obj).order_by("mjd")
    assert list(stored.values_list("mjd", "bandpass__name")) == [
        (60000.31, "ztfg"), (60001.32, "ztfg"), (60002.33, "ztfr"), (60003.34, "ztfr"), (60004.35, "ztfr"),
    ]  # fmt: skip
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Nothing of that upload is left.")).to_be_visible()
    assert not stored.exists()


def test_the_light_curve_is_drawn_as_asked_and_keeps_what_is_hidden(browse, people, api_of):
    group, (ada,) = people()
    obj = an_obj(group)
    obj.redshift = 0.03
    obj.save()
    camera = InstrumentFactory()
    body = {"obj_id": obj.name, "instrument_id": camera.pk, "group_ids": [group.pk], "magsys": "ab", "magerr": 0.05}
    body |= {"mjd": [60000.5, 60001.5, 60002.5], "filter": ["ztfg", "ztfr", "ztfg"], "mag": [18.2, 18.0, 18.1]}
    status, answer = api_of(ada).post("photometry", body)
    assert status == 200, answer
    page = browse(ada, theme="dark")
    page.goto(f"/source/{obj.name}")
    expect(page.locator("#light-curve[data-ready]")).to_be_visible()
    x, y = page.evaluate(
        """() => {
            const view = [...Bokeh.index.roots].find((each) => each.model.name === "light-curve");
            const box = view.canvas_view.el.getBoundingClientRect();
            return [box.left + view.frame.x_scale.compute(60001.5), box.top + view.frame.y_scale.compute(18.0)];
        }"""
    )
    page.mouse.move(x - 3, y - 3)
    page.mouse.move(x, y)
    card = page.locator(".bk-Tooltip")
    expect(card).to_contain_text("18.000 ± 0.050")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert card.evaluate("card => getComputedStyle(card).backgroundColor") == ground, "also at night, by the theme"
    page.mouse.move(0, 0)
    page.locator("[data-series=ztfg]").click()
    with page.expect_response(lambda answer: "space=abs" in answer.url and answer.ok):
        page.get_by_label("Brightness in").select_option("abs")
    shown = """() => Bokeh.documents.flatMap((doc) => [...doc.all_models])
        .filter((model) => model.type === "GlyphRenderer" && model.glyph.type === "Scatter")
        .map((model) => [Math.round(Math.min(...model.data_source.data.y)), model.view.filter.booleans])"""
    page.wait_for_function(f"() => JSON.stringify(({shown})()) === '[[-18,[false,true,false]]]'")
    page.get_by_role("tab", name="Table").click()
    page.get_by_role("checkbox", name="Choose point").first.check()
    expect(page.get_by_text("1 chosen")).to_be_visible()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("1 point deleted.")).to_be_visible()
    expect(page.get_by_text("2 points, 2 detections")).to_be_visible()
    expect(page.get_by_role("tab", name="Table")).to_have_attribute("aria-selected", "true")


def test_points_stay_chosen_when_the_table_has_another_in_their_place(browse, people, api_of):
    """A point that is called bad gives way to another of its epoch; one may have more to do with it."""
    group, (ada,) = people()
    ada.roles.add("Group admin")  # who may manage sources
    obj = an_obj(group)
    body = {"obj_id": obj.name, "instrument_id": InstrumentFactory().pk, "group_ids": [group.pk], "magsys": "ab"}
    body |= {"filter": "ztfg", "mjd": [60000.5, 60000.5, 60003.5], "mag": [18, 18.1, 18.2], "magerr": [0.1, 0.2, 0.1]}
    assert api_of(ada).post("photometry", body | {"origin": ["first", "second", "first"]})[0] == 200
    page = browse(ada)
    page.goto(f"/source/{obj.name}")
    page.get_by_role("tab", name="Table").click()
    expect(page.get_by_role("checkbox", name="Choose point")).to_have_count(2)
    page.get_by_role("checkbox", name="Choose all on this page").check()
    page.locator("[name=judge_as]").select_option("bad")
    page.get_by_role("button", name="Mark", exact=True).press("Enter")
    expect(page.get_by_text("2 points: bad.")).to_be_visible()
    expect(page.get_by_text("2 chosen, 1 of them not in this table")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Choose point", checked=True)).to_have_count(1)
    expect(page.get_by_role("button", name="Mark", exact=True)).to_be_focused()
    page.locator("[name=judge_as]").select_option("good")
    page.get_by_role("button", name="Mark", exact=True).click()
    expect(page.get_by_text("2 points: good.")).to_be_visible()
    expect(page.get_by_text("2 chosen", exact=True)).to_be_visible()
    page.get_by_role("button", name="None", exact=True).click()
    expect(page.get_by_role("button", name="Mark", exact=True)).to_be_hidden()


def test_news_take_away_no_choice_no_click_and_no_question(browse, people, api_of):
    group, (ada,) = people()
    obj = an_obj(group)
    body = {"obj_id": obj.name, "instrument_id": InstrumentFactory().pk, "group_ids": [group.pk], "magsys": "ab"}
    body |= {"filter": "ztfg", "mag": 18, "magerr": 0.1}
    api = api_of(ada)

    def news(mjd):
        assert api.post("photometry", body | {"mjd": mjd})[0] == 200

    def heard_twice(does):
        page.evaluate("() => { heard = 0; }")
        does()
        page.wait_for_function("() => heard > 1")

    news(60000.5)
    page = browse(ada)
    page.goto(f"/source/{obj.name}")
    expect(page.locator("[data-live-lamp]")).to_have_attribute("data-state", "on")
    page.evaluate("""() => {
        window.heard = 0;
        document.getElementById("photometry").addEventListener("live:changed", () => { window.heard += 1; });
    }""")
    page.get_by_role("tab", name="Table").click()
    page.get_by_role("checkbox", name="Choose point").check()
    expect(page.get_by_text("1 chosen")).to_be_visible()

    page.locator("#photometry .count").click()  # where a key would go on, nothing is exchanged
    news(60001.5)
    expect(page.get_by_text("2 points, 2 detections")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Choose point")).to_have_count(2)
    expect(page.get_by_text("1 chosen")).to_be_visible()

    page.get_by_role("tab", name="Plot").hover()
    page.mouse.down()
    heard_twice(lambda: news(60002.5))
    page.mouse.up()
    expect(page.get_by_role("tab", name="Plot")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("3 points, 3 detections")).to_be_visible()

    page.get_by_role("tab", name="Table").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    heard_twice(lambda: news(60003.5))
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("1 point deleted.")).to_be_visible()
    expect(page.get_by_text("3 points, 3 detections")).to_be_visible()


def test_columns_of_the_table_are_ticked_one_after_another_and_sorted(browse, people, api_of):
    group, (ada,) = people()
    obj = an_obj(group)
    body = {"obj_id": obj.name, "instrument_id": InstrumentFactory().pk, "group_ids": [group.pk], "magsys": "ab"}
    assert api_of(ada).post("photometry", body | {"mjd": 60000.5, "filter": "ztfg", "mag": 18, "magerr": 0.1})[0] == 200
    page = browse(ada)
    page.goto(f"/source/{obj.name}")
    page.get_by_role("tab", name="Table").click()
    page.locator("#points summary", has_text="Columns").click()
    page.get_by_role("checkbox", name="UTC").press("Space")
    expect(page.get_by_role("columnheader", name="UTC")).to_be_visible()
    expect(page.get_by_role("checkbox", name="UTC")).to_be_focused()
    page.get_by_role("checkbox", name="S/N").press("Space")
    expect(page.get_by_role("columnheader", name="S/N")).to_be_visible()
    page.get_by_role("columnheader", name="Band").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Band")).to_have_attribute("aria-sort", "ascending")
    assert page.url.endswith(f"/source/{obj.name}"), "not the address of the part"


def test_the_tab_one_has_opened_stays_when_earlier_news_brought_nothing(browse, people, api_of):
    group, (ada,) = people()
    obj = an_obj(group)
    body = {"obj_id": obj.name, "instrument_id": InstrumentFactory().pk, "group_ids": [group.pk], "magsys": "ab"}
    api = api_of(ada)
    assert api.post("photometry", body | {"mjd": 60000.5, "filter": "ztfg", "mag": 18, "magerr": 0.1})[0] == 200
    page = browse(ada)
    page.goto(f"/source/{obj.name}")
    expect(page.locator("[data-live-lamp][data-state=on]")).to_have_count(1)
    held = []
    page.route(lambda url: "photometry?inside" in url, lambda route: held.append(route), times=1)
    assert api.post(f"sources/{obj.name}/comments", {"text": "no news of points"})[0] == 200
    page.wait_for_function("() => document.querySelector('#photometry.htmx-request') !== null")
    page.wait_for_function("() => document.querySelectorAll('.htmx-request').length === 1")  # the last of all
    with page.expect_event("requestfinished", lambda request: "photometry?inside" in request.url):
        held.pop().continue_()
    page.wait_for_function("() => document.querySelector('.htmx-request') === null")
    page.get_by_role("tab", name="Table").click()
    expect(page.get_by_role("cell", name="60000.5", exact=False)).to_be_visible()
    expect(page.get_by_role("tab", name="Table")).to_have_attribute("aria-selected", "true")
