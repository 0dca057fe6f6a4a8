"""Retries that do nothing twice."""

from django.apps import AppConfig


class IdempotencyConfig(AppConfig):
    """The answers to requests with an ``Idempotency-Key``."""

    name = "skillmeat_site.idempotency"
    verbose_name = "Idempotency"
