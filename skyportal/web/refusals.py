"""Refusals of pages: the status and the sentence, as a page or, for htmx, as a toast. The API has its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from skyportal.access.errors import Invalid, NotVisible, Refusal

from .responses import with_toast


class RefusalMiddleware:
    """Turns a refusal that a view let through into an answer; API doors have handled theirs before."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> HttpResponse | None:
        """No page has to expect a NUL, which PostgreSQL's texts cannot hold. The API has its own words for it."""
        if request.path.startswith("/api/"):
            return None
        if any("\x00" in str(value) for value in kwargs.values()):
            return self.process_exception(request, NotVisible("Nothing has a NUL character in its name."))
        sent = (request.GET, request.POST) if request.method == "POST" else (request.GET,)
        if any("\x00" in value for form in sent for name, values in form.lists() for value in (name, *values)):
            return self.process_exception(request, Invalid("A NUL character was sent, which cannot be stored."))
        return None

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        if not isinstance(problem, Refusal):
            return None
        status = status_of(problem)
        if getattr(request, "htmx", False):
            return with_toast(HttpResponse(status=status), problem.message, level="error")
        template = {403: "403.html", 404: "404.html"}.get(status, "refused.html")
        return render(request, template, {"exception": problem.message}, status=status)


def status_of(problem: Refusal) -> int:
    """Pages speak plain HTTP: what is not visible is not found, what lacks a permission is forbidden."""
    if isinstance(problem, NotVisible):
        return 404
    return 403 if problem.status == 401 else problem.status
