"""What is loaded for good is set aside from the collector; rings of garbage made later are still found."""

from __future__ import annotations

import gc
import weakref

import pytest

from skyportal import collecting


@pytest.fixture
def as_it_was():
    before, callbacks = gc.get_threshold(), list(gc.callbacks)
    gc.callbacks.clear()  # a site that was served in this process may still be settling
    yield
    gc.set_threshold(*before)
    gc.callbacks[:] = callbacks
    gc.unfreeze()


class Ring:
    def __init__(self) -> None:
        self.me = self


def test_the_first_full_collections_set_aside_what_they_leave_and_rings_are_freed(as_it_was):
    gc.unfreeze()
    collecting.settle()
    begun = gc.get_freeze_count()
    assert begun > 10_000
    kept = [[n] for n in range(100)]
    for _ in range(collecting.SETTLING):
        gc.collect()
    settled = gc.get_freeze_count()
    assert settled >= begun + len(kept) - 10
    ring = weakref.ref(Ring())
    later = [[n] for n in range(100)]
    gc.collect()
    assert ring() is None
    assert gc.get_freeze_count() <= settled, "what is left is set aside a few times only"
    assert len(later) == len(kept)
