"""Versions of sources that anybody can see."""

from __future__ import annotations

import pytest

from apps.sources.actions.classifications import classify
from apps.sources.actions.comments import post_comment
from apps.sources.actions.sources import save_source
from apps.sources.actions.taxonomies import ensure_default_taxonomy
from apps.sources.models import PublicSourcePage
from skyportal.journal import delivery
from skyportal.journal.models import Delivery
from tests.factories import GroupFactory, join

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(group_admin):
    found = GroupFactory(name="Secretive")
    join(group_admin, found)
    return found


@pytest.fixture
def known(obj, group, other, group_admin, viewer_of, upload, api_of):
    """Points and a class for one group, other points and words for another."""
    api, viewer = api_of(group_admin), viewer_of(group_admin)
    assert (
        api.post("photometry", upload(mjd=58000.5, mag=18.0, magerr=0.1, limiting_mag=20, group_ids=[group.pk]))[0]
        == 200
    )
    assert (
        api.post("photometry", upload(mjd=58777.25, mag=17.0, magerr=0.1, limiting_mag=20, group_ids=[other.pk]))[0]
        == 200
    )
    row = {
        "obj_id": obj.name,
        "taxonomy_id": ensure_default_taxonomy(),
        "classification": "Ia",
        "group_ids": [group.pk],
    }
    classify(viewer, [row, row | {"classification": "IIP", "group_ids": [other.pk]}])
    post_comment(viewer, obj.name, "between ourselves")
    return obj


def test_a_version_shows_what_was_chosen_and_nothing_else(
    known, api_of, group_admin, group, client, django_assert_max_num_queries
):
    api = api_of(group_admin)
    status, answer = api.post(f"public_pages/source/{known.name}", {"options": {"groups": [group.pk]}})
    assert status == 200, answer
    page = PublicSourcePage.objects.get(pk=answer["data"]["id"])
    address = f"/public/sources/{known.name}/version/{page.hash}"
    with django_assert_max_num_queries(1):
        answer = client.get(address)
    text = answer.content.decode()
    assert (known.name in text, "<b>Ia</b>" in text, "1 detection of 1 point," in text) == (True, True, True)
    for hidden in ("IIP", "between ourselves", "58777", group_admin.username, group.name, "csrf", "<script"):
        assert hidden not in text
        assert hidden not in client.get(f"{address}/data.json").content.decode()
        assert hidden not in client.get(f"{address}/photometry.csv").content.decode()
    assert "public" in answer["Cache-Control"]
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")
    assert client.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    client.force_login(group_admin)
    assert client.get(address).content.decode() == text, "the same for everybody"


def test_a_version_stays_as_it_was_and_is_withdrawn(known, api_of, group_admin, group, client, upload):
    api = api_of(group_admin)
    body = {"options": {"groups": [group.pk]}}
    first = api.post(f"public_pages/source/{known.name}", body)[1]["data"]["id"]
    status, answer = api.post(f"public_pages/source/{known.name}", body)
    assert (status, "already exists" in answer["message"]) == (400, True)
    assert (
        api.post("photometry", upload(mjd=58010.5, mag=18.5, magerr=0.1, limiting_mag=20, group_ids=[group.pk]))[0]
        == 200
    )
    second = api.post(f"public_pages/source/{known.name}", body)[1]["data"]["id"]
    rows = api.get(f"public_pages/source/{known.name}")[1]["data"]
    assert [row["id"] for row in rows] == [second, first]
    addresses = [f"/public/sources/{known.name}/version/{row['hash']}" for row in rows]
    assert ["of 2 points" in client.get(a).content.decode() for a in addresses] == [True, False]
    assert known.name in client.get("/public/sources").content.decode()
    assert api.delete(f"public_pages/source/{second}")[0] == 200
    assert [client.get(a).status_code for a in addresses] == [404, 200]
    assert client.get(f"/public/sources/{known.name}").status_code == 200
    assert api.delete(f"public_pages/source/{second}")[0] == 404


@pytest.mark.parametrize(
    "options",
    [
        None,
        "all",
        {"groups": "all"},
        {"groups": [999_999]},
        {"streams": [999_999]},
        {"include_photometry": "yes"},
        {"groups": ["1"]},
    ],
)
def test_senseless_options_are_refused(known, api_of, group_admin, options):
    status, answer = api_of(group_admin).post(f"public_pages/source/{known.name}", {"options": options})
    assert status == 400
    assert answer["message"]
    assert not PublicSourcePage.objects.exists()


def test_nobody_publishes_what_is_not_theirs(known, other, api_of, member, group_admin, outsider, stream):
    assert api_of(member).post(f"public_pages/source/{known.name}", {"options": {}})[0] == 401
    api = api_of(group_admin)
    other.memberships.filter(user=group_admin).delete()
    assert api.post(f"public_pages/source/{known.name}", {"options": {"groups": [other.pk]}})[0] == 400
    assert (
        api_of(outsider, ["Manage sources"] if "Manage sources" in outsider.permissions() else []).get(
            f"public_pages/source/{known.name}"
        )[0]
        == 404
    )


def test_releases_gather_pages_and_fill_themselves(known, api_of, group_admin, group, client, viewer_of):
    api = api_of(group_admin)
    body = {
        "name": "First release",
        "link_name": "dr1",
        "group_ids": [group.pk],
        "auto_publish_enabled": True,
        "options": {"groups": [group.pk]},
    }
    release = api.post("public_pages/release", body)[1]["data"]["id"]
    assert api.post("public_pages/release", body)[0] == 400, "its address is taken"
    assert api.post("public_pages/release", body | {"link_name": "a b"})[0] == 400
    save_source(viewer_of(group_admin), known, [group.pk])
    for pk in Delivery.objects.filter(reaction__endswith="publish_into_releases").values_list("pk", flat=True):
        delivery.run(pk)
    page = PublicSourcePage.objects.get()
    address = f"/public/releases/dr1/sources/{known.name}/version/{page.hash}"
    assert client.get(address).status_code == 200
    assert known.name in client.get("/public/releases/dr1").content.decode()
    assert "First release" in client.get("/public/releases/").content.decode()
    assert client.get(f"/public/sources/{known.name}/version/{page.hash}").status_code == 404, "it is of a release"
    assert api.patch(f"public_pages/release/{release}", body | {"is_visible": False})[0] == 200
    assert [client.get(a).status_code for a in (address, "/public/releases/dr1")] == [404, 404]
    assert api.delete(f"public_pages/release/{release}")[0] == 400
    assert api.delete(f"public_pages/source/{page.pk}")[0] == 200
    assert api.delete(f"public_pages/release/{release}")[0] == 200


def test_by_the_panel(known, client, group_admin, group, member):
    client.force_login(member)
    assert "Publish" not in client.get(f"/source/{known.name}/public-pages").content.decode()
    client.force_login(group_admin)
    body = {"include_photometry": "on", "groups": [group.pk]}
    answer = client.post(f"/source/{known.name}/public-pages", body, HTTP_HX_REQUEST="true")
    assert "Published with 1 point: anybody" in answer["HX-Trigger"]
    text = answer.content.decode()
    page = PublicSourcePage.objects.get()
    assert f"/version/{page.hash}" in text
    assert "classifications" not in page.data
    client.post(f"/source/{known.name}/public-pages/{page.pk}/withdraw", HTTP_HX_REQUEST="true")
    assert not PublicSourcePage.objects.exists()
    # nothing is shared with everybody: what was meant to go out and did not is said
    answer = client.post(f"/source/{known.name}/public-pages", body | {"groups": []}, HTTP_HX_REQUEST="true")
    assert "Published with 0 points" in answer["HX-Trigger"]
    assert "Nothing of these is shared" in answer["HX-Trigger"]
