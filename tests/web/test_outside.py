"""Asking other people's services: what comes of it when they misbehave."""

import pytest

from skyportal.outside import Unreachable, fetch
from tests.emulators.server import serve

pytestmark = pytest.mark.django_db


@pytest.fixture
def service(settings):
    settings.OUTSIDE_PRIVATE_HOSTS = ["127.0.0.1"]
    with serve(lambda path, query: (200, "text/plain", f"{path} {query.get('ra')}".encode())) as emulator:
        yield emulator


def test_an_answer_comes_whole(service):
    assert fetch(f"{service.address}/cone", params={"ra": 1.5}) == b"/cone 1.5"
    assert fetch(f"{service.address}/tap", data={"ra": 2.5}) == b"/tap 2.5"


def test_a_busy_service_is_asked_once_more(service):
    service.mood = "busy"
    assert fetch(service.address, seconds=5) == b"/ None"
    assert len(service.asked) == 2


@pytest.mark.parametrize(
    ("mood", "words"),
    [
        ("error", "answered 500"),
        ("endless", "sends more than"),
        ("drip", "in time"),
        ("slow", "in time"),
        ("circles", "in circles"),
        ("cut", "cannot be read"),
    ],
)
def test_misbehaviour_ends_soon_and_says_what_it_was(service, mood, words):
    service.mood = mood
    with pytest.raises(Unreachable, match=words) as refusal:
        fetch(f"{service.address}/?key=hidden", seconds=0.4, most_bytes=2**20)
    assert "hidden" not in refusal.value.message


def test_our_own_network_is_not_asked(service, settings):
    settings.OUTSIDE_PRIVATE_HOSTS = []
    with pytest.raises(Unreachable, match="of this network"):
        fetch(service.address)
    assert not service.asked


def test_what_is_no_address_is_said_without_repeating_it():
    for address in ("tests/data/hidden.fits.gz", "ftp://127.0.0.1/hidden", "http://"):
        with pytest.raises(Unreachable, match="must begin with") as refusal:
            fetch(address)
        assert "hidden" not in refusal.value.message


def test_nobody_there(settings):
    settings.OUTSIDE_PRIVATE_HOSTS = ["127.0.0.1"]
    with pytest.raises(Unreachable, match="could not be reached"):
        fetch("http://127.0.0.1:9/")
