"""When Python looks for rings of objects that nothing holds any more.

A full collection walks through all that is loaded, some hundred thousand objects of Django, Bokeh and astropy that stay
for good: 200 ms in the middle of whatever request comes then, one in some hundred. So what is loaded when the server
begins is set aside, and again what is left after each of the first full collections: by then everything that is loaded
when first used is there. Later ones look at the little that came since, and come seldom.
"""

from __future__ import annotations

import gc

SETTLING = 4
"""Full collections after which what is left is set aside. Not after every one: what is set aside is never freed."""
THRESHOLDS = 5_000, 15, 15
"""New objects before the youngest are looked at, and so many times that before the next older."""


def settle() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    left = SETTLING

    def set_aside(phase: str, info: dict[str, int]) -> None:
        nonlocal left
        if phase == "stop" and info["generation"] == 2:
            gc.freeze()
            left -= 1
            if left == 0:
                gc.callbacks.remove(set_aside)

    gc.callbacks.append(set_aside)
