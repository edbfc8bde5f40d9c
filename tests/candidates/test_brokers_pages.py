"""Broker pages: connecting, asking, saving, and what is listened to."""

import struct
from types import SimpleNamespace

import fastavro
import pytest
from django.db import connection
from django.test import Client

from apps.candidates.actions import feeds
from apps.candidates.actions.consuming import _whole
from apps.candidates.alerts.reading import read_message
from apps.candidates.models import Broker, Feed
from apps.candidates.queries.brokers import feeds_to_hear
from apps.sources.models import Source
from skyportal.access.errors import Refusal
from skyportal.access.sealed import Locked, unseal
from tests.emulators import brokers as emulated
from tests.emulators.server import serve


@pytest.fixture
def page():
    def as_(user):
        client = Client()
        client.force_login(user)
        return client

    return as_


@pytest.fixture
def alerce(settings, db):
    settings.OUTSIDE_PRIVATE_HOSTS = ["127.0.0.1"]
    with serve(emulated.alerce) as emulator:
        emulator.broker = Broker.objects.create(
            name="ALeRCE", driver="alerce", active=True, settings=emulated.settings_for("alerce", emulator.address)
        )
        yield emulator


def test_an_operator_connects_and_nobody_else_may(page, system_admin, member):
    admin = page(system_admin)
    assert "Connect to" in admin.get("/brokers").text
    assert "Connect to" not in page(member).get("/brokers").text
    assert page(member).get("/brokers/new/lasair").status_code == 403
    assert admin.get("/brokers/new/nobody").status_code == 404
    answer = admin.post("/brokers/new/lasair", {"name": "Lasair", "endpoint": "not an address", "token": "x"})
    assert answer.status_code == 400
    assert "must begin with https://" in answer.text
    answer = admin.post("/brokers/new/lasair", {"name": "Lasair", "endpoint": "https://l.test/api", "token": "hush"})
    made = Broker.objects.get()
    assert answer.headers["Location"] == f"/broker/{made.pk}"
    shown = admin.get(f"/broker/{made.pk}").text
    assert "hush" not in shown
    assert "Kept; leave blank" in shown
    admin.post(f"/broker/{made.pk}", {"name": "Lasair UK", "endpoint": "https://l.test/api", "token": ""})
    made.refresh_from_db()
    assert (made.name, made.settings["token"]) == ("Lasair UK", "hush")
    assert page(member).post(f"/broker/{made.pk}", {"name": "mine"}).status_code == 403


def test_settings_are_sealed_and_another_key_does_not_open_them(settings, db):
    made = Broker.objects.create(name="B", driver="boom", settings={"host": "h", "password": "hush"})
    with connection.cursor() as cursor:
        cursor.execute("select settings from candidates_broker where id = %s", [made.pk])
        stored = cursor.fetchone()[0]
    assert "hush" not in stored
    assert "hush" not in repr(Broker.objects.get().settings)
    assert unseal(stored)["password"] == "hush"
    settings.ENCRYPTION_KEYS = ["MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="]
    with pytest.raises(Locked):
        Broker.objects.get()


def test_one_asks_by_name_and_by_place_and_saves_what_one_finds(page, alerce, group, group_admin):
    browser, broker = page(group_admin), alerce.broker
    assert browser.get(f"/broker/{broker.pk}").status_code == 200
    found = browser.get(f"/broker/{broker.pk}/found", {"q": "10:00:00 +02:00:00", "radius": "10"}).text
    assert emulated.NAME in found
    assert "not yet" in found
    assert "Nothing there" in browser.get(f"/broker/{broker.pk}/found", {"q": "20:00:00 +02:00:00"}).text
    assert "radius" in browser.get(f"/broker/{broker.pk}/found", {"q": "10:00:00 +02:00:00", "radius": "x"}).text
    shown = browser.get(f"/broker/{broker.pk}/object/{emulated.NAME}").text
    assert "3 detections" in shown
    assert "<svg" in shown
    pictures = browser.get(f"/broker/{broker.pk}/object/{emulated.NAME}/pictures").text
    assert pictures.count("data:image/png") == 3
    answer = browser.post(f"/broker/{broker.pk}/object/{emulated.NAME}/save", {"group_ids": [group.pk]})
    assert answer.headers["Location"] == f"/source/{emulated.NAME}"
    assert Source.objects.get().group == group
    assert "source page" in browser.get(f"/broker/{broker.pk}/found", {"q": emulated.NAME}).text


def test_a_broker_that_is_down_is_said_to_be(page, alerce, member, system_admin):
    alerce.mood = "error"
    browser = page(member)
    assert "answered 500" in browser.get(f"/broker/{alerce.broker.pk}/found", {"q": "ZTF26x"}).text
    answer = browser.get(f"/broker/{alerce.broker.pk}/object/ZTF26x")
    assert (answer.status_code, "answered 500" in answer.text) == (404, True)
    answer = page(system_admin).post(f"/broker/{alerce.broker.pk}/try")
    assert "answered 500" in answer.headers["HX-Trigger"]
    alerce.broker.refresh_from_db()
    assert "answered 500" in alerce.broker.trouble
    alerce.mood = "well"
    page(system_admin).post(f"/broker/{alerce.broker.pk}/try")
    alerce.broker.refresh_from_db()
    assert (alerce.broker.trouble, alerce.broker.checked_at is not None) == ("", True)
    assert page(member).post(f"/broker/{alerce.broker.pk}/try").status_code == 403


def test_what_is_listened_to_is_added_paused_and_removed(page, system_admin, member, stream):
    broker = Broker.objects.create(name="K", driver="kafka", active=True, settings={"servers": "k.test:9092"})
    admin, path = page(system_admin), f"/broker/{broker.pk}/feeds"
    assert "Name at least one topic" in admin.post(path, {"deed": "add", "stream": stream.pk, "topics": " , "}).text
    assert "^ztf_.*" in admin.post(path, {"deed": "add", "stream": stream.pk, "topics": "^ztf_.*, more"}).text
    feed = Feed.objects.get()
    assert feeds_to_hear() == [(feed.pk, "K, ^ztf_.*,more")]
    assert "already" in admin.post(path, {"deed": "add", "stream": stream.pk, "topics": "^ztf_.*,more"}).text
    admin.post(path, {"deed": "pause", "feed": feed.pk})
    assert feeds_to_hear() == []
    admin.post(path, {"deed": "resume", "feed": feed.pk})
    assert len(feeds_to_hear()) == 1
    feeds.heard(feed.pk, 30, 15.0, 4, "")
    assert page(member).get(path).status_code == 403
    shown = admin.get(path).text
    assert ("2.0" in shown, "30" in shown) == (True, True)
    Broker.objects.update(active=False)
    assert feeds_to_hear() == []
    admin.post(path, {"deed": "remove", "feed": feed.pk})
    assert not Feed.objects.exists()


def test_a_feed_that_lacks_its_servers_is_refused(system_admin, viewer_of, stream):
    broker = Broker.objects.create(name="F", driver="fink", active=True)
    with pytest.raises(Refusal, match=r"fink\.servers is missing"):
        feeds.add_feed(viewer_of(system_admin), broker.pk, stream.pk, "fink_sn")


def test_a_message_whose_key_is_its_schema_is_read_and_kept_whole():
    schema = {"type": "record", "name": "alert", "fields": [{"name": "objectId", "type": "string"}]}
    import io
    import json

    out = io.BytesIO()
    fastavro.schemaless_writer(out, schema, {"objectId": "ZTF26x"})
    message = SimpleNamespace(value=lambda: out.getvalue(), key=lambda: json.dumps(schema).encode())
    whole = _whole(message)
    assert [packet.record() for packet in read_message(whole, "here")] == [{"objectId": "ZTF26x"}]
    assert list(fastavro.reader(io.BytesIO(whole))) == [{"objectId": "ZTF26x"}]
    plain = SimpleNamespace(value=lambda: struct.pack(">bI", 0, 7) + b"x", key=lambda: b"partition key")
    assert _whole(plain) == plain.value()
