"""The standing cast, and how tests speak to the API."""

from __future__ import annotations

import gc
import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from apps.groups import queries
from apps.groups.models import Group, Stream, User
from skyportal import outside
from skyportal.access.viewer import Viewer
from tests.factories import GroupFactory, StreamFactory, join, make_token, make_user
from tests.prepared import empty_only_what_is_filled, use_template

outside.AGAIN_AFTER = 0.01


def pytest_collection_finish() -> None:
    """What was imported and collected stays: to look through it for garbage again and again took a fifth of the time
    of all tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


class Api:
    """A client of the public API: `api.get("sources", ra=1)` → (status, body)."""

    def __init__(self, secret: str) -> None:
        self.headers = {"Authorization": f"token {secret}"}
        self.client = Client()

    def __call__(self, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, Any]:
        data = None if body is None else (body if isinstance(body, str | bytes) else json.dumps(body))
        answer = self.client.generic(
            method,
            f"/api/{path}",
            data=data or b"",
            content_type="application/json",
            headers=self.headers,
            query_params={k: v for k, v in query.items() if v is not None},
        )
        kind = answer.headers.get("Content-Type", "")
        return answer.status_code, json.loads(answer.content) if "json" in kind and answer.content else answer.content

    def get(self, path: str, **query: Any) -> tuple[int, Any]:
        return self("GET", path, **query)

    def post(self, path: str, body: Any, **query: Any) -> tuple[int, Any]:
        return self("POST", path, body, **query)

    def put(self, path: str, body: Any, **query: Any) -> tuple[int, Any]:
        return self("PUT", path, body, **query)

    def patch(self, path: str, body: Any, **query: Any) -> tuple[int, Any]:
        return self("PATCH", path, body, **query)

    def delete(self, path: str, body: Any = None, **query: Any) -> tuple[int, Any]:
        return self("DELETE", path, body, **query)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        use_template()


@pytest.fixture(scope="session", autouse=True)
def quick_flush() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        empty_only_what_is_filled(patch)
        yield


@pytest.fixture
def stream(db: None) -> Stream:
    return StreamFactory(name="ZTF Public")


@pytest.fixture
def group(stream: Stream) -> Group:
    return GroupFactory(name="Transients", streams=[stream])


@pytest.fixture
def member(group: Group) -> User:
    return make_user("member", groups_=[group])


@pytest.fixture
def group_admin(group: Group) -> User:
    user = make_user("group_admin", role="Group admin")
    join(user, group, admin=True)
    return user


@pytest.fixture
def stream_member(stream: Stream) -> User:
    """Reads the stream, belongs to no group."""
    user = make_user("stream_member")
    user.stream_grants.create(stream=stream)
    return user


@pytest.fixture
def outsider(db: None) -> User:
    return make_user("outsider")


@pytest.fixture
def system_admin(db: None) -> User:
    return make_user("system_admin", role="Super admin")


@pytest.fixture
def api_of() -> Callable[[User], Api]:
    """The API as this person, with a token that holds all they hold."""

    made: Counter[int] = Counter()

    def api(user: User, acls: list[str] | None = None) -> Api:
        made[user.pk] += 1
        return Api(make_token(user, f"test {made[user.pk] - 1}", acls))

    return api


@pytest.fixture
def viewer_of() -> Callable[[User], Viewer]:
    def viewer(user: User) -> Viewer:
        found = queries.viewer_of(user.pk)
        assert found is not None
        return found

    return viewer


@pytest.fixture
def own_cache(settings: Any) -> None:
    """A cache that no test running beside this one empties."""
    name = f"own-{uuid4()}"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": name}}
