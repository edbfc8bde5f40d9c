"""A refused request as a page, a toast, or a line, whichever the browser asked for."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from skyportal.access.errors import NotVisible, Refusal

from .responses import with_toast

_PAGES = {401: "403.html", 403: "403.html", 404: "404.html"}


class RefusalMiddleware:
    """Views raise `Refusal`; nobody catches it but this. The API answers for itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        if not isinstance(problem, Refusal):
            return None
        status = 404 if isinstance(problem, NotVisible) else problem.status
        if getattr(request, "htmx", False):
            # Nothing is swapped: what was typed stays, and the words appear beside it.
            answer = HttpResponse(status=204)
            answer["HX-Reswap"] = "none"
            return with_toast(answer, problem.message, level="error")
        if request.headers.get("Accept", "").startswith("application/json"):
            return JsonResponse({"message": problem.message}, status=status)
        return render(request, _PAGES.get(status, "400.html"), {"exception": problem.message}, status=status)
