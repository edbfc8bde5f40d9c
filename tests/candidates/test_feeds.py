"""Feeds that ask, from end to end: nothing lost and nothing twice, whatever dies; and every broker's own form."""

import itertools
import zlib
from contextlib import suppress
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.candidates.actions import feeds, intake, polling
from apps.candidates.actions.polling import Polling
from apps.candidates.alerts.archive import Archive
from apps.candidates.alerts.containers import BadPacket
from apps.candidates.alerts.reading import read_message
from apps.candidates.brokers import drivers
from apps.candidates.models import Broker, Candidate, Feed
from apps.candidates.queries.brokers import driver_of
from skyportal.access.errors import Refusal
from skyportal.access.viewer import Viewer
from skyportal.astro.time import mjd_of
from skyportal.outside import Unreachable
from tests.emulators import brokers as emulated
from tests.emulators.polled import Sky
from tests.emulators.server import serve

pytestmark = pytest.mark.django_db
SYSTEM = Viewer.system("test")


class Killed(BaseException):
    """As if the process was killed there."""


@pytest.fixture
def sky(settings, tmp_path, monkeypatch):
    settings.OUTSIDE_PRIVATE_HOSTS, settings.ALERT_ARCHIVE = ["127.0.0.1"], tmp_path / "archive"
    monkeypatch.setattr(polling, "BATCH", 4)
    found = Sky(page=7)
    monkeypatch.setattr("apps.candidates.brokers.alerce.PAGE", found.page)
    return found


@pytest.fixture
def polled(sky, ztf, every_alert):
    """A feed that asks; each call is a new process that goes on with it."""
    with serve(sky.speak) as emulator:
        broker = Broker.objects.create(
            name="ALeRCE", driver="alerce", active=True, settings=emulated.settings_for("alerce", emulator.address)
        )
        feed = feeds.add_feed(SYSTEM, broker.pk, ztf.pk, "stamp_classifier/SN", asks=True)

        def process():
            row = Feed.objects.select_related("broker", "stream").get(pk=feed.pk)
            return Polling(row, driver_of(row.broker))

        process.emulator, process.feed = emulator, feed
        yield process


def admitted():
    return sorted(Candidate.objects.values_list("obj__name", flat=True))


def archived(settings):
    return sum(night.packets for night in Archive(settings.ALERT_ARCHIVE).nights())


def test_what_is_new_comes_in_once_and_a_new_process_goes_on(polled, sky, settings):
    now = mjd_of(timezone.now())
    names = sky.add(20, now - 0.5)
    assert polled().once() == 20
    assert admitted() == names
    polled.emulator.asked.clear()
    again = polled()
    assert again.once() == 0
    assert not [path for path, _ in polled.emulator.asked if "detections" in path]  # nor is anything fetched again
    late = sky.add(3, now - 0.9)  # the broker comes to know of them after what was seen later
    sky.seen[names[0]].append(now - 0.1)
    assert again.once() == 4
    assert admitted() == sorted([*names, *late, names[0]])
    assert archived(settings) == 24
    feed = Feed.objects.get()
    assert (feed.messages, feed.trouble) == (24, "")
    assert feed.position == pytest.approx(now - 0.1)


@pytest.mark.parametrize("moment", ["before", "between", "after"])
def test_killed_in_a_batch_it_goes_on_where_it_was(polled, sky, settings, monkeypatch, moment):
    names, first = sky.add(18, mjd_of(timezone.now()) - 0.5), polled()
    take, admit, state = first.intake.take, intake.admit, {"batches": 0}

    def die(*args, **kwargs):
        raise Killed

    def dying(*args, **kwargs):
        state["batches"] += 1
        if state["batches"] == 3 and moment == "before":
            raise Killed
        if state["batches"] == 3 and moment == "between":
            monkeypatch.setattr(intake, "admit", die)
        report = take(*args, **kwargs)
        if state["batches"] == 3 and moment == "after":
            raise Killed
        return report

    monkeypatch.setattr(first.intake, "take", dying)
    with pytest.raises(Killed):
        first.once()
    state["batches"] = 9
    monkeypatch.setattr(intake, "admit", admit)
    polled().once()
    assert admitted() == names
    assert archived(settings) == 18


def test_a_broker_that_goes_away_or_speaks_nonsense_is_said_to_and_asked_again(polled, sky):
    names, one = sky.add(9, mjd_of(timezone.now()) - 0.5), polled()
    for mood, words in (("error", "answered 500"), ("garbage", "cannot be read"), ("cut", "read")):
        polled.emulator.mood = mood
        assert one.once() == 0
        assert words in Feed.objects.get().trouble
    polled.emulator.mood, sky.mood = "well", "another form"
    assert one.once() == 0
    assert "not understood" in Feed.objects.get().trouble or not admitted()
    sky.mood, sky.broken = "well", {names[4]}
    assert one.once() == 8  # one bad object holds up none of the others
    assert "not understood" in Feed.objects.get().trouble
    sky.broken = set()
    assert one.once() == 1  # and is had once it can be
    assert (admitted(), Feed.objects.get().trouble) == (names, "")


def test_more_than_a_round_holds_is_had_in_several(polled, sky, monkeypatch):
    monkeypatch.setattr(polling, "MOST_AT_ONCE", 10)
    names, one = sky.add(25, mjd_of(timezone.now()) - 0.5), polled()
    assert [one.once() for _ in range(4)] == [10, 10, 5, 0]
    assert admitted() == names


def test_a_partners_broker_gives_a_stream_only_what_it_carries(settings, tmp_path, ztf, every_alert):
    settings.OUTSIDE_PRIVATE_HOSTS, settings.ALERT_ARCHIVE = ["127.0.0.1"], tmp_path / "archive"
    with serve(emulated.boom) as emulator:
        broker = Broker.objects.create(name="BOOM", driver="boom", active=True,
                                       settings=emulated.settings_for("boom", emulator.address))  # fmt: skip
        feed = Feed.objects.create(broker=broker, stream=ztf, topics="*", asks=True, position=emulated.MJD - 1)
        one = Polling(feed, driver_of(broker))
        assert one.once() == 1
    assert [p["programid"] for p in _archived_points(one)] == [1, 1, 1]


def _archived_points(one):
    [night] = one.intake.archive.nights()
    from apps.candidates.alerts import nights

    [path] = one.intake.archive.parts(night.stream)
    [row] = next(iter(nights.read(path, ["candidate.programid", "prv_candidates"], 10))).to_pylist()
    return [row["candidate"], *row["prv_candidates"]]


@pytest.mark.parametrize(
    ("key", "survey", "what"),
    [("alerce", "ZTF", "stamp_classifier/SN"), ("alerce", "LSST", "stamp_classifier/SN"), ("antares", "ZTF", "nuclear"),
     ("fink", "ZTF", "SN candidate"), ("fink", "LSST", "in_tns"), ("lasair", "ZTF", "objects.gmag < 18"),
     ("lasair", "LSST", "*"), ("boom", "ZTF", "*"), ("babamul", "ZTF", "ZTF max_magpsf=19")],
)  # fmt: skip
def test_every_broker_that_can_be_asked_tells_what_is_new(settings, monkeypatch, key, survey, what):
    settings.OUTSIDE_PRIVATE_HOSTS = ["127.0.0.1"]
    for name in ("fink", "babamul"):  # they look from a time until now
        monkeypatch.setattr(f"apps.candidates.brokers.{name}.mjd_of", lambda _: emulated.MJD + 0.6)
    with serve(getattr(emulated, key)) as emulator:
        driver = drivers[key](emulated.settings_for(key, emulator.address) | {"survey": survey})
        found = {one.name: one.mjd for one in driver.newer(what, emulated.MJD - 0.5)}
        name = emulated.NAME if survey == "ZTF" else emulated.LSST_NAME
        assert found == {name: pytest.approx(emulated.MJD, abs=1e-6)}  # UTC, whatever the broker's clock
        assert not list(driver.newer(what, emulated.MJD + 0.5))
        if key not in ("antares", "boom"):
            known = driver.known(name, {})
            assert max(point.mjd for point in known.points) == pytest.approx(emulated.MJD, abs=1e-6)
            assert known.candid.isdigit()
        emulator.mood = "error"
        with pytest.raises(Unreachable):
            list(driver.newer(what, emulated.MJD))


@pytest.mark.parametrize("key", ["alerce", "fink", "antares", "lasair", "boom", "babamul", "generic"])
def test_an_answer_of_another_form_is_a_sentence(settings, key):
    settings.OUTSIDE_PRIVATE_HOSTS = ["127.0.0.1"]

    def speak(path, query):
        good = {"access_token": "x"} if path.endswith("/auth") else None
        return 200, "application/json", emulated.json.dumps(good or next(forms)).encode()

    shapes = [[1, 2], "text", 7, None, {"data": 7}, {"data": [3]}, [{"candidate": 5}], {"data": {"id": 1}},
              {"candidates": 4, "objectData": 5}, [[]]]  # fmt: skip
    forms = itertools.cycle(shapes)
    with serve(speak) as emulator:
        driver = drivers[key](emulated.settings_for(key, emulator.address))
        for _ in shapes:
            for ask in ("known", "pictures", "near", "names"):
                if hasattr(driver, ask) and not (key == "generic" and ask != "known"):
                    args = {"near": (150.0, 2.0, 5.0, {}), "names": ()}.get(ask, (emulated.NAME, {}))
                    with suppress(Unreachable):  # the one thing that may come of it beside an answer
                        getattr(driver, ask)(*args)


def test_what_is_asked_for_is_checked_and_shown(sky, ztf, system_admin):
    browser = Client()
    browser.force_login(system_admin)
    with serve(sky.speak) as emulator:
        broker = Broker.objects.create(
            name="ALeRCE", driver="alerce", active=True, settings=emulated.settings_for("alerce", emulator.address)
        )
        path = f"/broker/{broker.pk}/feeds"
        assert "What is asked for" in browser.get(f"/broker/{broker.pk}").text
        shown = browser.post(path, {"deed": "add", "way": "ask", "stream": ztf.pk, "topics": "*"}).text
        assert Feed.objects.get().asks
        assert "starting" in shown
        emulator.mood = "error"
        refused = browser.post(path, {"deed": "add", "way": "ask", "stream": ztf.pk, "topics": "a/b"}).text
        assert "answered 500" in refused
    assert Feed.objects.count() == 1


@pytest.mark.parametrize(
    ("key", "what", "words"),
    [("alerce", "stamp_classifier/Supernova", "stamp_classifier/SN"), ("antares", "nuclaer", "near it: nuclear"),
     ("fink", "*", "name it"), ("fink", "SN candidates", "SN candidate"), ("lasair", "nonsense > 3", "Unknown column"),
     ("boom", "SDSS", "serves ZTF, LSST"), ("babamul", "ZTF mag=3", "max_magpsf")],
)  # fmt: skip
def test_what_a_broker_would_be_asked_in_vain_is_refused_with_what_it_knows(settings, ztf, key, what, words):
    settings.OUTSIDE_PRIVATE_HOSTS = ["127.0.0.1"]
    with serve(getattr(emulated, key)) as emulator:
        broker = Broker.objects.create(
            name=key, driver=key, active=True, settings=emulated.settings_for(key, emulator.address)
        )
        with pytest.raises(Refusal, match=words):
            feeds.add_feed(SYSTEM, broker.pk, ztf.pk, what, asks=True)
    assert not Feed.objects.exists()


def test_what_brokers_send_in_a_form_of_their_own_is_made_a_packet(settings):
    """ANTARES sends loci, whose alerts are asked for; Lasair the alert in other words."""
    settings.OUTSIDE_PRIVATE_HOSTS = ["127.0.0.1"]
    with serve(emulated.antares) as emulator:
        driver = drivers["antares"](emulated.settings_for("antares", emulator.address))
        [packet] = read_message(driver.packet(emulated.antares_message()), "here")
        assert (packet.record()["objectId"], packet.record()["broker"]["classes"]) == (emulated.NAME, ["nuclear"])
        assert len(packet.record()["prv_candidates"]) == 2
        for bad in (b"no", zlib.compress(b"junk"), zlib.compress(b"\x05\0\0\0\0"), emulated.antares_message()[:-9]):
            with pytest.raises(BadPacket):
                driver.packet(bad)
        emulator.mood = "error"
        with pytest.raises(Unreachable):  # waited for
            driver.packet(emulated.antares_message())
    driver = drivers["lasair"]({"survey": "LSST"})
    [packet] = read_message(driver.packet(emulated.lasair_message()), "here")
    assert packet.record()["diaSource"]["midpointMjdTai"] == pytest.approx(emulated.MJD + emulated.TAI)
    assert len(packet.record()["prvDiaSources"]) == 2
    with pytest.raises(BadPacket, match="full alert"):
        driver.packet(b'{"diaObjectId": 1, "ra": 3}')


def test_a_feed_says_in_a_word_how_it_is():
    now, broker = timezone.now(), Broker(name="theirs", active=True)
    ago = {minutes: now - timedelta(minutes=minutes) for minutes in (1, 5, 30)}

    def state(**fields):
        return Feed(broker=broker, **fields).state

    assert state() == "starting"
    assert state(started_at=ago[30], heard_at=ago[1]) == "listening"
    assert state(started_at=ago[1], heard_at=ago[30]) == "listening"  # a new process, which said nothing yet
    assert state(started_at=ago[30], heard_at=ago[5]) == "silent"
    assert state(started_at=ago[30], heard_at=ago[5], asks=True) == "asking"
    assert state(started_at=ago[30], heard_at=ago[30], asks=True) == "silent"
    assert state(started_at=ago[1], trouble="away") == "trouble"
    assert state(started_at=ago[1], trouble="away", paused=True) == "paused"
    broker.active = False
    assert state(started_at=ago[1]) == "inactive"
