"""Sources as clients of the public API save and read them."""

import pytest

pytestmark = pytest.mark.django_db

COLUMNS = {
    "id", "ra", "dec", "ra_dis", "dec_dis", "ra_err", "dec_err", "offset", "t0", "redshift", "redshift_error",
    "redshift_origin", "redshift_history", "host_id", "summary", "summary_history", "altdata", "dist_nearest_source",
    "mag_nearest_source", "e_mag_nearest_source", "transient", "varstar", "is_roid", "mpc_name", "gaia_id", "tns_name",
    "tns_info", "score", "origin", "alias", "detect_photometry_count", "created_at", "modified", "internal_key",
}  # fmt: skip
DERIVED = {"gal_lat", "gal_lon", "luminosity_distance", "dm", "angular_diameter_distance"}
NESTED = {"groups", "classifications", "annotations", "tags", "associated_objs"}
OWN_PAGE = {
    "photstats", "duplicates", "followup_requests", "assignments", "galaxies", "ebv", "host", "host_offset",
    "host_distance",
}  # fmt: skip


@pytest.fixture
def api(member, group, api_of):
    api = api_of(member)
    body = {"id": "ZTF26c", "ra": 234.22, "dec": -22.33, "redshift": 0.1, "group_ids": [group.pk]}
    status, answer = api.post("sources", body)
    assert (status, answer["data"]["id"], answer["data"]["saved_to_groups"]) == (200, "ZTF26c", [group.pk])
    return api


def test_one_source(api):
    source = api.get("sources/ZTF26c")[1]["data"]
    assert set(source) == COLUMNS | DERIVED | NESTED | OWN_PAGE
    (group,) = source["groups"]
    assert {"id", "name", "active", "requested", "saved_at", "saved_by"} <= set(group)
    assert source["created_at"].count("T") == 1
    assert "+" not in source["created_at"]


def test_a_page_of_sources(api):
    answer = api.get("sources")[1]["data"]
    assert set(answer) == {"sources", "totalMatches", "pageNumber", "numPerPage"}
    assert (answer["totalMatches"], answer["pageNumber"], answer["numPerPage"]) == (1, 1, 100)
    assert set(answer["sources"][0]) == COLUMNS | DERIVED | NESTED | {"saved_at"}
    assert api.get("sources", numPerPage=9999)[1]["data"]["numPerPage"] == 500
    assert api.get("sources", pageNumber=50)[1]["data"]["sources"] == []


def test_what_is_not_there(api):
    assert api.get("sources/nothing")[:1] == (404,)
    assert api.get("sources/nothing")[1]["message"] == "Source not found"
    assert api("HEAD", "sources/nothing")[0] == 404
    assert api("HEAD", "sources/ZTF26c")[0] == 200
    assert api.get("source_exists/nothing")[1]["data"]["source_exists"] is False


def test_without_a_token_nobody_reads(client, api):
    answer = client.get("/api/sources")
    assert answer.status_code == 401
    assert 'Credentials malformed; expected form "Authorization: token abc123"' in answer.json()["message"]


def test_a_number_is_a_name_too(api, group):
    assert api.post("sources", {"id": 1234, "ra": 1, "dec": 1, "group_ids": [group.pk]})[1]["data"]["id"] == "1234"
    assert api.get("sources/1234")[1]["data"]["id"] == "1234"
