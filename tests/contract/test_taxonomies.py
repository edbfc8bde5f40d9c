"""`/api/taxonomy`: words, codes and shapes that clients depend on."""

import pytest
import yaml

from apps.groups.queries import sitewide_group_id
from apps.sources.actions.taxonomies import ensure_default_taxonomy
from apps.sources.models import Taxonomy
from tests.factories import GroupFactory, join
from tests.sources.remarks import TREE, known_obj

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(group_admin, api_of):
    return api_of(group_admin)


def tree(**more):
    return {"name": "tree", "version": "1", "hierarchy": TREE, **more}


def test_a_taxonomy_is_posted_and_read_back(api):
    status, body = api.post("taxonomy", tree(provenance="here"))
    assert status == 200
    status, body = api.get(f"taxonomy/{body['data']['taxonomy_id']}")
    found = body["data"]
    assert (found["name"], found["version"], found["provenance"], found["isLatest"]) == ("tree", "1", "here", True)
    assert found["hierarchy"] == TREE
    assert [g["id"] for g in found["groups"]] == [sitewide_group_id()]
    assert [t["id"] for t in api.get("taxonomy")[1]["data"]] == [found["id"]]


def test_a_hierarchy_may_come_as_yaml(api):
    status, _ = api.post("taxonomy", {"name": "t", "version": "1", "hierarchy_file": yaml.safe_dump(TREE)})
    assert status == 200
    assert Taxonomy.objects.get().hierarchy == TREE


BOMB = "a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\nclass: Bomb\nsubclasses: [*b,*b,*b]"


@pytest.mark.parametrize(
    "bad",
    [
        {"hierarchy": {"name": "no class"}},
        {"hierarchy": {"class": 5}},
        {"hierarchy": {"class": "A", "subclasses": [{"name": "no class"}]}},
        {"hierarchy": {"class": "A", "subclasses": ["B"]}},
        {"hierarchy": {"class": "A", "colour": "red"}},
        {"hierarchy": {"class": "A", "tags": "x"}},
        {"hierarchy": []},
        {"hierarchy": "class: A"},
        {"hierarchy_file": "class: lls\nname: hi\nthere:\n  - class: why\n"},
        {"hierarchy_file": "a: [unclosed"},
        {"hierarchy_file": "!!python/object/apply:os.system ['true']"},
        {"hierarchy_file": BOMB},
        {"hierarchy_file": "[" * 5000},
        {"hierarchy_file": 5},
    ],
)
def test_a_hierarchy_outside_the_schema_is_refused(api, bad):
    status, body = api.post("taxonomy", {"name": "t", "version": "1", **bad})
    assert (status, body["message"]) == (400, "Hierarchy does not validate against the schema.")
    assert not Taxonomy.objects.exists()


@pytest.mark.parametrize("bad", [{"name": None}, {"version": ""}, {"hierarchy": None}, {"isLatest": "x"}])
def test_what_is_missing_is_refused(api, bad):
    assert api.post("taxonomy", tree(**bad))[0] == 400
    assert not Taxonomy.objects.exists()


def test_the_newest_of_a_name_is_the_latest(api):
    first = api.post("taxonomy", tree())[1]["data"]["taxonomy_id"]
    second = api.post("taxonomy", tree(version="2"))[1]["data"]["taxonomy_id"]
    api.post("taxonomy", tree(version="3", isLatest=False))
    assert list(Taxonomy.objects.filter(is_latest=True).values_list("pk", flat=True)) == [second]
    assert api.put(f"taxonomy/{first}", {"isLatest": True, "provenance": "again"})[0] == 200
    assert list(Taxonomy.objects.filter(is_latest=True).values_list("pk", flat=True)) == [first]


def test_one_of_another_group_is_not_available(api, group_admin, group, outsider, system_admin, api_of):
    own = api.post("taxonomy", tree(group_ids=[group.pk]))[1]["data"]["taxonomy_id"]
    status, body = api_of(outsider).get(f"taxonomy/{own}")
    assert status == 400
    assert "is not available to user" in body["message"]
    assert api_of(outsider).get("taxonomy")[1]["data"] == []


def test_permissions_are_asked(member, outsider, group_admin, api_of, api):
    assert api_of(member).post("taxonomy", tree())[0] == 401
    posted = api.post("taxonomy", tree())[1]["data"]["taxonomy_id"]
    assert api_of(member).put(f"taxonomy/{posted}", {"name": "x"})[0] == 401
    assert api.delete(f"taxonomy/{posted}")[0] == 401, "group admins post but do not delete"
    assert Taxonomy.objects.get().name == "tree"


def test_one_in_use_keeps_its_classes_and_stays(api, group, system_admin, api_of):
    taxonomy = api.post("taxonomy", tree())[1]["data"]["taxonomy_id"]
    obj = known_obj(group)
    api.post("classification", {"obj_id": obj.name, "classification": "Ia", "taxonomy_id": taxonomy})
    assert api.put(f"taxonomy/{taxonomy}", {"hierarchy": {"class": "Other"}})[0] == 400
    assert api_of(system_admin).delete(f"taxonomy/{taxonomy}")[0] == 400
    api.delete(f"sources/{obj.name}/classifications")
    assert api.put(f"taxonomy/{taxonomy}", {"hierarchy": {"class": "Other"}})[0] == 200
    assert api_of(system_admin).delete(f"taxonomy/{taxonomy}")[0] == 200
    assert not Taxonomy.objects.exists()


def test_a_foreign_group_is_refused(api, group_admin):
    assert api.post("taxonomy", tree(group_ids=[GroupFactory().pk]))[0] == 400
    mine = GroupFactory()
    join(group_admin, mine)
    assert api.post("taxonomy", tree(group_ids=[mine.pk]))[0] == 200


def test_a_new_site_has_the_tree_of_tdtax_once(outsider, api_of):
    assert ensure_default_taxonomy() == ensure_default_taxonomy()
    (found,) = api_of(outsider).get("taxonomy")[1]["data"]
    assert (found["name"], found["isLatest"]) == ("tdtax", True)
    assert "Ia" in yaml.safe_dump(found["hierarchy"])
