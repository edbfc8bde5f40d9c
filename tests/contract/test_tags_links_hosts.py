"""Tags, linked objects, interests, labels and hosts, as scripts meet them."""

from __future__ import annotations

import pytest

from apps.sources.actions.sources import save_source
from tests.factories import ObjFactory

GALAXIES = {
    "name": ["NGC 1", "far one"],
    "ra": [150.0, 151.0],
    "dec": [2.0, 2.0],
    "redshift": [0.02, None],
    "distmpc": [None, 50.0],
}


@pytest.fixture
def near(group, member, viewer_of):
    """A source 3.6″ north of NGC 1."""
    obj = ObjFactory(name="ZTF26near", ra=150.0, dec=2.001)
    save_source(viewer_of(member), obj, [group.pk])
    return obj


@pytest.fixture
def option(system_admin, api_of):
    return api_of(system_admin).post("objtagoption", {"name": "Nuclear", "color": "#1F77B4"})[1]["data"]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"name": "two words"}, 400, "must contain only letters and numbers"),
        ({"name": "Blue", "color": "blue"}, 400, "must be a valid hex color code"),
        ({}, 400, "Missing required parameter: name"),
        ({"name": "nuclear"}, 409, "already exists"),
    ],
)
def test_a_tag_has_one_plain_name_and_a_colour(body, status, words, option, system_admin, api_of):
    assert option["color"] == "#1f77b4"
    got, answer = api_of(system_admin).post("objtagoption", body)
    assert (got, words in answer["message"]) == (status, True), answer


def test_renaming_a_tag_to_anothers_name_is_refused(option, system_admin, member, api_of):
    api = api_of(system_admin)
    other = api.post("objtagoption", {"name": "Rising"})[1]["data"]
    status, answer = api.patch(f"objtagoption/{other['id']}", {"name": "Nuclear"})
    assert (status, answer["message"]) == (409, "This tag name already exists for another tag")
    assert api.patch(f"objtagoption/{other['id']}", {"name": "Fading"})[1]["data"]["name"] == "Fading"
    assert api_of(member).patch(f"objtagoption/{other['id']}", {"name": "Mine"})[0] == 401
    status, answer = api.delete("objtagoption/999999")
    assert (status, answer["message"]) == (404, "Tag not found")


def test_a_tag_is_put_on_and_taken_off_for_groups(option, near, group, member, outsider, api_of):
    api = api_of(member)
    body = {"objtagoption_id": option["id"], "obj_id": near.name, "group_ids": [group.pk]}
    tag = api.post("objtag", body)[1]["data"]
    assert (tag["name"], tag["obj_id"], [g["id"] for g in tag["groups"]]) == ("Nuclear", near.name, [group.pk])
    again = api.post("objtag", body)[1]["data"]
    assert again["id"] == tag["id"]
    assert "already" in again["message"]
    assert [row["name"] for row in api.get(f"sources/{near.name}")[1]["data"]["tags"]] == ["Nuclear"]
    assert [s["id"] for s in api.get("sources", tags="nuclear")[1]["data"]["sources"]] == [near.name]
    assert api.get("sources", tags="nuclear", includeTags="false")[1]["data"]["sources"][0]["tags"] == []
    assert api_of(outsider).get("objtag", obj_id=near.name)[1]["data"] == []
    assert api_of(outsider).delete(f"objtag/{tag['id']}")[0] == 404
    assert api.delete(f"objtag/{tag['id']}")[0] == 200
    assert api.get("objtag", obj_id=near.name)[1]["data"] == []


def test_one_thing_under_two_names(near, group, member, outsider, system_admin, viewer_of, api_of):
    twin, hidden = ObjFactory(name="AT26twin"), ObjFactory(name="ZTF26hidden")
    save_source(viewer_of(member), twin, [group.pk])
    api = api_of(member)
    assert "at least two" in api.post("super_objs", {"obj_ids": [near.name]})[1]["message"]
    assert "no source" in api.post("super_objs", {"obj_ids": [near.name, hidden.name]})[1]["message"]
    made = api.post("super_objs", {"name": "one", "obj_ids": [near.name, twin.name]})[1]["data"]["id"]
    assert api.get(f"super_objs/{made}")[1]["data"]["obj_ids"] == [twin.name, near.name]
    assert api.get("super_objs", objID=near.name)[1]["data"][0]["id"] == made
    assert [o["obj_id"] for o in api.get(f"sources/{near.name}")[1]["data"]["associated_objs"]] == [twin.name]
    assert api_of(outsider).get(f"super_objs/{made}")[0] == 404
    api_of(system_admin).patch(f"super_objs/{made}", {"add_obj_ids": [hidden.name]})
    api.patch(f"super_objs/{made}", {"obj_ids": [near.name]})  # what the member cannot see stays a member
    assert api_of(system_admin).get(f"super_objs/{made}")[1]["data"]["obj_ids"] == [hidden.name, near.name]
    assert api.get(f"super_objs/{made}")[1]["data"]["obj_ids"] == [near.name]
    assert api.delete(f"super_objs/{made}")[0] == 401
    assert api_of(system_admin).delete(f"super_objs/{made}")[0] == 200


def test_an_interest_is_declared_to_all_who_know_the_source_and_withdrawn_by_who_declared_it(
    near, member, group_admin, outsider, api_of
):
    api, path = api_of(member), f"sources/{near.name}/interests"
    assert "must begin with" in api.post(path, {"title": "x", "link": "javascript:alert(1)"})[1]["message"]
    made = api.post(path, {"title": "A spectrum on Monday", "link": "https://example.org"})[1]["data"]["id"]
    assert api_of(group_admin).get(path)[1]["data"][0]["title"] == "A spectrum on Monday"
    assert api_of(outsider).get(path)[0] == 404
    assert api_of(group_admin).delete(f"{path}/{made}")[0] == 403
    assert api.delete(f"{path}/{made}")[0] == 200
    assert api.get(path)[1]["data"] == []


def test_who_has_looked_is_a_filter_and_a_field(near, group, member, group_admin, api_of):
    api, path = api_of(member), f"sources/{near.name}/labels"
    assert "groupIds" in api.post(path, {})[1]["message"]

    def listed(**query):
        return [row["id"] for row in api.get("sources", **query)[1]["data"]["sources"]]

    assert listed(hasNotBeenLabelled="true") == [near.name]
    assert api.post(path, {"groupIds": [group.pk]})[0] == 200
    assert listed(hasBeenLabelled="true") == [near.name]
    assert listed(hasNotBeenLabelled="true") == []
    other = api_of(group_admin)
    assert other.get("sources", hasBeenLabelled="true", currentUserLabeller="true")[1]["data"]["totalMatches"] == 0
    row = other.get(f"sources/{near.name}", includeLabellers="true")[1]["data"]
    assert [person["username"] for person in row["labellers"]] == ["member"]
    assert api.delete(path, {"groupIds": [group.pk]})[0] == 200
    assert listed(hasBeenLabelled="true") == []


def test_a_host_says_how_far_the_source_lies_from_it(near, member, system_admin, api_of):
    admin, api = api_of(system_admin), api_of(member)
    body = {"catalog_name": "test", "catalog_data": GALAXIES}
    assert api.post("galaxy_catalog", body)[0] == 401
    assert admin.post("galaxy_catalog", body)[0] == 200
    assert api.post(f"sources/{near.name}/host", {"galaxyName": "no such"})[0] == 400
    assert api.post(f"sources/{near.name}/host", {"galaxyName": "ngc 1"})[0] == 200
    row = api.get(f"sources/{near.name}")[1]["data"]
    assert (row["host"]["name"], row["galaxies"]) == ("NGC 1", ["NGC 1"])
    assert row["host_offset"] == pytest.approx(3.6, abs=1e-3)
    # by hand, with H0 = 67.66 and q0 = -0.535: c/H0 z (1 + (1 - q0) z / 2) / (1 + z)² is 86.5 Mpc, 0.4193 kpc an arcsec
    assert row["host_distance"] == pytest.approx(3.6 * 0.4193, rel=2e-3)
    listed = api.get("sources", includeHosts="true")[1]["data"]["sources"][0]
    assert listed["host_offset"] == row["host_offset"]
    assert api.delete(f"sources/{near.name}/host")[0] == 200
    assert api.get(f"sources/{near.name}")[1]["data"]["host"] is None


def test_a_host_without_redshift_lies_where_the_source_does(near, client, member, system_admin, api_of):
    admin = api_of(system_admin)
    bare = {"name": ["bare"], "ra": [near.ra], "dec": [near.dec + 0.001]}
    assert admin.post("galaxy_catalog", {"catalog_name": "test", "catalog_data": bare})[0] == 200
    assert admin.post(f"sources/{near.name}/host", {"galaxyName": "bare"})[0] == 200
    client.force_login(member)
    assert admin.get(f"sources/{near.name}")[1]["data"]["host_distance"] is None
    assert "kpc unknown" in client.get(f"/source/{near.name}/head").content.decode()
    assert admin.patch(f"sources/{near.name}", {"redshift": 0.02})[0] == 200
    assert admin.get(f"sources/{near.name}")[1]["data"]["host_distance"] == pytest.approx(3.6 * 0.4193, rel=2e-3)
    assert "By the source&#x27;s redshift" in client.get(f"/source/{near.name}/head").content.decode()


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["NGC 1", "far one"]),
        ({"galaxyName": "far"}, ["far one"]),
        ({"ra": 150, "dec": 2, "radius": 0.1}, ["NGC 1"]),
        ({"maxDistance": 60}, ["far one"]),
        ({"minRedshift": 0.01, "sortBy": "redshift"}, ["NGC 1"]),
    ],
)
def test_galaxies_by_name_place_and_figures(query, names, system_admin, api_of):
    api = api_of(system_admin)
    for _ in range(2):  # the same again replaces
        assert api.post("galaxy_catalog", {"catalog_name": "test", "catalog_data": GALAXIES})[0] == 200
    status, answer = api.get("galaxy_catalog", **query)
    assert status == 200, answer
    assert [g["name"] for g in answer["data"]["galaxies"]] == names
    assert answer["data"]["totalMatches"] == len(names)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"name": ["a"], "ra": [1]}, "must have the columns"),
        ({"name": ["a"], "ra": [1], "dec": [100]}, "Invalid dec in row 1"),
        ({"name": ["a"], "ra": [1], "dec": ["x"]}, "not a number"),
        ({"name": ["a", "a"], "ra": [1, 2], "dec": [1, 2]}, "occurs twice"),
        ({"name": ["a"], "ra": [1, 2], "dec": [1, 2]}, "one length"),
        ({"name": ["a"], "ra": [1], "dec": [1], "wat": [1]}, "no column 'wat'"),
    ],
)
def test_a_catalogue_that_cannot_be_read_says_where(data, words, system_admin, api_of):
    status, answer = api_of(system_admin).post("galaxy_catalog", {"catalog_name": "test", "catalog_data": data})
    assert (status, words in answer["message"]) == (400, True), answer
