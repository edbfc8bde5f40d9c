"""Asking for a period, waiting for it, folding with it, keeping it; and that only its owner sees what it saw."""

from __future__ import annotations

import json

import numpy as np
import pytest
from bokeh.models import ColumnDataSource
from django.db import transaction

from apps.sources.actions import periods as actions
from apps.sources.actions.objs import delete_obj
from apps.sources.actions.uploads import add_photometry
from apps.sources.models import Annotation, PeriodSearch
from apps.sources.plots import periods as plots
from apps.sources.queries import periods as queries
from skyportal.journal import delivery
from skyportal.journal.models import Delivery
from tests.factories import make_user

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}
PERIOD = 0.61234


@pytest.fixture
def varying(obj, upload, member, viewer_of):
    """A star that varies, in two bands."""
    chance = np.random.default_rng(5)
    mjd = 58000 + np.sort(chance.choice(700, 120, replace=False)) + chance.uniform(0.2, 0.45, 120)
    phase = mjd / PERIOD % 1
    mag = 16 + 0.4 * np.cos(2 * np.pi * phase) + 0.15 * np.cos(4 * np.pi * phase + 1) + chance.normal(0, 0.02, 120)
    body = upload(
        mjd=mjd.tolist(), mag=mag.tolist(), magerr=[0.02] * 120, limiting_mag=[20.5] * 120,
        filter=[("ztfg", "ztfr")[n % 2] for n in range(120)], group_ids="all",
    )  # fmt: skip
    add_photometry(viewer_of(member), body)
    return obj


@pytest.fixture
def page(client, member):
    client.force_login(member)
    return client


def worked_off() -> None:
    for row in Delivery.objects.filter(entry__kind="PeriodSearchAsked"):
        delivery.run(row.pk)


def test_a_search_is_asked_waited_for_and_answered(page, varying):
    address = f"/source/{varying.name}/periodogram"
    assert b"Not searched yet" in page.get(address).content
    waiting = page.post(f"{address}/search", {"method": "fourier"}, **HTMX)
    assert b"Searching" in waiting.content
    search = PeriodSearch.objects.get()
    assert f"{address}/{search.pk}".encode() in waiting.content
    worked_off()
    answer = page.get(f"{address}/{search.pk}").content.decode()
    assert f"{PERIOD:.4f}" in answer
    search.refresh_from_db()
    assert search.state == "done"
    assert search.result["peaks"][0]["period"] == pytest.approx(PERIOD, rel=1e-4)
    assert len(search.result["frequencies"]) <= actions.PIXELS
    assert page.get(f"{address}/{search.pk}.json").json()["doc"]
    assert f"{PERIOD:.4f}" in page.get(address).content.decode(), "the newest search is there on coming back"


def test_the_curve_is_folded_with_any_period_and_the_period_kept(page, varying):
    folded = page.get(f"/source/{varying.name}/folded", {"period": "0.5"}).content.decode()
    assert '"period": "0.25"' in folded
    assert '"period": "1.0"' in folded
    assert page.get(f"/source/{varying.name}/folded.json", {"period": "0.5"}).json()["doc"]
    for period in ("0.5", "0.61234"):
        said = page.post(f"/source/{varying.name}/period", {"period": period}, **HTMX).content.decode()
        assert f">{period}<" in said  # instead of what the page said before
    assert Annotation.objects.get(obj=varying, origin="periodogram").data == {"period": 0.61234, "unit": "d"}
    assert "0.61234" in page.get(f"/source/{varying.name}/periodogram").content.decode()


def test_half_of_an_orbit_is_still_one_of_eclipses_and_is_kept_as_such(page, obj, upload, member, viewer_of):
    times = np.random.default_rng(3).uniform(58000, 58500, 200)
    phase = (times - 58000.3) / 2 % 1
    mag = 15 + np.where(abs(phase - 0.5) < 0.05, 0.2, 0) + np.where(np.minimum(phase, 1 - phase) < 0.05, 0.7, 0)
    body = upload(mjd=times.tolist(), mag=mag.tolist(), magerr=[0.01] * 200, limiting_mag=[20.5] * 200,
                  filter=["ztfr"] * 200, group_ids="all")  # fmt: skip
    add_photometry(viewer_of(member), body)
    folded = page.get(f"/source/{obj.name}/folded", {"period": "4.0", "method": "eclipses"}).content.decode()
    half, double = ({"period": period, "method": "eclipses"} for period in ("2.0", "8.0"))
    assert json.dumps(half) in folded
    assert json.dumps(double) in folded
    figure = plots.folded(queries.detections(viewer_of(member), obj), 2.0, "eclipses")
    data = figure.select_one({"type": ColumnDataSource}).data
    deep = np.asarray(data["phase"])[np.asarray(data["mag"]) > 15.6] % 1
    assert len(deep) > 20
    assert np.all(np.minimum(deep, 1 - deep) < 0.055)
    page.post(f"/source/{obj.name}/period", half, **HTMX)
    assert Annotation.objects.get(obj=obj, origin="periodogram").data == {
        "period": 2.0,
        "unit": "d",
        "method": "eclipses",
    }


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"method": "magic"}, "method: one of"),
        ({"method": "fourier", "shortest": "-1"}, "Shortest period"),
        ({"method": "fourier", "shortest": "nan"}, "Shortest period"),
        ({"method": "fourier", "shortest": "2", "longest": "1"}, "shorter than the longest"),
        ({"method": "fourier", "band": "sdssu"}, "Too few detections in"),
        ({"method": "fourier", "longest": "1e9"}, "longest period must lie"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(page, varying, form, words):
    answer = page.post(f"/source/{varying.name}/periodogram/search", form, **HTMX)
    assert answer.status_code == 400
    assert words in answer.headers["HX-Trigger"]
    assert not PeriodSearch.objects.exists()


def test_a_search_that_cannot_end_well_ends_with_its_reason(page, varying):
    page.post(f"/source/{varying.name}/periodogram/search", {"method": "fourier", "shortest": "0.0007"}, **HTMX)
    worked_off()
    search = PeriodSearch.objects.get()
    assert search.state == "failed"
    assert search.reason in page.get(f"/source/{varying.name}/periodogram/{search.pk}").content.decode()
    assert "too fine a search" in search.reason


def test_only_the_owner_sees_a_search_and_only_the_newest_are_kept(page, client, varying, member, group, viewer_of):
    for _ in range(actions.KEPT + 2):
        with transaction.atomic():
            actions.ask(viewer_of(member), varying, "fourier", None, None, [])
    assert PeriodSearch.objects.count() == actions.KEPT
    newest = PeriodSearch.objects.order_by("-created_at").first()
    colleague = make_user(groups_=[group])
    client.force_login(colleague)
    assert client.get(f"/source/{varying.name}/periodogram").status_code == 200
    assert client.get(f"/source/{varying.name}/periodogram/{newest.pk}").status_code == 404


def test_a_source_with_little_photometry_says_what_is_missing(page, obj):
    assert "at least six detections" in page.get(f"/source/{obj.name}/periodogram").content.decode()


def test_a_search_of_somebody_else_does_not_keep_an_obj_from_being_deleted(varying, member, group, viewer_of):
    colleague = make_user(groups_=[group])
    PeriodSearch.objects.create(obj=varying, owner=colleague, method="fourier")
    delete_obj(viewer_of(member), varying)
    assert not PeriodSearch.objects.exists()
