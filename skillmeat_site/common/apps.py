"""Registers what the shared plumbing adds to Django."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    """Shared API plumbing: knows Django and its libraries, and no app of ours."""

    name = "skillmeat_site.common"
    verbose_name = "Common"

    def ready(self) -> None:
        """Make the lookups known to every text field."""
        from skillmeat_site.common import any_of, search

        any_of.register()
        search.register()
