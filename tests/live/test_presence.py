"""Who else has something open: those who may see it, while their page is there."""

from __future__ import annotations

from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async

from apps.groups import queries
from apps.sources.queries import pages
from skyportal.live import presence
from tests.live.page import Page
from tests.live.test_consumer import db  # noqa: F401 - with the rows of the first migrations
from tests.sources.remarks import known_obj

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def obj(db, group):  # noqa: F811
    return known_obj(group, name=f"ZTF26{uuid4().hex[:12]}")  # tests that run beside this one share the Redis


async def present(obj) -> list[int]:
    return await sync_to_async(presence.present)(f"source:{obj.name}")


async def test_others_hear_who_comes_and_goes(obj, member, group_admin):
    topic = f"here:source:{obj.name}"
    mine, theirs = Page(member), Page(group_admin)
    await mine.connect()
    assert await mine.ask(topic) == [topic]
    assert await mine.receive_nothing(timeout=0.1), "one does not hear of oneself"
    assert await present(obj) == [member.pk]
    await theirs.connect()
    await theirs.ask(topic)
    assert await mine.hear() == {"topic": topic}
    assert await present(obj) == sorted([member.pk, group_admin.pk])
    await theirs.leave()
    assert await mine.hear() == {"topic": topic}
    assert await present(obj) == [member.pk]
    await mine.ask()
    assert await present(obj) == []
    await mine.leave()


async def test_a_second_page_of_the_same_person_keeps_them_there(obj, member):
    topic = f"here:source:{obj.name}"
    one, two = Page(member), Page(member)
    for page in (one, two):
        await page.connect()
        await page.ask(topic)
    await one.leave()
    assert await present(obj) == [member.pk]
    await two.leave()
    assert await present(obj) == []


async def test_who_may_not_see_it_is_neither_counted_nor_told(obj, outsider, member):
    topic = f"here:source:{obj.name}"
    page = Page(outsider)
    await page.connect()
    assert await page.ask(topic, f"here:{topic}", "here:", "here:nothing") == []
    assert await present(obj) == []
    await page.leave()


async def test_a_page_that_said_nothing_for_long_is_gone(obj, member, monkeypatch):
    monkeypatch.setattr(presence, "KEPT", 0)
    await sync_to_async(presence.arrive)([f"here:source:{obj.name}"], member.pk, "page")
    assert await present(obj) == []


async def test_a_page_is_counted_on_only_while_it_may_be_seen(obj, member, group, monkeypatch):
    monkeypatch.setattr(presence, "RENEWED", 0.05)
    topic = f"here:source:{obj.name}"
    page = Page(member)
    await page.connect()
    await page.ask(topic)
    await database_sync_to_async(obj.readers.all().delete)()
    for _ in range(100):
        if not await present(obj):
            break
        await page.receive_nothing(timeout=0.05)
    assert await present(obj) == []
    await page.leave()


async def test_the_page_names_the_others(obj, member, group_admin):
    await sync_to_async(presence.arrive)([f"here:source:{obj.name}"], group_admin.pk, "one")
    await sync_to_async(presence.arrive)([f"here:source:{obj.name}"], member.pk, "two")

    def named() -> list[str]:
        return [person.username for person in pages.others_here(queries.viewer_of(member.pk), obj)]

    assert await database_sync_to_async(named)() == ["group_admin"]
