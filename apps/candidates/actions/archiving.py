"""Keeping the archive in shape: old pictures and old nights go, the many small files of a night become few."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from ..alerts.archive import Archive
from ..alerts.compaction import compact

logger = logging.getLogger(__name__)

SETTLED = 2
"""Nights after which no packet is expected any more, so that a night's files may be merged."""


def tidy(archive: Archive | None = None) -> int:
    """Once a day: forget what is past its time, merge what is settled. How many files there are fewer."""
    archive = archive or Archive(settings.ALERT_ARCHIVE)
    today = timezone.now()
    fewer = 0
    for stream in archive.streams():
        if settings.ALERT_PICTURE_NIGHTS:
            freed = archive.forget_cutouts(stream, _night(today, settings.ALERT_PICTURE_NIGHTS))
            if freed:
                logger.info("%s: %d MB of old pictures are gone.", stream, freed >> 20)
        if settings.ALERT_NIGHTS:
            fewer += archive.forget_nights(stream, _night(today, settings.ALERT_NIGHTS))
        fewer += compact(archive, stream, _night(today, SETTLED))
    return fewer


def _night(now, back: int) -> str:
    return (now - timedelta(days=back)).strftime("%Y%m%d")
