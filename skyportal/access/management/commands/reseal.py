"""Close every secret with the newest key."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import transaction

from skyportal.access.sealed import SealedField


class Command(BaseCommand):
    help = (
        "Encrypt every stored secret anew with the first of ENCRYPTION_KEYS. To change keys: put the new one in front, "
        "restart, run this, then take the old ones away."
    )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        for model in apps.get_models():
            names = [field.name for field in model._meta.concrete_fields if isinstance(field, SealedField)]
            if not names:
                continue
            rows = model._base_manager.select_for_update().only("pk", *names)
            for row in rows:
                row.save(update_fields=names)
            self.stdout.write(f"{model._meta.verbose_name_plural}: {len(rows)} sealed anew.")
