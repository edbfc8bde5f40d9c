"""Is the site well? For load balancers and monitors: no names, no addresses, no messages of errors."""

from __future__ import annotations

import platform
import shutil
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

import django
import redis
from celery import Celery
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

QUEUES = ("default", "ingest", "facility", "notify")
LITTLE_DISK = 1_000_000_000
ASK_WORKERS_EVERY = 10.0  # seconds; a broadcast to all workers is too much for each poll of a balancer

Check = dict[str, Any]


@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """200 while pages can be served; 503 without database or Redis. Other trouble is `degraded`, still 200."""
    checks = {
        "database": _checked(_database),
        "redis": _checked(_redis),
        "workers": _checked(_workers),
        "disk": _checked(_disk),
    }
    serving = checks["database"]["ok"] and checks["redis"]["ok"]
    well = all(check["ok"] for check in checks.values())
    report = {
        "status": "ok" if well else "degraded" if serving else "failed",
        "checks": checks,
        "versions": _versions(),
    }
    return JsonResponse(report, status=200 if serving else 503)


def _checked(check: Callable[[], Check]) -> Check:
    begun = time.monotonic()
    try:
        found = check()
    except Exception as error:  # noqa: BLE001  whatever it is, it is the answer
        found = {"ok": False, "error": type(error).__name__}
    return {**found, "ms": round((time.monotonic() - begun) * 1000, 1)}


def _database() -> Check:
    with connection.cursor() as cursor:
        cursor.execute("select pg_database_size(current_database())")
        row = cursor.fetchone()
    return {"ok": True, "bytes": row[0]}


def _redis() -> Check:
    memory = cast(dict[str, Any], _broker().info("memory"))
    return {"ok": True, "bytes": memory["used_memory"]}


def _workers() -> Check:
    queued = queue_lengths()  # first: without Redis it fails at once, while asking workers would retry for minutes
    return {"ok": _is_worker_alive(int(time.monotonic() / ASK_WORKERS_EVERY)), "queued": queued}


def _disk() -> Check:
    existing = next(folder for folder in (settings.DATA, *settings.DATA.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    return {"ok": free > LITTLE_DISK, "free_bytes": free}


def queue_lengths() -> dict[str, int]:
    """Tasks waiting in each queue (those a worker has taken are not counted)."""
    pipe = _broker().pipeline(transaction=False)
    for queue in QUEUES:
        pipe.llen(queue)
    return dict(zip(QUEUES, pipe.execute(), strict=True))


@lru_cache(maxsize=1)
def _is_worker_alive(period: int) -> bool:
    """Whether any worker answers; asked once in each period of a few seconds."""
    with Celery(broker=settings.CELERY_BROKER_URL, set_as_current=False) as app:
        return bool(app.control.inspect(limit=1, timeout=1.0).ping())


@lru_cache(maxsize=1)
def _broker() -> redis.Redis:
    return redis.Redis.from_url(settings.CELERY_BROKER_URL, socket_timeout=3, socket_connect_timeout=3)


@lru_cache(maxsize=1)
def _versions() -> dict[str, str]:
    return {
        "api": str(settings.SPECTACULAR_SETTINGS["VERSION"]),
        "django": django.get_version(),
        "python": platform.python_version(),
    }
