"""Streams with packets for the tests of intake."""

from __future__ import annotations

import pytest

from apps.candidates.actions.intake import Intake
from apps.candidates.alerts import simulator
from apps.candidates.alerts.archive import Archive
from apps.candidates.alerts.reading import read_message
from tests.factories import FilterFactory, FilterVersionFactory, InstrumentFactory

COUNT = 60


@pytest.fixture(scope="session")
def night():
    """A small simulated night: packets as dicts."""
    return [packet for packets, _ in simulator.simulate(61000, COUNT, seed=3) for packet in packets][:COUNT]


@pytest.fixture(scope="session")
def messages(night):
    """The same as a broker sends them."""
    return [simulator.message(packet) for packet in night]


@pytest.fixture
def ztf(stream):
    """The public stream, which carries programme 1."""
    stream.altdata = {"survey": "ZTF", "programids": [1]}
    stream.save()
    InstrumentFactory(name="ZTF")
    return stream


@pytest.fixture
def every_alert(group, ztf):
    """A filter that all alerts of the night pass."""
    found = FilterFactory(name="all", group=group, stream=ztf)
    FilterVersionFactory(
        filter=found, condition="candidate.jd > 0", annotations={"mag": "candidate.magpsf", "drb": "candidate.drb"}
    )
    return found


@pytest.fixture
def intake(ztf, tmp_path):
    return Intake(ztf, archive=Archive(tmp_path / "archive"))


@pytest.fixture
def packets_of():
    """Messages as packets, with where they came from."""

    def read(messages):
        return [item for n, raw in enumerate(messages) for item in read_message(raw, f"topic/0/{n}")]

    return read
