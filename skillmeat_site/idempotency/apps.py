"""``Idempotency-Key``: a request that is sent again changes nothing again."""

from django.apps import AppConfig


class IdempotencyConfig(AppConfig):
    """The responses to requests with an ``Idempotency-Key``."""

    name = "skillmeat_site.idempotency"
    verbose_name = "Idempotency"
