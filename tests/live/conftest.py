"""Open pages of these tests live in the test's own event loop."""

from __future__ import annotations

import pytest
from channels.layers import channel_layers


@pytest.fixture(autouse=True)
def own_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A channel layer of its own for each test.

    A layer receives in one event loop only, and the browser tests' server may run in this process, in a thread with
    another: sharing the layer breaks whichever of the two comes second.
    """
    monkeypatch.setattr(channel_layers, "backends", {})
