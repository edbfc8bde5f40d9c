"""`/api/source/…/reminders` and `/api/spectra/…/reminders`."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from skyportal.api.endpoint import Endpoint
from skyportal.api.params import path_key

from ..actions import reminders as actions
from ..queries import reminders as queries
from ..queries.subjects import SOURCES, SPECTRA, Subject


class ReminderBody(serializers.Serializer):
    """A reminder, for the documentation of the API; the action checks it."""

    text = serializers.CharField()
    next_reminder = serializers.DateTimeField(required=False, help_text="First time, UTC; missing: after one delay.")
    reminder_delay = serializers.FloatField(required=False, help_text="Days from one time to the next.", default=1)
    number_of_reminders = serializers.IntegerField(required=False, help_text="How often.", default=1)
    group_ids = serializers.ListField(
        child=serializers.IntegerField(), required=False, help_text="Missing or empty: the sitewide group."
    )
    user_ids = serializers.ListField(
        child=serializers.IntegerField(), required=False, help_text="Whom to remind; missing: oneself."
    )


class Reminders(Endpoint):
    """Reminders of a source."""

    on: ClassVar[Subject] = SOURCES
    kind: ClassVar[str] = "source"
    requires = {"POST": actions.ACL, "PATCH": actions.ACL, "DELETE": actions.ACL}
    bodies = {"POST": ReminderBody, "PATCH": ReminderBody}

    def get(self, request: Any, resource_id: str, reminder_id: str | None = None) -> Any:
        """One reminder, or all of a thing that one may read, the next first."""
        if reminder_id is not None:
            return queries.shown_reminder(self.viewer, path_key("reminder_id", reminder_id), resource_id, on=self.on)
        found = queries.of(self.viewer, resource_id, on=self.on)
        return {"resourceId": resource_id, "resourceType": self.kind, "reminders": found}

    def post(self, request: Any, resource_id: str, reminder_id: str | None = None) -> dict[str, list[int]]:
        """Ask that people be reminded; a reminder for each of them."""
        return {"reminder_ids": actions.set_reminders(self.viewer, resource_id, self.data, on=self.on)}

    def patch(self, request: Any, resource_id: str, reminder_id: str | None = None) -> None:
        """Edit a reminder that one asked for; what is not given stays."""
        actions.edit_reminder(self.viewer, path_key("reminder_id", reminder_id), resource_id, self.data, on=self.on)

    def delete(self, request: Any, resource_id: str, reminder_id: str | None = None) -> None:
        """Delete a reminder that one asked for or is reminded by."""
        actions.delete_reminder(self.viewer, path_key("reminder_id", reminder_id), resource_id, on=self.on)


class RemindersOfSpectrum(Reminders):
    """Reminders of a spectrum."""

    on = SPECTRA
    kind = "spectra"
