"""How many queries the answers that are asked most may take. A number may fall; let it rise only with a reason."""

from __future__ import annotations

import pytest

from apps.sources.actions.sources import save_source

MOST = {
    "/api/sources/{name}": 7,
    "/api/sources?numPerPage=100": 5,
    "/source/{name}": 13,
    "/sources": 11,
    "/": 9,
}


@pytest.fixture
def saved(obj, member, group, viewer_of):
    return save_source(viewer_of(member), obj, [group.pk])


@pytest.mark.parametrize("address", MOST)
def test_an_answer_takes_few_queries(address, obj, saved, member, client, api_of, django_assert_max_num_queries):
    path = address.format(name=obj.name)
    client.force_login(member)
    api = api_of(member)

    def status() -> int:
        return api.get(path.removeprefix("/api/"))[0] if path.startswith("/api/") else client.get(path).status_code

    status()  # totals and classes are counted once
    with django_assert_max_num_queries(MOST[address]):
        assert status() == 200


def test_a_kept_statement_serves_no_other_viewer(obj, saved, member, outsider, api_of):
    """What one may read is never read by the statement that was put together for another."""
    for person, status in ((member, 200), (outsider, 404), (member, 200)):
        assert api_of(person).get(f"sources/{obj.name}")[0] == status
