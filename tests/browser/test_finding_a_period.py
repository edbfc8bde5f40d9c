"""Finding the period of a variable star and keeping it."""

from __future__ import annotations

import numpy as np
from playwright.sync_api import expect

from apps.sources.models import PeriodSearch
from skyportal.journal import delivery
from skyportal.journal.models import Delivery
from tests.browser.looking import come_to
from tests.browser.sky import an_obj
from tests.factories import InstrumentFactory

PERIOD = 0.47313


def a_variable_star(group, api) -> str:
    obj, camera = an_obj(group), InstrumentFactory()
    chance = np.random.default_rng(7)
    mjd = 58000 + np.sort(chance.choice(700, 150, replace=False)) + chance.uniform(0.2, 0.45, 150)
    phase = mjd / PERIOD % 1
    mag = 16 - 0.5 * np.exp(-6 * phase) + chance.normal(0, 0.02, 150)
    body = {
        "obj_id": obj.name, "instrument_id": camera.pk, "group_ids": [group.pk], "magsys": "ab", "mjd": mjd.tolist(),
        "mag": mag.tolist(), "magerr": [0.02] * 150, "limiting_mag": [20.5] * 150,
        "filter": [("ztfg", "ztfr")[n % 2] for n in range(150)],
    }  # fmt: skip
    status, answer = api.post("photometry", body)
    assert status == 200, answer
    return obj.name


def test_a_period_is_found_doubled_and_kept(browse, people, api_of):
    group, (ada,) = people()
    name = a_variable_star(group, api_of(ada))
    page = browse(ada)
    page.goto(f"/source/{name}")
    page.get_by_role("link", name="Period").click()
    expect(page.get_by_text("Not searched yet")).to_be_visible()
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_text("Searching")).to_be_visible()
    search = PeriodSearch.objects.get(obj__name=name)
    delivery.run(Delivery.objects.get(entry__payload__search_id=search.pk).pk)  # the worker's part
    expect(page.get_by_role("heading", name="Power spectrum")).to_be_visible()
    expect(page.locator("#folded-curve")).to_contain_text(f"{PERIOD:.3f}")
    come_to(page, "#folded", shows="#folded[data-ready]")
    page.get_by_role("button", name="2 P", exact=True).click()
    expect(page.locator("#folded-curve")).to_contain_text(f"{2 * PERIOD:.3f}")
    page.get_by_role("button", name="½ P", exact=True).click()
    expect(page.locator("#folded-curve")).to_contain_text(f"{PERIOD:.3f}")
    page.get_by_role("button", name="Keep as annotation").click()
    expect(page.get_by_text("is annotated to")).to_be_visible()
    page.reload()
    expect(page.get_by_text("by periodogram")).to_be_visible()
