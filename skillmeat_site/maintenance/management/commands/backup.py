"""``manage.py backup [PATH]``"""

from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from skillmeat_site.maintenance.backups import SUFFIXES, BackupError, write_backup

BACKUPS = settings.BASE_DIR / "backups"


class Command(BaseCommand):
    """Exits with 1 when there is no backup, or when the data in it breaks a rule."""

    help = "Write all data into one new file, while the server goes on, and check its integrity."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What may follow the command's name."""
        parser.add_argument(
            "path",
            type=Path,
            nargs="?",
            default=BACKUPS,
            help="the new file, or the folder of one that is named after the time; by default backups/",
        )

    def handle(self, *, path: Path, **_: Any) -> None:
        """Write it, say where, and check."""
        if path.is_dir() or path == BACKUPS:
            path /= f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}{SUFFIXES[connection.vendor]}"
        try:
            write_backup(path)
        except (BackupError, OSError) as exc:
            raise CommandError(f"No backup was made. {exc}") from exc
        self.stdout.write(
            f"Wrote {path} ({path.stat().st_size:,} bytes). Keep it on another machine, and with it "
            ".secret-key or SECRET_KEY, which is not in it: it keeps people logged in to the admin."
        )
        call_command("check_integrity", stdout=self.stdout, stderr=self.stderr)
