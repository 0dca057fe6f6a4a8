"""API tokens, and the table behind the shared cache."""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from skillmeat_site.api.permissions import TokenScope
from skillmeat_site.db.ids import IdField

# A token's last use is written down at most this often, so that reading stays reading.
LAST_USED_PRECISION = timedelta(minutes=1)


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Reads and writes of tokens."""

    # A transaction, though of one statement: on SQLite only those wait in turn.
    @transaction.atomic
    def issue(
        self,
        user: models.Model,
        name: str = "",
        scope: str = TokenScope.FULL,
        expires_at: datetime | None = None,
        key: str | None = None,
    ) -> tuple[ApiToken, str]:
        """Make a token for ``user``.

        Args:
            expires_at: after ``TOKEN_TTL_DAYS`` when None.
            key: what opens the API; a random one when None.

        Returns:
            The token, and its key, which is stored nowhere.
        """
        key = key or secrets.token_urlsafe(32)
        expires_at = expires_at or timezone.now() + timedelta(days=settings.TOKEN_TTL_DAYS)
        token = self.create(digest=digest(key), user=user, name=name, scope=scope, expires_at=expires_at)
        return token, key

    def valid(self) -> ApiTokenQuerySet:
        """Those that open the API now, if their user is active."""
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())

    @transaction.atomic
    def revoke(self) -> None:
        """Make these tokens useless from now on."""
        self.filter(revoked_at=None).update(revoked_at=timezone.now())


class ApiToken(models.Model):
    """A key to the API. Only its SHA-256 digest is kept: a stolen database opens nothing.

    The key has 256 bits that nobody can guess, so unlike a password it needs no slow hash.
    """

    digest = models.CharField(primary_key=True, max_length=64, editable=False)
    # What clients call it.
    public_id = IdField(prefix="tok", primary_key=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=255, blank=True, help_text="What the token is for.")
    scope = models.CharField(
        max_length=6, choices=TokenScope, default=TokenScope.FULL, help_text="What the token is good for."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "API token"
        ordering = ["-created_at", "-public_id"]
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="api_token_public_id_unique"),
            models.CheckConstraint(
                condition=models.Q(scope__in=TokenScope.values), name="api_token_scope_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name or 'token'} of {self.user}"

    def touch(self) -> None:
        """Write down that the token is in use."""
        with transaction.atomic():
            ApiToken.objects.filter(pk=self.pk).update(last_used_at=timezone.now())


class CacheEntry(models.Model):
    """A row of Django's database cache, which login throttling uses where there is no Redis.

    Declared as a model so that ``migrate`` alone makes the table. Only the cache backend reads
    and writes it.
    """

    cache_key = models.CharField(primary_key=True, max_length=255)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "skillmeat_cache"

    def __str__(self) -> str:
        return self.cache_key


def digest(key: str) -> str:
    """What is kept of a token's key."""
    return hashlib.sha256(key.encode()).hexdigest()


def derived_key(nonce: str) -> str:
    """The key that belongs to a random text, which may be stored to show the key again.

    Nobody can compute it without the ``SECRET_KEY``.
    """
    mac = salted_hmac("skillmeat_site.accounts.derived_key", nonce, algorithm="sha256")
    return base64.urlsafe_b64encode(mac.digest()).rstrip(b"=").decode()
