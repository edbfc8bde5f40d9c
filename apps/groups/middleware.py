"""`request.viewer` for signed-in pages: looked up when first asked for."""

from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from skyportal.access.viewer import Viewer

from . import queries


def session_viewer(request: HttpRequest) -> Viewer:
    user_id = request.session.get("_auth_user_id") if hasattr(request, "session") else None
    if not user_id or not request.user.is_authenticated:
        return Viewer.nobody()
    try:
        return queries.viewer_of(int(user_id)) or Viewer.nobody()
    except queries.AccountExpired:
        logout(request)
        return Viewer.nobody()


class ViewerMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.viewer = SimpleLazyObject(lambda: session_viewer(request))  # type: ignore[attr-defined]  # from here on a ViewerRequest
        return self.get_response(request)
