"""What upper floors may hang here."""

from __future__ import annotations

from collections.abc import Callable

from skyportal.plugins import Slot

spendings: Slot[Callable[[int], bool]] = Slot("followup.spendings")
"""By name, a function (allocation id) -> whether something was asked through it, so that it is not deleted by itself.
With its group it goes, and all that was asked in that group's name."""
