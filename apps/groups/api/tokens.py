"""`/api/internal/tokens`: keys to the API."""

from __future__ import annotations

from typing import Any

from skyportal.access.errors import Invalid, NotAllowed
from skyportal.api.endpoint import Endpoint
from skyportal.api.params import Param, key

from .. import actions, queries
from . import bodies, shapes


class Tokens(Endpoint):
    """API tokens. The secret is answered once, when a token is made, and kept nowhere."""

    params = {"GET": [Param("userID", key, None, "Whose tokens; others' for system admins only.")]}
    bodies = {"POST": bodies.TokenBody}

    def get(self, request: Any) -> Any:
        """My tokens, without their secrets."""
        owner = self.query["userID"] if self.query["userID"] is not None else self.viewer.user_id or 0
        if owner != self.viewer.user_id and not self.viewer.sees_all:
            raise NotAllowed("Insufficient permissions: these are tokens of somebody else.")
        return [shapes.token(t) for t in queries.tokens_of(self.viewer, owner)]

    def post(self, request: Any) -> Any:
        """Make a token. `token_id` is its secret: it is shown now and never again."""
        _, secret = actions.issue_token(
            self.viewer, self.body["name"], self.body["acls"], user_id=self.body.get("user_id")
        )
        return {"token_id": secret}


class OneToken(Endpoint):
    """One token, by its id or by its secret."""

    bodies = {"PUT": bodies.TokenChange}

    def get(self, request: Any, token_id: str) -> Any:
        """One of my tokens, without its secret."""
        return shapes.token(queries.get_token(self.viewer, token_id))

    def put(self, request: Any, token_id: str) -> None:
        """Rename a token, or change what it may do."""
        if not self.body:
            raise Invalid("At least one of name and acls must be given.")
        actions.change_token(self.viewer, token_id, **self.body)

    def delete(self, request: Any, token_id: str) -> None:
        """Revoke a token at once."""
        actions.revoke_token(self.viewer, token_id)
