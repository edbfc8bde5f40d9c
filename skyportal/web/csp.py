"""Content-Security-Policy: our own files, and inline scripts that carry this answer's nonce."""

import secrets
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse

POLICY: dict[str, list[str]] = {
    "default-src": ["'self'"],
    "script-src": ["'self'", "'nonce-{nonce}'"],
    # Bokeh, Bootstrap's popper and reserved plot heights write style attributes
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:", "blob:", "https:"],
    "font-src": ["'self'", "data:"],
    "connect-src": ["'self'", "ws:", "wss:"],
    "worker-src": ["'self'", "blob:"],
    "object-src": ["'none'"],
    "base-uri": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}


def policy(nonce: str, extra: dict[str, list[str]] | None = None) -> str:
    """The header's text, with `extra` sources added to their directives."""
    extra = extra or {}
    lines = []
    for directive in [*POLICY, *(d for d in extra if d not in POLICY)]:
        sources = [*POLICY.get(directive, []), *extra.get(directive, [])]
        if "'unsafe-inline'" in extra.get(directive, []):
            # a nonce would make the browser ignore 'unsafe-inline'
            sources = [source for source in sources if not source.startswith("'nonce-")]
        lines.append(f"{directive} {' '.join(sources)}")
    return "; ".join(lines).replace("{nonce}", nonce)


def allows(**extra: list[str]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Widen the policy for one view: `@allows(script_src=["'unsafe-inline'"])`."""
    added = {directive.replace("_", "-"): sources for directive, sources in extra.items()}

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def widened(*args: Any, **kwargs: Any) -> HttpResponse:
            response = view(*args, **kwargs)
            response.csp_extra = added
            return response

        return widened

    return decorate


#: API documentation pages (swagger-ui, redoc) start themselves by an inline script and draw in a blob worker.
allows_documentation = allows(script_src=["'unsafe-inline'"], worker_src=["blob:"])


class ContentSecurityPolicyMiddleware:
    """Gives each request a `csp_nonce` and each HTML answer the policy that honours it."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse | Awaitable[HttpResponse]]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        request.csp_nonce = secrets.token_urlsafe(16)  # type: ignore[attr-defined]
        if self.is_async:
            return self.later(request)
        return self.guard(request, self.get_response(request))  # type: ignore[arg-type]

    async def later(self, request: HttpRequest) -> HttpResponse:
        return self.guard(request, await self.get_response(request))  # type: ignore[misc]

    def guard(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if response.get("Content-Type", "").startswith("text/html"):
            extra = getattr(response, "csp_extra", None)
            response.headers.setdefault("Content-Security-Policy", policy(request.csp_nonce, extra))  # type: ignore[attr-defined]
        return response
