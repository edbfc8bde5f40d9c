"""The admin console lists what is said of objs."""

import pytest

from tests.sources.remarks import known_obj

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", ["comment", "annotation", "classification", "taxonomy", "thumbnail", "listing"])
def test_each_kind_is_listed_and_searched(client, system_admin, group, model):
    known_obj(group)
    client.force_login(system_admin)
    assert client.get(f"/admin/sources/{model}/").status_code == 200
    assert client.get(f"/admin/sources/{model}/?q=ZTF").status_code == 200
    assert client.get(f"/admin/sources/{model}/add/").status_code == 200
