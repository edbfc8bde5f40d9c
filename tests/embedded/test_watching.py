"""What monitors read: /health and /metrics."""

import json

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory

from skyportal.web import health, metrics


@pytest.mark.django_db
def test_health_is_well_but_degraded_without_a_worker(rf: RequestFactory):
    health._is_worker_alive.cache_clear()
    response = health.health(rf.get("/health"))
    report = json.loads(response.content)
    assert response.status_code == 200
    assert report["status"] == "degraded"
    assert report["checks"]["database"]["ok"]
    assert report["checks"]["workers"]["queued"]["default"] >= 0


@pytest.mark.django_db
def test_health_without_redis_is_503_and_tells_no_secret(rf: RequestFactory, monkeypatch):
    def broken():
        raise ConnectionError("redis://:secret@10.0.0.1")

    monkeypatch.setattr(health, "_redis", broken)
    response = health.health(rf.get("/health"))
    assert response.status_code == 503
    assert json.loads(response.content)["checks"]["redis"]["error"] == "ConnectionError"
    assert b"secret" not in response.content


@pytest.mark.parametrize(
    ("headers", "address", "status"),
    [
        ({}, "127.0.0.1", 200),
        ({}, "10.1.2.3", 403),
        ({"X-Forwarded-For": "8.8.8.8"}, "127.0.0.1", 403),
        ({"Authorization": "Bearer right"}, "10.1.2.3", 200),
        ({"Authorization": "Bearer wrong"}, "10.1.2.3", 403),
    ],
)
def test_metrics_are_for_this_machine_or_the_token(rf: RequestFactory, monkeypatch, headers, address, status):
    monkeypatch.setenv("METRICS_TOKEN", "right")
    assert metrics.metrics(rf.get("/metrics", headers=headers, REMOTE_ADDR=address)).status_code == status


def test_an_unset_token_opens_nothing(rf: RequestFactory, monkeypatch):
    monkeypatch.delenv("METRICS_TOKEN", raising=False)
    request = rf.get("/metrics", headers={"Authorization": "Bearer "}, REMOTE_ADDR="10.1.2.3")
    assert metrics.metrics(request).status_code == 403


@pytest.mark.django_db
def test_requests_are_counted_with_their_queries_by_route_and_status(rf: RequestFactory):
    def answer(request):
        with connection.cursor() as cursor:
            cursor.execute("select 1")
            cursor.execute("select 2")
        return HttpResponse(status=404)

    metrics.MetricsMiddleware(answer)(rf.generic("BREW", "/no/such/page"))
    page = metrics.metrics(rf.get("/metrics")).content.decode()
    assert 'skyportal_http_requests_total{method="other",route="unmatched",status="404"} 1.0' in page
    assert 'skyportal_http_queries_total{method="other",route="unmatched"} 2.0' in page
