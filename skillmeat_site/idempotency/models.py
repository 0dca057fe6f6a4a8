"""The stored responses."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class IdempotencyRecord(models.Model):
    """The response to a user's request with some ``Idempotency-Key``.

    Created before the request is executed and completed with its response, in one transaction with
    what the request writes: there is never one without the other.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the method, the URL and the body.")
    status = models.PositiveSmallIntegerField(default=0)
    location = models.TextField(null=True)  # noqa: DJ001 - no header and an empty one are different
    body = models.BinaryField(default=b"")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        # The model was called KeyedAnswer.
        db_table = "idempotency_keyedanswer"
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="keyed_answer_unique")]

    def __str__(self) -> str:
        return self.key
