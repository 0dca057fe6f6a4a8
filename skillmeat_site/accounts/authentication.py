"""``Authorization: Bearer <key>``, or ``Token <key>``"""

from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from skillmeat_site.accounts.models import LAST_USED_PRECISION, ApiToken, digest

# Every request pays for it, and a third of that was Django putting the same statement together. The
# password's hash stays in the database.
_USER_FIELDS = ("id", "is_superuser", "username", "email", "is_staff", "is_active")
_LOOK_UP = """
    SELECT t.last_used_at IS NULL OR t.last_used_at <= %s, t.scope,
           u.id, u.is_superuser, u.username, u.email, u.is_staff, u.is_active
    FROM accounts_apitoken t JOIN auth_user u ON u.id = t.user_id
    WHERE t.digest = %s AND t.revoked_at IS NULL AND t.expires_at > %s AND u.is_active
"""

# RFC 9110, section 11.6.1: every scheme that would do.
CHALLENGES = "Token, Bearer"


class ApiTokenAuthentication(TokenAuthentication):
    """DRF's ``Token`` scheme with tokens that are hashed, expire, and may be several per user."""

    model = ApiToken

    def authenticate_header(self, request: Any) -> str:
        """The ``WWW-Authenticate`` of a 401."""
        return CHALLENGES

    def authenticate_credentials(self, key: str) -> tuple[Any, ApiToken]:
        """The user behind ``key``, and the token, without what is rarely asked for. Costs one query.

        Raises:
            AuthenticationFailed: no valid token has this key, or its user is not active.
        """
        now, adapt = timezone.now(), connection.ops.adapt_datetimefield_value
        with connection.cursor() as cursor:
            cursor.execute(_LOOK_UP, [adapt(now - LAST_USED_PRECISION), digest(key), adapt(now)])
            row = cursor.fetchone()
        if row is None:
            raise AuthenticationFailed("The token is wrong or expired. Log in again.")
        is_stale, scope, id, is_superuser, username, email, *flags = row
        # SQLite has numbers where PostgreSQL has booleans.
        values = [id, bool(is_superuser), username, email, *map(bool, flags)]
        user = User.from_db(connection.alias, _USER_FIELDS, values)
        # In the order of the model's fields.
        token = ApiToken.from_db(connection.alias, ["digest", "user_id", "scope"], [digest(key), id, scope])
        token.user = user
        if is_stale:
            token.touch()
        return user, token


class BearerAuthentication(ApiTokenAuthentication):
    """The same tokens with the scheme of RFC 6750, which generated clients send by default."""

    keyword = "Bearer"
