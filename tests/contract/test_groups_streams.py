"""`/api/streams`."""

from apps.groups.models import Stream
from tests.factories import StreamFactory


def test_a_system_admin_makes_renames_and_deletes_a_stream(api_of, system_admin):
    api = api_of(system_admin)
    status, body = api.post("streams", {"name": "ZTF Partnership", "altdata": {"selector": [1, 2]}})
    assert status == 200
    pk = body["data"]["id"]
    assert api.get(f"streams/{pk}")[1]["data"]["altdata"] == {"selector": [1, 2]}
    assert api.patch(f"streams/{pk}", {"name": "Partners"})[0] == 200
    assert api.get(f"streams/{pk}")[1]["data"]["name"] == "Partners"
    assert api.delete(f"streams/{pk}")[0] == 200
    assert not Stream.objects.filter(pk=pk).exists()


def test_others_may_not(api_of, group_admin, member, stream):
    for user in (group_admin, member):
        api = api_of(user)
        assert api.post("streams", {"name": "Mine"})[0] == 401
        assert api.patch(f"streams/{stream.pk}", {"name": "Mine"})[0] == 401
        assert api.delete(f"streams/{stream.pk}")[0] == 401
        status, body = api.post(f"streams/{stream.pk}/users", {"user_id": user.pk})
        assert status == 401
        assert "Unauthorized" in body["message"]
        assert api.delete(f"streams/{stream.pk}/users/{user.pk}")[0] == 401


def test_streams_that_i_may_not_read_do_not_exist_for_me(api_of, member, stream):
    hidden = StreamFactory(name="Proprietary")
    api = api_of(member)
    assert [s["id"] for s in api.get("streams")[1]["data"]] == [stream.pk]
    status, body = api.get(f"streams/{hidden.pk}")
    assert status == 400
    assert "Could not retrieve stream" in body["message"]
    assert api.get("streams/x")[0] == 400


def test_access_is_granted_and_revoked(api_of, system_admin, outsider):
    stream = StreamFactory(name="Extra")
    api = api_of(system_admin)
    status, body = api.post(f"streams/{stream.pk}/users", {"user_id": outsider.pk})
    assert (status, body["data"]) == (200, {"stream_id": stream.pk, "user_id": outsider.pk})
    assert api.post(f"streams/{stream.pk}/users", {"user_id": outsider.pk})[0] == 400
    assert api.delete(f"streams/{stream.pk}/users/{outsider.pk}")[0] == 200
    assert api.delete(f"streams/{stream.pk}/users/{outsider.pk}")[0] == 400


def test_access_stays_while_a_group_needs_it(api_of, system_admin, member, stream, group):
    status, body = api_of(system_admin).delete(f"streams/{stream.pk}/users/{member.pk}")
    assert status == 400
    assert "Transients" in body["message"]
    assert member.stream_grants.exists()


def test_a_stream_of_the_same_name_or_none_is_refused(api_of, system_admin, stream):
    api = api_of(system_admin)
    assert "already" in api.post("streams", {"name": stream.name})[1]["message"]
    assert "name: Field required" in api.post("streams", {})[1]["message"]
    assert "At least one of" in api.patch(f"streams/{stream.pk}", {})[1]["message"]
