"""`/internal/altdata_info`."""

from __future__ import annotations

from typing import Any

from skyportal.api.endpoint import Endpoint

from ..queries import keys_said


class AltdataInfoView(Endpoint):
    """What objs carry besides their columns."""

    def get(self, request: Any) -> dict[str, str]:
        """Keys with their types, among the newest objs that the viewer may see."""
        return keys_said.altdata_keys(self.viewer)
