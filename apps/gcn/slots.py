"""What upper floors may hang here."""

from __future__ import annotations

from apps.sources.slots import Panel
from skyportal.plugins import Slot

event_panels: Slot[Panel] = Slot("gcn.event_panels")
"""Parts of the event page, fetched when looked at; their addresses take the event's time. The fragment takes the place
of the skeleton: a ``card-body``, perhaps with ``data-watch`` and ``data-from`` on itself."""
