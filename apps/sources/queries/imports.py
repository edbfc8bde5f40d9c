"""What somebody asked of services that publish transients, and how far it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from skyportal.access.viewer import Viewer

from ..models import Instrument, TransientImport
from ..transients import transient_services

MOST = 20
PATIENCE = timedelta(hours=2)
COLUMNS = (
    "id", "service", "instrument_id", "start", "end", "group_ids", "state", "total", "done", "new_sources",
    "new_points", "left_out", "message", "created_at", "modified", "done_at",
)  # fmt: skip


def imports(viewer: Viewer, service: str = "") -> list[dict[str, Any]]:
    """The viewer's own, newest first. One that nobody has touched for hours has failed: its worker is gone."""
    if viewer.user_id is None:
        return []
    mine = TransientImport.objects.visible_to(viewer).filter(author_id=viewer.user_id)
    if service:
        mine = mine.filter(service=service)
    rows = [dict(row) for row in mine.order_by("-created_at", "-pk").values(*COLUMNS)[:MOST]]
    for row in rows:
        under_way = row["state"] in (TransientImport.State.WAITING, TransientImport.State.WORKING)
        if under_way and timezone.now() - row["modified"] > PATIENCE:
            row["state"] = TransientImport.State.FAILED
            row["message"] = "No worker went on with it. Ask an operator whether workers run, then ask again."
    return rows


def services() -> list[dict[str, Any]]:
    """Services that can be asked."""
    known = sorted(transient_services, key=lambda driver: driver.label.lower())
    return [
        {"key": driver.key, "label": driver.label, "dated": driver.dated, "telescope": driver.telescope}
        for driver in known
    ]


def telescopes(viewer: Viewer) -> list[str]:
    """Names of telescopes that have an instrument for any of the services."""
    bandpasses = sorted({driver.bandpass for driver in transient_services})
    found = Instrument.objects.visible_to(viewer).filter(filters__overlap=bandpasses)
    return list(found.order_by("telescope__name").values_list("telescope__name", flat=True).distinct())
