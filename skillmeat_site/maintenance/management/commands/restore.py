"""``manage.py restore PATH``"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from skillmeat_site.maintenance.backups import BackupError, restore_backup


class Command(BaseCommand):
    """Exits with 1 when nothing was restored, or when the restored data breaks a rule."""

    help = (
        "Replace all data by a backup, completely or not at all, migrate it, and check its integrity. "
        "Stop the server first."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What follows the command's name."""
        parser.add_argument("path", type=Path, help="of the file that the command backup has written")

    def handle(self, *, path: Path, **_: Any) -> None:
        """Restore, migrate and check."""
        try:
            restore_backup(path)
        except (BackupError, OSError) as exc:
            raise CommandError(str(exc)) from exc
        # It may be older than the code.
        call_command("migrate", verbosity=0, interactive=False)
        self.stdout.write(
            f"Restored {path}. Who was logged in to the admin still is, if .secret-key or SECRET_KEY is the "
            "one of then. Start the server."
        )
        call_command("check_integrity", stdout=self.stdout, stderr=self.stderr)
