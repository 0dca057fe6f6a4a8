"""``Authorization: Bearer <key>``, or ``Token <key>``"""

from typing import Any

from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from skillmeat_site.accounts.models import ApiToken, digest

# What a request needs to know; the password's hash stays in the database.
_FIELDS = ("user", "last_used_at", "expires_at", "revoked_at")
_USER_FIELDS = ("is_superuser", "username", "email", "is_staff", "is_active")


# RFC 9110, section 11.6.1: every scheme that would do.
CHALLENGES = "Token, Bearer"


class ApiTokenAuthentication(TokenAuthentication):
    """DRF's ``Token`` scheme with tokens that are hashed, expire, and may be several per user."""

    model = ApiToken

    def authenticate_header(self, request: Any) -> str:
        """The ``WWW-Authenticate`` of a 401."""
        return CHALLENGES

    def authenticate_credentials(self, key: str) -> tuple[Any, ApiToken]:
        """The user behind ``key``, and the token. Costs one query.

        Raises:
            AuthenticationFailed: no valid token has this key, or its user is not active.
        """
        fields = (*_FIELDS, *(f"user__{name}" for name in _USER_FIELDS))
        tokens = ApiToken.objects.select_related("user").only(*fields).order_by()
        token = tokens.filter(pk=digest(key)).first()
        if token is None or not token.is_valid or not token.user.is_active:
            raise AuthenticationFailed("The token is wrong or expired. Log in again.")
        token.touch()
        return token.user, token


class BearerAuthentication(ApiTokenAuthentication):
    """The same tokens with the scheme of RFC 6750, which generated clients send by default."""

    keyword = "Bearer"
