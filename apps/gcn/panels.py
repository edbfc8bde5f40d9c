"""The parts of the event page that this app itself brings."""

from __future__ import annotations

from apps.sources.slots import Panel

from .slots import event_panels

event_panels.plug("skymap")(Panel("Sky", "event-sky", order=10))
event_panels.plug("localizations")(Panel("Sky maps", "event-localizations", order=20))
event_panels.plug("objs")(Panel("In the sky map", "event-objs", order=30))
event_panels.plug("comments")(Panel("Comments", "event-comments", order=80))
event_panels.plug("galaxies")(Panel("Galaxies", "event-galaxies", order=40))
event_panels.plug("visibility")(Panel("From where it can be observed", "event-visibility", order=45))
event_panels.plug("telescope-time")(Panel("Telescope time", "event-telescope-time", order=47))
event_panels.plug("texts")(Panel("Summaries and reports", "event-texts", order=50))
event_panels.plug("properties")(Panel("Properties", "event-properties", order=10, side="side"))
event_panels.plug("notices")(Panel("Notices", "event-notices", order=20, side="side"))
event_panels.plug("circulars")(Panel("Circulars", "event-circulars", order=30, side="side"))
event_panels.plug("gracedb")(Panel("GraceDB", "event-gracedb", order=40, side="side"))
event_panels.plug("reminders")(Panel("Reminders", "event-reminders", order=50, side="side"))
