"""The API's rows about the site itself."""

import re

import pytest
from django.urls import resolve

from apps.sources.models import Thumbnail
from skyportal.api import deployment, enumerations


def test_an_unknown_path_is_answered_in_the_envelope(api_of, member):
    status, body = api_of(member).get("no/such/thing")
    assert (status, body["message"], body["data"]) == (400, "Invalid API endpoint", {})
    assert api_of(member).post("no/such/thing", {})[0] == 405
    assert api_of(member).delete("no/such/thing")[0] == 405


def test_a_method_nobody_answers_is_405(api_of, member):
    assert api_of(member).put("groups/public", {})[0] == 405


def test_config_and_enumerations_name_what_is_accepted(api_of, member):
    config = api_of(member).get("config")[1]["data"]
    assert config["cosmology"] == "Planck18"
    assert config["defaultSpectrumType"] == "source"
    words = api_of(member).get("enum_types")[1]["data"]
    assert {"ab", "vega"} <= set(words["ALLOWED_MAGSYSTEMS"])
    assert {"ztfg", "lsstu"} <= set(words["ALLOWED_BANDPASSES"])
    assert set(words["THUMBNAIL_TYPES"]) == set(Thumbnail.TYPES) == set(enumerations.THUMBNAIL_TYPES)
    assert words["FOLLOWUP_PRIORITIES"] == ["1", "2", "3", "4", "5"]


def test_sysinfo_is_open_and_names_no_addresses(client, db):
    body = client.get("/api/sysinfo").json()
    assert body["status"] == "success"
    assert "@" not in str(body["data"]["gitlog"])


def test_the_git_log_is_parsed_and_nonsense_left_out():
    text = "2026-01-01T00:00:00+00:00\x1fabc1234\x1fA change (#12)\x1e\nno commit\x1e\n2026-01-01\x1f<b>\x1fx\x1e"
    assert deployment.parse_log(text) == [
        {"time": "2026-01-01T00:00:00+00:00", "sha": "abc1234", "description": "A change (#12)", "pr": 12}
    ]


def test_without_git_there_is_an_empty_list(monkeypatch):
    monkeypatch.setattr(deployment.shutil, "which", lambda name: None)
    deployment.git_log.cache_clear()
    assert deployment.git_log() == []
    deployment.git_log.cache_clear()


def test_dbinfo_tells_whether_anything_was_saved(api_of, member):
    data = api_of(member).get("internal/dbinfo")[1]["data"]
    assert data["source_table_empty"] is True
    assert data["postgres_version"].split(".")[0].isdigit()


def test_statistics_are_for_system_admins(api_of, member, system_admin):
    assert api_of(member).get("db_stats")[0] == 401
    data = api_of(system_admin).get("db_stats")[1]["data"]
    assert data["Number of users"] == 2
    assert data["Newest candidate creation datetime"] is None


def test_the_openapi_document_is_public_and_names_permissions(client, db):
    document = client.get("/api/openapi.json").json()
    assert "/api/groups/{group_id}/users" in document["paths"]
    assert "Upload data" in document["paths"]["/api/groups"]["post"]["description"]
    names = {p["name"] for p in document["paths"]["/api/user"]["get"]["parameters"]}
    assert {"pageNumber", "email"} <= names


def test_the_docs_page_takes_its_files_from_here(client, db):
    answer = client.get("/docs")
    assert answer.status_code == 200
    assert b"/static/drf_spectacular_sidecar/" in answer.content
    assert b"cdn" not in answer.content
    assert "'unsafe-inline'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("raw", ["[1, 2]", '"text"', "{", "\xff"])
def test_a_body_that_is_no_object_is_refused(api_of, member, raw):
    status, body = api_of(member).post("groups", raw)
    assert status == 400
    assert "JSON" in body["message"] or "application/json" in body["message"]


def test_the_document_tells_the_body_of_every_verb_that_reads_one(client, db, capsys):
    paths = client.get("/api/openapi.json").json()["paths"]
    assert "Warning" not in capsys.readouterr().err, "two bodies of one name would be told as one"
    silent = {
        (verb, path)
        for path, verbs in paths.items()
        for verb, told in verbs.items()
        if verb in ("post", "put", "patch") and "requestBody" not in told
    }
    forgotten = [(verb, path) for verb, path in silent if door(path).bodies.get(verb.upper(), "unsaid") is not None]
    assert not forgotten, sorted(forgotten)
    points = paths["/api/photometry"]["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    assert points.endswith("/PhotometryBody")


def door(path):
    return resolve(re.sub(r"{[^}]*}", "1", path)).func.cls
