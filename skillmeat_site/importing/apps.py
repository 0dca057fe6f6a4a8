"""Brings content in from outside."""

from django.apps import AppConfig


class ImportingConfig(AppConfig):
    """Imports projects from their folders, and makes demo content."""

    name = "skillmeat_site.importing"
    verbose_name = "Importing"
