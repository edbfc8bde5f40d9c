"""Looking sources up in catalogues, spoken to over HTTP as they speak, also when they speak badly."""

from __future__ import annotations

import pytest

from apps.sources.catalogs import catalogs
from apps.sources.catalogs.base import Ask
from apps.sources.models import Annotation, CatalogSearch
from skyportal.journal import delivery
from skyportal.journal.models import Delivery
from skyportal.outside import Unreachable
from tests.emulators.catalogs import speak
from tests.emulators.server import serve
from tests.factories import make_user

KEYS = ["gaia", "irsa", "vizier", "galex", "sdss", "ps1", "datalab"]


@pytest.fixture
def service(settings):
    settings.OUTSIDE_PRIVATE_HOSTS = ["127.0.0.1"]
    with serve(speak) as emulator:
        settings.CATALOG_SERVICES = {key: f"{emulator.address}/{key}" for key in KEYS}
        yield emulator


def work():
    """What a worker does with what was asked."""
    for pk in Delivery.objects.filter(state=Delivery.WAITING).order_by("pk").values_list("pk", flat=True):
        delivery.run(pk)


@pytest.mark.parametrize("key", KEYS)
def test_each_catalogue_is_asked_in_its_own_language_and_each_entry_counted_once(service, key):
    assert {driver.key for driver in catalogs} == set(KEYS)
    matches = catalogs[key]().find(Ask(150.0, 2.0, 3.0))
    assert [round(match.separation, 1) for match in matches] == [0.5, 1.5], "nearest first, duplicates and far ones out"
    assert all(value != "" for value in matches[0].values.values())
    assert matches[0].values.keys() >= set(catalogs[key].columns.values())


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("mood", ["error", "garbage", "cut", "circles"])
def test_what_a_catalogue_says_badly_is_refused_in_words(service, key, mood):
    service.mood = mood
    with pytest.raises(Unreachable) as problem:
        catalogs[key]().find(Ask(150.0, 2.0, 3.0))
    assert len(problem.value.message) < 200


def test_colours_follow_and_unknown_numbers_are_left_out(service):
    gaia = catalogs["gaia"]().find(Ask(150.0, 2.0, 3.0))[0].values
    assert gaia["Bp_minus_Rp"] == 1.5
    assert gaia["source_id"] == "3884210000000000001", "larger than what JSON's readers keep exactly"
    assert catalogs["ps1"]().find(Ask(150.0, 2.0, 3.0))[0].values["y"] is None, "-999 is no magnitude"


@pytest.fixture
def api(member, api_of):
    return api_of(member)


@pytest.mark.django_db
def test_a_source_is_annotated_with_the_nearest_match(
    service, api, obj, member, group, django_assert_max_num_queries, client
):
    body = {"crossmatchRadius": 3, "crossmatchNumber": 2, "group_ids": [group.pk]}
    for _ in range(2):  # asked twice while it waits: once is enough
        assert api.post(f"sources/{obj.name}/annotations/gaia", body)[0] == 200
    assert not service.asked, "nobody waits for others' services in a request"
    work()
    assert len(service.asked) == 1
    made = Annotation.objects.get()
    assert (made.origin, made.author, made.audience.group_ids) == ("gaiadr3.gaia_source", member, [group.pk])
    assert made.data["separation"] == pytest.approx(0.5, abs=0.01)
    assert (made.data["matches"], len(made.data["others"])) == (2, 1)
    assert api.post(f"sources/{obj.name}/annotations/gaia", body)[0] == 200
    work()
    assert Annotation.objects.count() == 1, "asked again, it is renewed"
    client.force_login(member)
    with django_assert_max_num_queries(8):
        text = client.get(f"/source/{obj.name}/annotations").content.decode()
    assert "found at 0.50″, 1 more within the radius" in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("mood", "radius", "words"),
    [("error", 3, "127.0.0.1 answered 500."), ("garbage", 3, "gave an answer"), ("well", 0.1, "nothing within 0.1″")],
)
def test_why_there_is_nothing_is_said_in_the_panel(service, api, obj, member, client, mood, radius, words):
    service.mood = mood
    assert api.post(f"sources/{obj.name}/annotations/vizier", {"crossmatchRadius": radius})[0] == 200
    work()
    assert not Annotation.objects.exists()
    client.force_login(member)
    assert words in client.get(f"/source/{obj.name}/annotations").content.decode()
    assert not Delivery.objects.exclude(state=Delivery.DONE).exists(), "a service that is down is not asked for ever"


@pytest.mark.django_db
def test_a_button_asks_all_and_others_do_not_learn_of_it(service, obj, member, client, api_of, group):
    client.force_login(member)
    assert client.post(f"/source/{obj.name}/annotations/look-up", HTTP_HX_REQUEST="true").status_code == 200
    assert CatalogSearch.objects.count() == len(KEYS)
    work()
    assert Annotation.objects.count() == len(KEYS)
    client.force_login(make_user("nosy"))
    assert client.post(f"/source/{obj.name}/annotations/look-up", {"catalog": "gaia"}).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "body"),
    [
        ("nonsense", {}),
        ("gaia", {"crossmatchRadius": -1}),
        ("gaia", {"crossmatchRadius": 1e9}),
        ("gaia", {"crossmatchRadius": "wide"}),
        ("gaia", {"crossmatchNumber": 10_000}),
        ("gaia", {"crossmatchLimmag": "20 OR 1=1"}),
        ("gaia", {"catalog": "gaiadr3.gaia_source WHERE 1=1 --"}),
        ("gaia", {"group_ids": [999_999]}),
    ],
)
def test_a_senseless_question_is_refused_before_anybody_is_asked(api, obj, key, body):
    status, answer = api.post(f"sources/{obj.name}/annotations/{key}", body)
    assert status == 400
    assert answer["message"]
    assert not CatalogSearch.objects.exists()
