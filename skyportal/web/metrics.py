"""Counts and durations of requests for Prometheus, by route and not by address, so that they stay few."""

from __future__ import annotations

import hmac
import ipaddress
import os
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

from .health import queue_lengths

REQUESTS = Counter("skyportal_http_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "skyportal_http_request_seconds", "Time to answer", ["method", "route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
)  # fmt: skip
QUERIES = Counter("skyportal_http_queries_total", "Database queries made while answering", ["method", "route"])
QUEUED = Gauge("skyportal_queue_length", "Tasks waiting for a worker", ["queue"])

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class MetricsMiddleware:
    """Measure each request. Stands near the top, so that what other middleware does is counted too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        queries = _QueryCount()
        with connection.execute_wrapper(queries):
            response = self.get_response(request)
        method = request.method if request.method in METHODS else "other"
        route = _route(request)
        REQUESTS.labels(method, route, str(response.status_code)).inc()
        SECONDS.labels(method, route).observe(time.perf_counter() - begun)
        QUERIES.labels(method, route).inc(queries.number)
        plural = "query" if queries.number == 1 else "queries"
        response.headers.setdefault("Server-Timing", f'db;desc="{queries.number} {plural}"')
        return response


class _QueryCount:
    number = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.number += 1
        return execute(sql, params, many, context)


def _route(request: HttpRequest) -> str:
    """The name of the route, or its pattern where it has none. Addresses nobody answers share one label."""
    match = request.resolver_match
    return (match.view_name or match.route) if match else "unmatched"


def metrics(request: HttpRequest) -> HttpResponse:
    """What Prometheus scrapes: from this machine, or with `Authorization: Bearer <METRICS_TOKEN>`."""
    if not (_is_local(request) or _has_token(request)):
        return HttpResponse("Not from here.\n", status=403, content_type="text/plain")
    try:
        for queue, length in queue_lengths().items():
            QUEUED.labels(queue).set(length)
    except OSError:
        QUEUED.clear()  # no Redis: no number rather than an old one
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _is_local(request: HttpRequest) -> bool:
    """A proxy on this machine makes strangers look local, but it says for whom it asks."""
    if "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _has_token(request: HttpRequest) -> bool:
    expected = getattr(settings, "METRICS_TOKEN", "") or os.environ.get("METRICS_TOKEN", "")
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(expected) and hmac.compare_digest(given.encode(), expected.encode())
