"""What projects really have, and what sources offer."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Report, and catalogues."""

    name = "reports_app"
    verbose_name = "Reports"
