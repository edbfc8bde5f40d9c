"""`/api/streams`: what may be read, and by whom."""

from __future__ import annotations

from typing import Any

from skyportal.access.errors import Invalid
from skyportal.access.viewer import SYSTEM_ADMIN
from skyportal.api.endpoint import Endpoint
from skyportal.api.params import path_key

from .. import actions, queries
from . import bodies, shapes


class Streams(Endpoint):
    """Streams: flows of alerts and of proprietary photometry."""

    requires = {"POST": SYSTEM_ADMIN}
    bodies = {"POST": bodies.StreamBody}

    def get(self, request: Any) -> Any:
        """Streams that I may read."""
        return [shapes.stream(s) for s in queries.streams(self.viewer)]

    def post(self, request: Any) -> Any:
        """Create a stream."""
        return {"id": actions.create_stream(self.viewer, **self.body).pk}


class OneStream(Endpoint):
    """One stream."""

    requires = {"PATCH": SYSTEM_ADMIN, "DELETE": SYSTEM_ADMIN}
    bodies = {"PATCH": bodies.StreamChange}

    def get(self, request: Any, stream_id: str) -> Any:
        """One stream that I may read."""
        return shapes.stream(queries.get_stream(self.viewer, path_key("stream_id", stream_id)))

    def patch(self, request: Any, stream_id: str) -> None:
        """Rename a stream, or change how its packets arrive."""
        key = path_key("stream_id", stream_id)
        if not self.body:
            raise Invalid("At least one of name, altdata and auto_join must be given.")
        actions.change_stream(self.viewer, key, self.body)

    def delete(self, request: Any, stream_id: str) -> None:
        """Delete a stream, and the filters on it."""
        actions.delete_stream(self.viewer, path_key("stream_id", stream_id))


class StreamUsers(Endpoint):
    requires = {"POST": SYSTEM_ADMIN}
    bodies = {"POST": bodies.StreamUserBody}

    def post(self, request: Any, stream_id: str) -> Any:
        """Let a person read a stream."""
        key = path_key("stream_id", stream_id)
        actions.grant_stream(self.viewer, key, self.body["user_id"])
        return {"stream_id": key, "user_id": self.body["user_id"]}


class OneStreamUser(Endpoint):
    requires = {"DELETE": SYSTEM_ADMIN}

    def delete(self, request: Any, stream_id: str, user_id: str) -> None:
        """Let a person read a stream no more."""
        actions.revoke_stream(self.viewer, path_key("stream_id", stream_id), path_key("user_id", user_id))
