import tarfile
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from skyportal.web import backup


class Command(BaseCommand):
    help = "Read a tar file written by `backup` into an empty instance, and bring its tables up to date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--force", action="store_true", help="replace what is in the database now")

    def handle(self, *args: Any, path: Path, force: bool, **options: Any) -> None:
        try:
            backup.restore(path, force, self.stdout.write)
        except (backup.BackupError, tarfile.TarError, OSError) as error:
            raise CommandError(str(error)) from error
        call_command("migrate", interactive=False, verbosity=0)
        self.stdout.write("Restored.")
