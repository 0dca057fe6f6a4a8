"""What operators do to an installation."""

from django.apps import AppConfig


class MaintenanceConfig(AppConfig):
    """Commands that look after the data."""

    name = "skillmeat_site.maintenance"
