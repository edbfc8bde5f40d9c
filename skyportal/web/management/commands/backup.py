from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from skyportal.web import backup


class Command(BaseCommand):
    help = "Write database, files and the list of the alert archive into one tar file. The site may keep running."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", nargs="?", type=Path, help="default: a dated file in DATA/backups")

    def handle(self, *args: Any, path: Path | None, **options: Any) -> None:
        path = path or settings.DATA / "backups" / f"skyportal-{datetime.now(UTC):%Y%m%d-%H%M%S}.tar"
        try:
            backup.write(path, self.stdout.write)
        except (backup.BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{path}\nKeep ENCRYPTION_KEYS elsewhere: without them stored passwords cannot be read.")
