"""Which request or assignment data came from: fields that an upper floor fills (see `slots.spectrum_links`)."""

from __future__ import annotations

from collections.abc import Iterable

from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer
from skyportal.plugins import Slot

from ..slots import SpectrumLink

LINKS = {"followup_request_id": "FollowupRequest", "assignment_id": "ClassicalAssignment"}
"""The fields, and what the public API calls the rows behind them."""


def origins_of(slot: Slot[SpectrumLink], viewer: Viewer, ids: Iterable[int]) -> dict[int, dict[str, int | None]]:
    """The fields of each of these rows; null until an upper floor fills them."""
    wanted = list(ids)
    known = {name: link.of_spectra(viewer, wanted) for name, link in slot.items()}
    return {pk: {name: known.get(name, {}).get(pk) for name in LINKS} for pk in wanted}


def come_from(slot: Slot[SpectrumLink], viewer: Viewer, name: str, ids: list[int]) -> list[int]:
    """Rows that came from any of these requests or assignments."""
    link = slot.get(name)
    rows = link.spectra_of(viewer, ids) if link else None
    if rows is None:
        raise Invalid(f"Not all {LINKS[name]} IDs in {ids[:10]} exist, or you may not see them.")
    return rows
