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


class Command(BaseCommand):
    """Exits with 1 when there is no backup, or when the data in it breaks a rule."""

    help = "Write all data into one new file, while the server goes on, and check its integrity."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What may follow the command's name."""
        parser.add_argument("path", type=Path, nargs="?", help="of the new file; by default in backups/")

    def handle(self, *, path: Path | None, **_: Any) -> None:
        """Write it, say where, and check."""
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}{SUFFIXES[connection.vendor]}"
        path = path or settings.BASE_DIR / "backups" / name
        try:
            write_backup(path)
        except (BackupError, OSError) as exc:
            raise CommandError(f"No backup was made. {exc}") from exc
        self.stdout.write(
            f"Wrote {path} ({path.stat().st_size:,} bytes). Keep it on another machine, and with it "
            ".secret-key or SECRET_KEY, which is not in it: it keeps people logged in to the admin."
        )
        call_command("check_integrity", stdout=self.stdout, stderr=self.stderr)
