"""Refusals of pages: the status and the sentence, as a page or, for htmx, as a toast. The API has its own."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from skyportal.access.errors import NotVisible, Refusal

from .responses import with_toast


class RefusalMiddleware:
    """Turns a refusal that a view let through into an answer; API doors have handled theirs before."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

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
