"""``manage.py check_integrity``"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import Progress

from skillmeat_site.db.transactions import snapshot
from skillmeat_site.maintenance.integrity import CHECKS, MODELS


class Command(BaseCommand):
    """Exits with 1 when something is wrong."""

    help = "Check every rule of the stored data, in one snapshot, while the server goes on."

    def handle(self, **_: Any) -> None:
        """Print what is wrong, or that nothing is."""
        with snapshot(), Progress(console=Console(stderr=True), transient=True) as progress:
            findings = [finding for check in progress.track(CHECKS) for finding in check()]
            rows = sum(model.objects.count() for model in MODELS)
        for finding in findings:
            self.stdout.write(finding)
        if findings:
            raise CommandError(
                f"{len(findings)} things are wrong. Stop the server, keep a copy of the database, and "
                "repair these rows or restore a backup: docs/operations.md#integrity"
            )
        self.stdout.write(f"{rows} rows checked, nothing is wrong.")
