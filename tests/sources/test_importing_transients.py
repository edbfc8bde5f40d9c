"""Transients of Gaia and Swift become sources: once, for the groups that were named, and with a word where it fails."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from apps.groups.queries import viewer_of
from apps.sources.actions import imports as actions
from apps.sources.models import Annotation, Instrument, Obj, Photometry, Source, Telescope, TransientImport
from apps.sources.transients import transient_services
from skyportal.journal import delivery
from skyportal.journal.models import Delivery
from skyportal.outside import Unreachable
from tests.emulators.server import serve
from tests.emulators.transients import speak_gaia, speak_swift
from tests.factories import GroupFactory, InstrumentFactory, ObjFactory, TelescopeFactory, make_user

DECEMBER = {"startDate": "2024-12-01", "endDate": "2025-01-01"}
KEYS = ["gaia_alerts", "swift_lsxps"]


@pytest.fixture
def services(settings):
    settings.OUTSIDE_PRIVATE_HOSTS = ["127.0.0.1"]
    with serve(speak_gaia) as gaia, serve(speak_swift) as swift:
        settings.CATALOG_SERVICES = {"gaia_alerts": f"{gaia.address}/alerts", "swift_lsxps": swift.address}
        yield {"gaia_alerts": gaia, "swift_lsxps": swift}


@pytest.fixture
def telescopes(db):
    gaia = TelescopeFactory(name="Gaia", nickname="Gaia")
    swift = TelescopeFactory(name="Neil Gehrels Swift Observatory", nickname="Swift")
    InstrumentFactory(name="Gaia", telescope=gaia, filters=["gaia::g"])
    InstrumentFactory(name="XRT", telescope=swift, filters=["swiftxrt"])


@pytest.fixture
def api(member, api_of):
    return api_of(member)


def work():
    """What workers do until nothing is left."""
    while waiting := list(Delivery.objects.filter(state=Delivery.WAITING).order_by("pk").values_list("pk", flat=True)):
        for pk in waiting:
            delivery.run(pk)


@pytest.mark.django_db
def test_alerts_of_gaia_become_sources_with_their_light_curves_and_nothing_comes_twice(
    services, telescopes, api, group, member, monkeypatch
):
    monkeypatch.setattr(actions, "AT_ONCE", 1)  # two alerts, two turns
    body = {"telescope_name": "Gaia", "groupIDs": [group.pk], **DECEMBER}
    for _ in range(2):  # asked twice while it is under way: once is enough
        assert api.post("catalogs/gaia_alerts", body)[0] == 200
    assert TransientImport.objects.count() == 1
    assert not services["gaia_alerts"].asked, "nobody waits for others' services in a request"
    work()
    (told,) = api.get("catalogs/gaia_alerts")[1]["data"]
    assert (told["state"], told["done"], told["total"]) == ("done", 2, 2)
    assert (told["new_sources"], told["new_points"], told["left_out"]) == (2, 4, [])
    assert sorted(Source.objects.filter(group=group, active=True).values_list("obj__name", flat=True)) == [
        "Gaia24abc", "Gaia24zzz",
    ]  # fmt: skip
    obj = Obj.objects.get(name="Gaia24abc")
    assert (obj.ra, obj.dec, obj.tns_name, obj.origin) == (
        113.25287, -31.98319, "SN 2024abc", "Gaia Photometric Science Alerts",
    )  # fmt: skip
    said = Annotation.objects.get(obj=obj, origin="gaia_alerts")
    assert said.data == {
        "alert_mag": 17.82,
        "class": "SN Ia",
        "published": "2024-12-22 08:19:02",
        "comment": "new source",
    }
    first, last = Photometry.objects.filter(obj=obj).order_by("mjd")
    assert last.mjd == pytest.approx(60664.08302 - 92.655 / 86400, abs=2e-7), "UTC, not Gaia's TCB"
    _, answer = api.get("sources/Gaia24abc/photometry", magsys="vega")
    assert sorted(round(p["mag"], 3) for p in answer["data"]) == [17.82, 18.91]
    assert 0.01 < min(p["magerr"] for p in answer["data"]) < 0.03
    assert group.pk in first.audience.group_ids

    assert api.post("catalogs/gaia_alerts", body)[0] == 200
    work()
    again = api.get("catalogs/gaia_alerts")[1]["data"][0]
    assert (again["state"], again["done"], again["new_sources"], again["new_points"]) == ("done", 2, 0, 0)
    assert Photometry.objects.count() == 4
    assert Annotation.objects.count() == 2
    assert not Delivery.objects.exclude(state=Delivery.DONE).exists()


@pytest.mark.django_db
def test_confirmed_transients_of_swift_keep_their_rates_and_limits(services, telescopes, api, group):
    for new_points in (3, 0):
        assert api.post("catalogs/swift_lsxps", {"groupIDs": [group.pk]})[0] == 200
        work()
        told = api.get("catalogs/swift_lsxps")[1]["data"][0]
        assert (told["state"], told["total"], told["new_points"]) == ("done", 1, new_points)
    points = list(Photometry.objects.filter(obj__name="Swift-J102732.5-643553").order_by("mjd"))
    assert [point.altdata.get("rate") for point in points] == [0.0468, 0.01, None], (
        "each once, though listed four times"
    )
    assert points[0].flux == pytest.approx(0.0468 * 4.718, rel=1e-3)
    assert points[0].fluxerr == pytest.approx(0.0104 * 4.718, rel=1e-3)
    assert points[2].flux != points[2].flux, "an upper limit has no flux"
    assert points[2].altdata == {"rate_limit": 0.006, "unit": "counts/s, 0.3-10 keV", "exposure": 2000.0}
    assert Annotation.objects.get().data["err90"] == pytest.approx(4.695682)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("mood", ["error", "garbage", "cut", "circles"])
def test_what_a_service_says_badly_is_refused_in_words(services, key, mood):
    services[key].mood = mood
    with pytest.raises(Unreachable) as problem:
        transient_services[key]().found(None, None)
    assert len(problem.value.message) < 200


def test_swift_is_quoted_where_it_refuses(services, settings):
    with pytest.raises(Unreachable, match="Swift LSXPS refused: Unknown function or object"):
        transient_services["swift_lsxps"]()._call("getNothing", {})


@pytest.mark.django_db
def test_an_import_ends_in_failed_with_the_reason_or_says_what_it_left_out(
    services, telescopes, api, group, member, client, monkeypatch
):
    services["gaia_alerts"].mood = "error"
    assert api.post("catalogs/gaia_alerts", {"groupIDs": [group.pk], **DECEMBER})[0] == 200
    work()
    told = api.get("catalogs/gaia_alerts")[1]["data"][0]
    assert (told["state"], told["message"]) == ("failed", "127.0.0.1 answered 500.")
    assert not Source.objects.exists()

    services["gaia_alerts"].mood = "well"
    ObjFactory(name="Gaia24abc", ra=10.0, dec=10.0)
    assert api.post("catalogs/gaia_alerts", {"groupIDs": [group.pk], **DECEMBER})[0] == 200
    work()
    told = api.get("catalogs/gaia_alerts")[1]["data"][0]
    assert (told["state"], told["new_sources"]) == ("done", 1)
    assert told["left_out"] == ["Gaia24abc: something else is called so here, at another place of the sky."]
    client.force_login(member)
    page = client.get("/sources/imports").content.decode()
    assert "127.0.0.1 answered 500." in page
    assert "at another place of the sky" in page

    monkeypatch.setattr(actions, "GIVE_UP_AFTER", 1)
    api.post("catalogs/gaia_alerts", {"groupIDs": [group.pk], **DECEMBER})
    for pk in Delivery.objects.filter(state=Delivery.WAITING).values_list("pk", flat=True):
        delivery.run(pk)  # it was listed
    services["gaia_alerts"].mood = "garbage"
    work()
    told = api.get("catalogs/gaia_alerts")[1]["data"][0]
    assert told["state"] == "failed"
    assert "gave nothing 1 times" in told["message"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"telescope_name": "Palomar"}, "'Palomar' has no instrument here that takes gaia::g"),
        ({"startDate": "soon"}, "Invalid startDate"),
        ({"startDate": "2025-01-01", "endDate": "2024-01-01"}, "must be before endDate"),
        ({"groupIDs": [999_999]}, "999999"),
        ({"groupIDs": "mine"}, "groupIDs"),
    ],
)
def test_a_senseless_wish_is_refused_at_once(telescopes, api, body, words):
    status, answer = api.post("catalogs/gaia_alerts", body)
    assert status == 400
    assert words in answer["message"]
    assert not TransientImport.objects.exists()


@pytest.mark.django_db
def test_only_uploaders_ask_only_for_groups_of_theirs_and_others_do_not_see_it(telescopes, api, api_of, group, client):
    assert api_of(make_user("looker", role="View only")).post("catalogs/swift_lsxps", {})[0] == 401
    assert api.post("catalogs/swift_lsxps", {"groupIDs": [GroupFactory().pk]})[0] == 400
    assert api.post("catalogs/swift_lsxps", {"groupIDs": [group.pk]})[0] == 200
    nosy = make_user("nosy", groups_=[group])
    assert api_of(nosy).get("catalogs/swift_lsxps")[1]["data"] == []
    TransientImport.objects.update(modified=timezone.now() - 2 * actions.timedelta(hours=2))
    (told,) = api.get("catalogs/swift_lsxps")[1]["data"]
    assert told["state"] == "failed"
    assert "No worker" in told["message"]


@pytest.mark.django_db
def test_the_page_asks_and_counts_its_queries(
    services, telescopes, group, member, client, django_assert_max_num_queries
):
    client.force_login(member)
    asked = client.post("/sources/imports", {"service": "swift_lsxps", "groups": [group.pk]})
    assert asked.status_code == 302
    work()
    with django_assert_max_num_queries(8):
        page = client.get("/sources/imports").content.decode()
    assert "1 of 1" in page
    refused = client.post(
        "/sources/imports", {"service": "gaia_alerts", "startDate": "2999-01-01", "groups": [group.pk]}
    )
    assert refused.status_code == 400
    assert "must be before endDate" in refused.content.decode()


@pytest.mark.django_db
def test_a_site_from_before_gets_the_telescopes_and_keeps_what_it_has():
    migration = import_module("apps.sources.migrations.0019_telescopes_of_transient_services")
    migration.add(apps, None)
    assert not Telescope.objects.exists(), "a new site is given its telescopes elsewhere"
    own = TelescopeFactory(name="The Gaia satellite", nickname="Gaia")
    InstrumentFactory(name="XRT", telescope=TelescopeFactory(name="Another"), filters=["ztfg"])
    for _ in range(2):
        migration.add(apps, None)
    gaia, swift = (Instrument.objects.get(filters__contains=[band]) for band in ("gaia::g", "swiftxrt"))
    assert gaia.telescope == own
    assert (swift.name, swift.telescope.nickname) == ("XRT (swiftxrt)", "Swift")
    assert Telescope.objects.count() == 3
    viewer = viewer_of(make_user("anybody").pk)
    for driver, instrument in (("gaia_alerts", gaia), ("swift_lsxps", swift)):
        assert actions._instrument(viewer, transient_services[driver], None) == instrument
