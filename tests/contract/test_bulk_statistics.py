"""Statistics of many objs: each sees figures of what they may read; operators count anew."""

import pytest

from apps.sources.actions.objs import make_known
from apps.sources.models import Classification, PhotStat, Source, Taxonomy
from skyportal.access.models import Audience
from tests.factories import InstrumentFactory, ObjFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def measured(group, member, group_admin, api_of):
    """Two sources; of the first, the admin keeps one bright point for themselves."""
    camera, objs = InstrumentFactory(filters=["ztfg"]), [ObjFactory(name="ZTF26one"), ObjFactory(name="ZTF26two")]
    for obj in objs:
        make_known([obj.pk], group_ids=[group.pk])
        Source.objects.create(obj=obj, group=group, saved_by=member)
    common = {"instrument_id": camera.pk, "filter": "ztfg", "magsys": "ab", "magerr": 0.1, "limiting_mag": 21.0}

    def send(api, obj, mjd, mag, group_ids):
        status, answer = api.post(
            "photometry", common | {"obj_id": obj.name, "mjd": mjd, "mag": mag, "group_ids": group_ids}
        )
        assert status == 200, answer

    send(api_of(member), objs[0], [59000.0, 59001.0], [19.0, 18.0], [group.pk])
    send(api_of(member), objs[1], [59000.0], [20.0], [group.pk])
    send(api_of(group_admin), objs[0], [58990.0], [15.0], [])
    return objs


def points(api, **query):
    status, answer = api.get("phot_stats/aggregate", **query)
    assert status == 200, answer
    return answer["data"]


def test_figures_are_those_of_what_one_may_read(measured, api_of, member, group_admin, outsider):
    asked = {"xField": "peak_mag_global", "yField": "peak_mjd_global", "zField": "first_detected_mag"}
    mine = points(api_of(member), **asked)
    assert [(p["id"], p["x"], p["y"], p["z"]) for p in mine["points"]] == [
        ("ZTF26one", pytest.approx(18.0), 59001.0, pytest.approx(19.0)),
        ("ZTF26two", pytest.approx(20.0), 59000.0, pytest.approx(20.0)),
    ]
    assert (mine["count"], mine["truncated"]) == (2, False)
    hers = points(api_of(group_admin), **asked)["points"][0]
    assert (hers["x"], hers["y"], hers["z"]) == (pytest.approx(15.0), 58990.0, pytest.approx(15.0))
    assert points(api_of(outsider), **asked)["points"] == []


def test_they_are_chosen_by_class_group_and_name(measured, api_of, member, group):
    audience = Audience.objects.of([group.pk])
    tree = Taxonomy.objects.create(name="t", version="1", hierarchy={"class": "Ia"}, audience=audience)
    for name, probability in (("Ia", 0.9), ("II", 0.2)):
        Classification.objects.create(
            obj=measured[0],
            taxonomy=tree,
            classification=name,
            probability=probability,
            audience=audience,
            author=member,
        )
    api, axes = api_of(member), {"xField": "num_obs_global", "yField": "mean_mag_global"}

    def names(**query):
        return [p["id"] for p in points(api, **axes, **query)["points"]]

    assert points(api, **axes)["points"][0]["classification"] == "Ia"
    assert names(classifications="II,Ib") == ["ZTF26one"]
    assert names(classifications="II", classificationProbThreshold=0.5) == []
    assert names(obj_ids="ZTF26two") == ["ZTF26two"]
    assert names(group_id=999_999) == []
    assert points(api, **axes, maxMatches=1)["truncated"] is True


def test_fields_are_named_and_others_refused(api_of, member):
    api = api_of(member)
    answer = points(api)
    assert {"value": "peak_mag_global", "label": "Peak magnitude"} in answer["fields"]
    status, answer = api.get("phot_stats/aggregate", xField="secret", yField="ra")
    assert status == 400
    assert "Invalid xField" in answer["message"]


def test_operators_count_what_is_missing_and_count_anew(measured, api_of, system_admin, member):
    boss = api_of(system_admin)
    assert boss.get("phot_stats")[1]["data"] == {"totalWithPhotStats": 2, "totalWithoutPhotStats": 0}
    PhotStat.objects.filter(obj=measured[0]).delete()
    PhotStat.objects.filter(obj=measured[1]).update(num_obs=77)
    assert boss.get("phot_stats")[1]["data"] == {"totalWithPhotStats": 1, "totalWithoutPhotStats": 1}
    assert boss.post("phot_stats", {}, createdAtEndTime="2001-01-01")[1]["data"]["totalMatches"] == 0
    assert boss.post("phot_stats", {}, numPerPage=1)[1]["data"] == {"totalMatches": 1, "pageNumber": 1, "numPerPage": 1}
    assert PhotStat.objects.filter(obj=measured[0]).count() == 2
    assert boss.patch("phot_stats", {}, fullUpdateEndTime="2001-01-01")[1]["data"]["totalMatches"] == 0
    assert boss.patch("phot_stats", {})[1]["data"]["totalMatches"] == 2
    assert PhotStat.objects.get(obj=measured[1]).num_obs == 1
    nobody = api_of(member)
    assert {nobody(verb, "phot_stats", {})[0] for verb in ("GET", "POST", "PATCH")} == {401}
