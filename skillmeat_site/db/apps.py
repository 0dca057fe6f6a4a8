"""Registers what the shared database code adds to Django."""

from django.apps import AppConfig


class DatabaseConfig(AppConfig):
    """Base models, ids, ordering, lookups, transactions; it knows no app of ours."""

    name = "skillmeat_site.db"
    verbose_name = "Database"

    def ready(self) -> None:
        """Make the lookups known to every text field."""
        from skillmeat_site.db import lookups

        lookups.register()
