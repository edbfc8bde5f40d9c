"""A page says what it watches, and hears names of topics, never content."""

from __future__ import annotations

import time
from importlib import import_module

import pytest
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from django.apps import apps
from django.contrib.auth.models import AnonymousUser

from apps.groups import actions, queries
from skyportal.live.consumer import MOST_TOPICS
from skyportal.live.topics import OLDEST, changed_since, may_watch, publish
from tests.live.page import Page

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def db(transactional_db):
    """With the rows of the first migrations, which tests that commit for themselves find flushed."""
    import_module("apps.groups.migrations.0002_permissions_and_sitewide_group").fill(apps, None)


async def test_nobody_listens_without_signing_in(db):
    answer = await Page(AnonymousUser()).connect()
    assert answer["type"] == "websocket.close"
    assert answer["code"] == 4401


async def test_only_topics_one_may_watch_are_watched(db, member, outsider, group):
    page = Page(member)
    assert (await page.connect())["type"] == "websocket.accept"
    mine, hidden = [f"group:{group.pk}", f"user:{member.pk}"], ["group:999999", f"user:{outsider.pk}"]
    assert sorted(await page.ask(*mine, *hidden, "secret:1", "group:", 7, "x" * 500)) == sorted(mine)
    await page.leave()


async def test_a_page_hears_after_the_commit_and_hears_only_a_name(db, group_admin, group):
    page = Page(group_admin)
    await page.connect()
    topic = f"group:{group.pk}"
    assert await page.ask(topic) == [topic]
    viewer = await database_sync_to_async(queries.viewer_of)(group_admin.pk)
    await database_sync_to_async(actions.change_group)(viewer, group.pk, {"description": "secret plans"})
    assert await page.hear() == {"topic": topic}
    await page.leave()


async def test_a_page_hears_what_happened_since_it_was_drawn(db, group_admin, group, monkeypatch):
    monkeypatch.setattr("skyportal.live.topics.MARGIN", 0)
    viewer = await database_sync_to_async(queries.viewer_of)(group_admin.pk)
    topics = [f"group:{group.pk}", f"user:{group_admin.pk}"]
    drawn = time.time()
    await database_sync_to_async(actions.change_group)(viewer, group.pk, {"description": "new plans"})
    later = time.time()
    heard = {drawn: [topics[0]], later: [], drawn - OLDEST - 1: topics, float("nan"): topics}
    for since, expected in heard.items():
        page = Page(group_admin)
        await page.connect()
        await page.ask(*topics, "group:999999", since=since)
        assert [(await page.hear())["topic"] for _ in expected] == expected
        assert await page.receive_nothing(timeout=0.1)
        await page.leave()


async def test_where_very_much_happened_everything_is_fetched_again(db, group_admin, group, monkeypatch):
    monkeypatch.setattr("skyportal.live.topics.MOST_ENTRIES", 1)
    viewer = await database_sync_to_async(queries.viewer_of)(group_admin.pk)
    drawn = time.time()
    await database_sync_to_async(actions.change_group)(viewer, group.pk, {"description": "new plans"})
    assert await database_sync_to_async(changed_since)({"b:1", "a:1"}, drawn) == ["a:1", "b:1"]


async def test_others_hear_nothing(db, outsider, group):
    hidden = await database_sync_to_async(lambda: actions.create_group(queries.viewer_of(outsider.pk), "x").pk)()
    await database_sync_to_async(outsider.memberships.filter(group=hidden).delete)()
    page = Page(outsider)
    await page.connect()
    assert await page.ask(f"group:{hidden}") == []
    await sync_to_async(publish)([f"group:{hidden}"])
    assert await page.receive_nothing(timeout=0.3)
    await page.leave()


@pytest.mark.parametrize("said", [[], "watch", {"watch": None}, {"watch": 7}, {"watch": [None, {}], "since": "now"}, 3])
async def test_nonsense_is_answered_with_nothing_watched(db, member, said):
    page = Page(member)
    await page.connect()
    await page.say(said)
    assert await page.hear() == {"watching": []}
    await page.leave()


async def test_what_is_not_json_does_not_break_the_socket(db, member):
    page = Page(member)
    await page.connect()
    await page.send_input({"type": "websocket.receive", "text": "{nonsense"})
    assert await page.hear() == {"watching": []}
    await page.leave()


async def test_a_page_watches_so_many_and_no_more(db, system_admin):
    page = Page(system_admin)
    await page.connect()
    assert len(await page.ask(*(f"group:{n}" for n in range(MOST_TOPICS + 50)))) == MOST_TOPICS
    await page.leave()


async def test_who_is_expired_watches_nothing(db, member, group):
    member.expiration_date = "2020-01-01T00:00:00Z"
    await database_sync_to_async(member.save)()
    page = Page(member)
    await page.connect()
    assert await page.ask(f"group:{group.pk}") == []
    await page.leave()


async def test_a_kind_of_topic_that_nobody_hung_cannot_be_watched(db, member):
    viewer = await database_sync_to_async(queries.viewer_of)(member.pk)
    assert not may_watch(viewer, "nothing:1")
    assert not may_watch(viewer, "group")
