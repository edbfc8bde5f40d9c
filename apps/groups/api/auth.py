"""`Authorization: token …`, and the browser's session, for the API."""

from __future__ import annotations

from typing import Any

from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied

from skyportal.access.viewer import Viewer

from .. import queries

PREFIX = "token "


class TokenAuthentication(BaseAuthentication):
    """One query finds the token, its owner, their groups, streams and permissions."""

    def authenticate(self, request: Any) -> tuple[Viewer, str] | None:
        header = request.headers.get("Authorization", "")
        if not header.startswith(PREFIX):
            return None
        viewer = queries.viewer_of_token(header[len(PREFIX) :].strip())
        if viewer is None:
            raise AuthenticationFailed("unknown token")
        request._request.viewer = viewer
        request.viewer = viewer
        return viewer, "token"

    def authenticate_header(self, request: Any) -> str:
        return "token"


class SessionAuthentication(BaseAuthentication):
    """A signed-in browser; writes need Django's CSRF token."""

    def authenticate(self, request: Any) -> tuple[Viewer, str] | None:
        viewer = getattr(request._request, "viewer", None)
        if viewer is None or viewer.user_id is None:
            return None
        self.enforce_csrf(request)
        request.viewer = viewer
        return viewer, "session"

    def enforce_csrf(self, request: Any) -> None:
        check = CSRFCheck(lambda _: None)  # type: ignore[arg-type]
        check.process_request(request)
        if reason := check.process_view(request, None, (), {}):  # type: ignore[arg-type]  # no view: none is exempt
            raise PermissionDenied(f"CSRF Failed: {reason}")
