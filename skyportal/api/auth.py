"""Who may knock: anybody known. Tokens and sessions are looked up in `groups`."""

from typing import Any

from rest_framework.permissions import BasePermission


class IsKnown(BasePermission):
    """A valid token or a signed-in session."""

    def has_permission(self, request: Any, view: Any) -> bool:
        return bool(request.user)
