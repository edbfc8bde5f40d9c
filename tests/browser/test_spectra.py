"""Comparing a spectrum with lines at the right redshift, and uploading one."""

import numpy as np
from playwright.sync_api import expect

from tests.browser.looking import come_to
from tests.browser.sky import an_obj
from tests.factories import InstrumentFactory

H_ALPHA = 6562.79


def posted(api, obj, group, z, night="2026-11-20", label="", last=9000.0):
    wave = np.arange(4000.0, last, 5.0)
    flux = 1 + 2 * np.exp(-0.5 * ((wave - H_ALPHA * (1 + z)) / 20) ** 2)
    body = {"obj_id": obj.name, "instrument_id": InstrumentFactory(type="spectrograph").pk, "observed_at": night,
            "wavelengths": wave.tolist(), "fluxes": flux.tolist(), "group_ids": [group.pk], "label": label}  # fmt: skip
    status, answer = api.post("spectra", body)
    assert status == 200, answer
    return answer["data"]["id"]


def marks(page):
    """Where the lines are drawn, as the plot itself holds them."""
    return page.evaluate(
        "() => Bokeh.documents.map((d) => d.get_model_by_name('spectral-lines')).find(Boolean).data.x.map(Number)"
    )


WAVES = """() => {
    const plot = Bokeh.documents.map((d) => d.get_model_by_name('spectra')).find(Boolean);
    return plot ? [plot.x_range.start, plot.x_range.end] : [];
}"""


TURN = "() => Number(document.querySelector('#spectra-figure').dataset.turn)"
"""Which drawing of this page the figure is."""
DRAWN_ANEW = """before => {
    const place = document.querySelector("#spectra-figure");
    if (!place) return false;
    const [drawn, ...others] = place.querySelectorAll(".sky-plot-live");
    const turn = Number(place.dataset.turn);
    return turn > before && !others.length && drawn?.id.endsWith(`-live-${turn}`);
}"""


def test_a_spectrum_is_compared_with_lines_at_the_right_redshift(browse, people, api_of):
    group, (ada,) = people()
    obj = an_obj(group)
    obj.redshift = 0.03
    obj.save()
    api = api_of(ada)
    first = posted(api, obj, group, 0.03, "2026-11-01")
    second = posted(api, obj, group, 0.03, "2026-11-20", last=8000.0)
    page = browse(ada)
    page.goto(f"/source/{obj.name}")
    come_to(page, "#panel-spectra", shows="#spectra-figure[data-ready]")
    page.get_by_text("Spectral lines").click()
    page.get_by_role("button", name="H", exact=True).click()
    assert abs(marks(page)[0] - H_ALPHA * 1.03) < 0.01
    # by keyboard on the slider, by number, and back
    slider = page.get_by_label("Redshift, by dragging")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("Redshift", exact=True)).to_have_value("0.0301")
    assert abs(marks(page)[0] - H_ALPHA * 1.0301) < 0.01
    page.get_by_label("Redshift", exact=True).fill("0.5")
    assert abs(marks(page)[0] - H_ALPHA * 1.5) < 0.01
    assert float(slider.input_value()) == 0.5
    page.get_by_role("button", name="z = 0.03").click()
    page.get_by_label("Expansion velocity in km/s").fill("10000")
    beta = 10000 / 299792.458
    assert abs(marks(page)[0] - H_ALPHA * 1.03 * ((1 - beta) / (1 + beta)) ** 0.5) < 0.01
    # the sky's own lines stay where they are
    page.get_by_role("button", name="H", exact=True).click()
    page.get_by_role("button", name="Night sky").click()
    assert 5577.34 in marks(page)
    # a new look at the same: the lines stay chosen
    before = page.evaluate(TURN)
    page.get_by_label("Smooth to a resolution, in ångströms").fill("40")
    page.keyboard.press("Tab")
    page.wait_for_function(DRAWN_ANEW, arg=before)
    page.wait_for_function("() => Bokeh.documents.length")
    before = page.evaluate(TURN)
    page.get_by_text("One at a time").click()
    page.wait_for_function(DRAWN_ANEW, arg=before)
    expect(page.locator(f"[data-spectrum='{second}']")).to_be_checked()
    expect(page.locator(f"[data-spectrum='{first}']")).not_to_be_checked()
    # each has the axes that fit it, until one has zoomed
    page.wait_for_function(f"() => ({WAVES})()[1] === 7995")
    page.locator(f"[data-spectrum='{first}']").click()
    expect(page.locator(f"[data-spectrum='{second}']")).not_to_be_checked()
    assert page.evaluate(WAVES) == [4000, 8995]
    page.evaluate(
        "() => Bokeh.documents.map((d) => d.get_model_by_name('spectra')).find(Boolean)"
        ".x_range.setv({ start: 6500, end: 6900 })"
    )
    page.locator(f"[data-spectrum='{second}']").click()
    assert page.evaluate(WAVES) == [6500, 6900]


def test_a_spectrum_that_another_uploads_appears(browse, people, api_of):
    group, (ada, vera) = people(2)
    obj = an_obj(group)
    page = browse(ada)
    page.goto(f"/source/{obj.name}")
    come_to(page, "#panel-spectra", says="No spectra yet")
    expect(page.locator("[data-live-lamp][data-state=on]")).to_have_count(1)
    posted(api_of(vera), obj, group, 0.1, label="just reduced")
    come_to(page, "#panel-spectra", says="just reduced", shows="#spectra-figure")


def test_an_answer_that_comes_late_takes_no_form_away(browse, people, api_of):
    group, (ada, vera) = people(2)
    obj = an_obj(group)
    spectrum = posted(api_of(ada), obj, group, 0.03)
    page = browse(ada)
    page.goto(f"/source/{obj.name}/spectra/{spectrum}")
    expect(page.locator("[data-live-lamp][data-state=on]")).to_have_count(1)
    held = []
    page.route(f"**/spectra/{spectrum}/comments", lambda route: held.append(route))
    api_of(vera).post(f"spectra/{spectrum}/comments", {"text": "A fine Ia."})
    page.wait_for_function("() => document.querySelector('#spectrum-comments.htmx-request')")
    with page.expect_response("**/synthphot"):
        page.get_by_role("button", name="Measure").click()
    expect(page.get_by_text("Choose a bandpass first.")).to_be_visible()
    with page.expect_response("**/comments"):
        held[0].continue_()
    page.unroute_all()
    page.evaluate("() => new Promise((done) => setTimeout(done))")  # what htmx does with it comes before
    expect(page.locator("#spectrum-comment-text")).to_be_visible()
    expect(page.locator("#spectrum-comments")).to_contain_text("A fine Ia.")


def test_a_file_is_mended_and_kept_without_typing_again(browse, people, tmp_path):
    group, (ada,) = people()
    obj = an_obj(group)
    camera = InstrumentFactory(name=f"LRIS {obj.name}", type="spectrograph")
    bad, good = tmp_path / "bad.dat", tmp_path / "good.dat"
    bad.write_text("4000 1\n4001 oops\n")
    good.write_text("\n".join(f"{w} {w / 4000}" for w in range(4000, 4100)))
    page = browse(ada)
    page.goto(f"/source/{obj.name}/spectra/upload")
    page.get_by_label("File").set_input_files(good)
    expect(page.get_by_text("100 rows")).to_be_visible()
    page.get_by_label("Observed at (UTC)").fill("2026-11-20T03:12")
    page.get_by_label("Label").fill("mended")
    page.get_by_label("File").set_input_files(bad)
    expect(page.get_by_text("Line 2: column 2 is 'oops', which is not a number")).to_be_visible()
    expect(page.get_by_label("Label")).to_have_value("mended")
    page.get_by_label("File").set_input_files(good)
    expect(page.get_by_text("100 rows")).to_be_visible()
    expect(page.get_by_label("Observed at (UTC)")).to_have_value("2026-11-20T03:12")
    page.select_option("#u-instrument", str(camera.pk), force=True)
    page.get_by_role("button", name="Keep this spectrum").click()
    expect(page).to_have_url(f"{page.url.split('/source')[0]}/source/{obj.name}#panel-spectra")
    come_to(page, "#panel-spectra", says="mended")
