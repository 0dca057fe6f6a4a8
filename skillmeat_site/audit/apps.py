"""Who changed what, when."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The records of every change to the domain's rows."""

    name = "skillmeat_site.audit"
    verbose_name = "Audit trail"
