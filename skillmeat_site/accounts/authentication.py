"""``Authorization: Token <key>``"""

from typing import Any

from django.contrib.auth.models import User
from django.db import DEFAULT_DB_ALIAS, connections
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from skillmeat_site.accounts.models import ApiToken, digest
from skillmeat_site.api.kept_answers import DatabaseState
from skillmeat_site.db.compiled import CompiledQuery, Param, compiled

# What a request needs to know, in the order of the models.
_TOKEN_FIELDS = ("digest", "user_id", "last_used_at", "expires_at", "revoked_at")
_USER_FIELDS = ("id", "is_superuser", "username", "email", "is_staff", "is_active")


class ApiTokenAuthentication(TokenAuthentication):
    """DRF's scheme with tokens that are hashed, expire, and may be several per user."""

    model = ApiToken

    def authenticate_credentials(self, key: str) -> tuple[Any, ApiToken]:
        """The user behind ``key``, and the token. Costs one query.

        Raises:
            AuthenticationFailed: no valid token has this key, or its user is not active.
        """
        token = _token(digest(key))
        if token is None or not token.is_valid or not token.user.is_active:
            raise AuthenticationFailed("The token is wrong or expired. Log in again.")
        token.touch()
        return token.user, token


def _token(digest: str) -> ApiToken | None:
    """The token with its user, whether they are valid or not; other fields of both are read when asked for.

    And the state of the database meanwhile, unless the connection was made for it.
    """
    columns: list[str | DatabaseState] = [*_TOKEN_FIELDS, *(f"user__{name}" for name in _USER_FIELDS)]
    query = compiled(
        _token,
        lambda: CompiledQuery(
            ApiToken.objects.filter(pk=Param("digest")).values_list(*columns, DatabaseState())
        ),
    )
    database: Any = connections[DEFAULT_DB_ALIAS]
    generation = database.generation
    for row in query.rows({"digest": digest}):
        token = ApiToken.from_db(DEFAULT_DB_ALIAS, _TOKEN_FIELDS, row[: len(_TOKEN_FIELDS)])
        token.user = User.from_db(DEFAULT_DB_ALIAS, _USER_FIELDS, row[len(_TOKEN_FIELDS) : -1])
        if database.generation == generation:
            token.database_state = f"{generation} {row[-1]}"
        return token
    return None
