"""Registers what the shared plumbing adds to Django."""

from django.apps import AppConfig


class DatabaseConfig(AppConfig):
    """Shared API plumbing: knows Django and its libraries, and no app of ours."""

    name = "skillmeat_site.db"
    verbose_name = "Common"

    def ready(self) -> None:
        """Make the lookups known to every text field."""
        from skillmeat_site.db import any_of, lookups

        any_of.register()
        lookups.register()
