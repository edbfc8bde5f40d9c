"""`/api/gcn_event/…/gracedb` and `/tach`: what other archives know of an event."""

from __future__ import annotations

from typing import Any

from skyportal.api.endpoint import Endpoint

from ..actions import archives as actions
from ..queries.circulars import circulars_of
from ..queries.events import get_event

MOST = 500


class FromGraceDB(Endpoint):
    """GraceDB's log and labels."""

    requires = {"POST": actions.ACL}
    bodies = {"POST": None}

    def post(self, request: Any, dateobs: str) -> dict[str, int]:
        """Have them fetched; they come as `gracedb_log` and `gracedb_labels` of the event."""
        event = get_event(self.viewer, dateobs)
        actions.ask(self.viewer, event, actions.GRACEDB)
        return {"id": event.pk}


class FromTach(Endpoint):
    """TACH's names and circulars."""

    requires = {"POST": actions.ACL}
    bodies = {"POST": None}

    def get(self, request: Any, dateobs: str) -> dict[str, Any]:
        """TACH's id of the event, its names, and the subjects of circulars that speak of it, by number."""
        event = get_event(self.viewer, dateobs)
        rows = circulars_of(self.viewer, event).values_list("number", "subject")[:MOST]
        return {"tach_id": event.tach_id, "aliases": event.aliases, "circulars": {str(n): said for n, said in rows}}

    def post(self, request: Any, dateobs: str) -> dict[str, int]:
        """Have names and circulars fetched."""
        event = get_event(self.viewer, dateobs)
        actions.ask(self.viewer, event, actions.TACH)
        return {"id": event.pk}
