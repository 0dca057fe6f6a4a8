"""``Authorization: Token <key>``"""

from typing import Any

from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from skillmeat_site.accounts.models import ApiToken, digest


class ApiTokenAuthentication(TokenAuthentication):
    """DRF's scheme with tokens that are hashed, expire, and may be several per user."""

    model = ApiToken

    def authenticate_credentials(self, key: str) -> tuple[Any, ApiToken]:
        """The user behind ``key``, and the token. Costs one query.

        Raises:
            AuthenticationFailed: no valid token has this key, or its user is not active.
        """
        token = ApiToken.objects.valid().select_related("user").filter(pk=digest(key)).first()
        if token is None or not token.user.is_active:
            raise AuthenticationFailed("The token is wrong or expired. Log in again.")
        token.touch()
        return token.user, token
