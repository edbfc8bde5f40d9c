"""An observer's journey: when it is up, a finding chart to take along, a closer look at the pictures."""

import re

import pytest
from playwright.sync_api import expect

from apps.sources.actions.thumbnails import store_many
from skyportal.access.models import Audience
from tests.browser.looking import come_to
from tests.browser.sky import an_obj
from tests.emulators.server import serve
from tests.emulators.skies import Skies
from tests.factories import TelescopeFactory
from tests.sources.remarks import base64_of, png


@pytest.fixture
def skies(settings, own_cache):
    settings.OUTSIDE_PRIVATE_HOSTS = ["127.0.0.1"]
    there = Skies()
    with serve(there.gaia) as gaia, serve(there.hips) as hips:
        settings.GAIA_TAP, settings.HIPS_CUTOUTS = gaia.address, hips.address
        yield there


def test_make_a_finding_chart(browse, people, skies):
    group, (ada,) = people()
    obj = an_obj(group)
    skies.stars += [(101, obj.ra + 0.01, obj.dec, 14.0, 0.0, 0.0), (102, obj.ra, obj.dec + 0.012, 16.0, 0.0, 0.0)]
    page = browse(ada)
    page.goto(f"/source/{obj.name}")
    page.get_by_role("link", name="Finding chart").click()
    expect(page.get_by_role("img", name=f"Finding chart of {obj.name}")).to_be_visible()
    expect(page.locator(".note")).to_contain_text("Only 2 of 3 offset stars")
    page.get_by_label("Telescope").select_option("Shane")
    page.get_by_label("Offset stars").fill("2")
    page.get_by_role("button", name="Draw").click()
    expect(page.locator(".starlist[open] pre")).to_contain_text("!Data {name %16}")
    expect(page.locator(".starlist[open] pre")).to_contain_text("Gaia DR3 101")
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    assert download.value.suggested_filename == f"finder_{obj.name}.pdf"
    assert download.value.path().read_bytes().startswith(b"%PDF-1.4")


def test_tonight_at_ones_own_telescope(browse, people, site):
    group, (ada,) = people()
    obj = an_obj(group)
    TelescopeFactory(name="Mine of all", nickname="Mine", timezone="Pacific/Honolulu")
    page = browse(ada)
    page.goto(f"/source/{obj.name}/observability")
    page.get_by_text("Choose telescopes").click()
    for box in page.locator(".telescopes input").all():  # not ":checked": that list changes under one's hands
        box.uncheck()
    page.get_by_label("Mine of all").check()
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("button", name="Show these").click()
    night = page.locator("[data-night]")
    expect(night).to_have_count(1)
    night.locator("svg").hover()
    expect(night.locator("[data-readout]")).to_have_text(
        re.compile(r"\d\d:\d\d UT · \d\d:\d\d here · \d\d:\d\d at Mine · ")
    )
    page.reload()
    expect(page.locator("[data-night]")).to_have_count(1)
    expect(page.locator(".year-legend")).to_contain_text("Mine")


def test_a_picture_is_stretched_at_true_pixels(browse, people):
    group, (ada,) = people()
    obj = an_obj(group)
    audience = Audience.objects.of(groups=[group.pk])
    store_many((obj.pk, kind, png(colour=64), audience.pk, 60000.0, "ZTF") for kind in ("new", "ref", "sub"))
    page = browse(ada)
    page.goto(f"/source/{obj.name}")
    canvas = page.locator("canvas[data-kind=new]")
    come_to(page, "#panel-images")
    value = "c => c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data[0]"
    page.wait_for_function("() => document.querySelector('canvas[data-kind=new]')?.pixels")
    canvas_fits = "c => c.width === Math.round(c.clientWidth * devicePixelRatio)"
    page.wait_for_function(f"({canvas_fits})(document.querySelector('canvas[data-kind=new]'))")
    assert canvas.evaluate(value) == 64
    page.get_by_label("White").fill("5")
    page.get_by_label("Black").fill("100")
    expect(page.get_by_label("White")).to_have_value("105")
    assert canvas.evaluate(value) == 0
    page.get_by_role("button", name="Reset").click()
    assert canvas.evaluate(value) == 64
    page.get_by_label("Stretch").select_option("inverse")
    assert canvas.evaluate(value) == 191
    caption = page.locator("figure", has=canvas).locator("[data-image-title]")
    page.get_by_role("button", name="Blink").click()
    expect(caption).to_have_text("Reference")
    page.get_by_role("button", name="Blink").click()
    expect(caption).to_have_text("Science")
    page.get_by_role("button", name="Enlarge Science").click()
    expect(page.locator("figure.is-large")).to_have_count(1)
    page.wait_for_function(f"({canvas_fits})(document.querySelector('canvas[data-kind=new]'))")
    canvas.evaluate("element => element.refreshedAway = true")
    panel = "document.querySelector('[data-images]').closest('[data-from]')"
    page.evaluate(f"htmx.ajax('GET', {panel}.dataset.from, {{target: {panel}, swap: 'innerHTML'}})")
    page.wait_for_function(
        "() => [...document.querySelectorAll('canvas[data-kind=new]')].some((c) => c.pixels && !c.refreshedAway)"
    )
    expect(page.locator("figure.is-large")).to_have_count(1)
    assert canvas.evaluate(value) == 191, "how one had set it outlives a live refresh"


def test_news_of_something_else_leaves_a_panel_as_one_has_it_and_its_own_news_only_adds(browse, people, api_of):
    group, (ada, vera) = people(2)
    obj = an_obj(group)
    audience = Audience.objects.of(groups=[group.pk])
    store_many((obj.pk, kind, png(colour=64), audience.pk, 60000.0, "ZTF") for kind in ("new", "ref"))
    page, api = browse(ada), api_of(vera)
    page.goto(f"/source/{obj.name}")
    expect(page.locator("[data-live-lamp][data-state=on]")).to_have_count(1)
    come_to(page, "#panel-reminders")
    come_to(page, "#panel-images")
    page.get_by_label("Stretch").select_option("inverse")
    page.locator("#images").evaluate("images => { images.before = images.firstElementChild; }")
    same = (
        "() => { const images = document.getElementById('images'); return images.before === images.firstElementChild; }"
    )
    assert api.post(f"source/{obj.name}/reminders", {"text": "Look at it again"})[0] == 200
    expect(page.locator("#reminders")).to_contain_text("Look at it again")
    page.wait_for_load_state("networkidle")
    assert page.evaluate(same)
    picture = {"obj_id": obj.name, "ttype": "sub", "data": base64_of(png(colour=90))}
    assert api.post("thumbnail", picture)[0] == 200
    expect(page.locator("#images figure")).to_have_count(3)
    assert not page.evaluate(same)
    expect(page.get_by_label("Stretch")).to_have_value("inverse")
    for panel in ("images", "reminders"):
        expect(page.locator(f"[id={panel}]")).to_have_count(1)
