"""`/api/source/…/reminders` and `/api/spectra/…/reminders`: words, codes and shapes that clients depend on."""

import pytest

from apps.sources.models import Reminder, SpectrumReminder
from skyportal.access.models import Audience
from tests.factories import GroupFactory, SpectrumFactory, make_user
from tests.sources.remarks import known_obj

pytestmark = pytest.mark.django_db
LATER = {"text": "look again", "next_reminder": "2031-01-02T03:04:05", "reminder_delay": 2, "number_of_reminders": 3}


@pytest.fixture
def obj(group):
    return known_obj(group)


@pytest.fixture
def api(member, api_of):
    return api_of(member)


@pytest.mark.parametrize("kind", ["source", "spectra"])
def test_a_reminder_is_set_read_edited_and_deleted(api, member, group, obj, kind):
    spectrum = SpectrumFactory(obj=obj, owner=member, audience=Audience.objects.of([group.pk]))
    resource = obj.name if kind == "source" else str(spectrum.pk)
    status, body = api.post(f"{kind}/{resource}/reminders", LATER | {"group_ids": [group.pk]})
    assert status == 200, body
    (pk,) = body["data"]["reminder_ids"]
    data = api.get(f"{kind}/{resource}/reminders")[1]["data"]
    assert (data["resourceId"], data["resourceType"]) == (resource, kind)
    (row,) = data["reminders"]
    assert (row["id"], row["text"], row["user_id"], row["obj_id"]) == (pk, "look again", member.pk, obj.name)
    assert row["next_reminder"].startswith("2031-01-02T03:04:05")
    assert (row["reminder_delay"], row["number_of_reminders"], row["bot"]) == (2, 3, True)
    assert [g["id"] for g in row["groups"]] == [group.pk]
    assert api.patch(f"{kind}/{resource}/reminders/{pk}", {"text": "other", "reminder_delay": 0.5})[0] == 200
    row = api.get(f"{kind}/{resource}/reminders/{pk}")[1]["data"]
    assert (row["text"], row["reminder_delay"], row["number_of_reminders"]) == ("other", 0.5, 3)
    assert api.delete(f"{kind}/{resource}/reminders/{pk}")[0] == 200
    assert api.get(f"{kind}/{resource}/reminders")[1]["data"]["reminders"] == []
    assert not Reminder.objects.exists()
    assert not SpectrumReminder.objects.exists()


def test_each_of_several_people_gets_one_and_only_people_who_may_see_the_source(api, group, obj, member, outsider):
    friend = make_user("friend", groups_=[group])
    path = f"source/{obj.name}/reminders"
    status, body = api.post(path, LATER | {"user_ids": [friend.pk, member.pk]})
    assert (status, len(body["data"]["reminder_ids"])) == (200, 2)
    assert set(Reminder.objects.values_list("user", flat=True)) == {friend.pk, member.pk}
    for stranger in (outsider.pk, 10**9, -3):
        status, body = api.post(path, LATER | {"user_ids": [stranger]})
        assert (status, str(stranger) in body["message"]) == (403, True)
    assert api.post(path, LATER | {"group_ids": [GroupFactory().pk]})[0] == 403
    assert Reminder.objects.count() == 2


def test_it_is_read_by_its_groups_changed_by_its_author_and_ended_by_who_is_reminded(api, group, obj, outsider, api_of):
    friend, fellow = (make_user(name, groups_=[group]) for name in ("friend", "fellow"))
    path = f"source/{obj.name}/reminders"
    (pk,) = api.post(path, LATER | {"user_ids": [friend.pk], "group_ids": [group.pk]})[1]["data"]["reminder_ids"]
    assert api_of(fellow).get(f"{path}/{pk}")[0] == 200
    assert api_of(outsider).get(f"{path}/{pk}")[0] == 403
    assert api_of(outsider).get(path)[0] == 403
    for verb in ("PATCH", "DELETE"):
        assert api_of(fellow)(verb, f"{path}/{pk}", {"text": "mine"})[0] == 403
    assert api_of(friend).patch(f"{path}/{pk}", {"text": "mine"})[0] == 403
    assert api_of(friend).delete(f"{path}/{pk}")[0] == 200
    assert not Reminder.objects.exists()


def test_it_needs_the_permission_and_the_source_of_its_path(api, member, group, obj, api_of):
    (pk,) = api.post(f"source/{obj.name}/reminders", LATER)[1]["data"]["reminder_ids"]
    assert api_of(member, acls=["Comment"]).post(f"source/{obj.name}/reminders", LATER)[0] == 401
    status, body = api.delete(f"source/{known_obj(group).name}/reminders/{pk}")
    assert (status, body["message"]) == (400, "Reminder resource ID does not match resource ID given in path")
    assert Reminder.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""}, {"text": ["a"]}, {"text": "x" * 2001}, {"next_reminder": "soon"}, {"reminder_delay": 0},
        {"reminder_delay": 1e9}, {"reminder_delay": "NaN"}, {"reminder_delay": True}, {"number_of_reminders": 0},
        {"number_of_reminders": 1.5}, {"number_of_reminders": 10**30}, {"user_ids": "many"},
        {"user_ids": list(range(1, 60))},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_and_sets_nothing(api, obj, wrong):
    status, body = api.post(f"source/{obj.name}/reminders", LATER | wrong)
    assert (status, body["status"]) == (400, "error"), body
    assert not Reminder.objects.exists()
