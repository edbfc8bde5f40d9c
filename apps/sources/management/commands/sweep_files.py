"""Delete files that nothing points at any more."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from apps.sources.actions import sweeping


class Command(BaseCommand):
    help = "Delete cutouts and attachments older than a day that no row names. Beat does this each night."

    def handle(self, *args: Any, **options: Any) -> None:
        swept = sweeping.sweep()
        self.stdout.write(f"{swept.files} files deleted, {swept.bytes / 1e6:.1f} MB")
