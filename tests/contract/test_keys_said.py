"""`/api/internal/altdata_info`."""

import pytest

from apps.sources.actions.objs import make_known
from tests.factories import ObjFactory


@pytest.mark.usefixtures("own_cache")
def test_keys_are_told_with_their_types_to_those_who_may_read_them(api_of, member, outsider, group):
    obj = ObjFactory(altdata={"period": 3.2, "kind": "RRL", "sure": True, "nothing": None})
    make_known([obj.pk], group_ids=[group.pk])
    path = "internal/altdata_info"
    assert api_of(member).get(path)[1]["data"] == {"kind": "string", "period": "number", "sure": "bool"}
    assert api_of(outsider).get(path)[1]["data"] == {}
