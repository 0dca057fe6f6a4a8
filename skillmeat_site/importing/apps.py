"""Brings content in from outside."""

from django.apps import AppConfig


class ImportingConfig(AppConfig):
    """Reads a project's ``.claude`` folder; composes all three domains."""

    name = "skillmeat_site.importing"
    verbose_name = "Importing"
