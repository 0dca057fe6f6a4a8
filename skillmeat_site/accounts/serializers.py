"""What clients send and get about their session."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers

from skillmeat_site.accounts.models import ApiToken
from skillmeat_site.api.permissions import TokenScope
from skillmeat_site.api.serializers import (
    NameField,
    PrefixedIdField,
    StrictCharField,
    StrictChoiceField,
    StrictDateTimeField,
    StrictSerializer,
)
from skillmeat_site.openapi.examples import CREATED_AT, UPDATED_AT, example, example_id

USER_EXAMPLE = {
    "username": "ada",
    "email": "ada@example.org",
    "is_staff": False,
    "groups": ["Viewers"],
    "permissions": ["collections_app.view_collection"],
}

TOKEN_EXAMPLE = {
    "id": example_id("tok"),
    "name": "CI of web",
    "scope": "report",
    "created_at": CREATED_AT,
    "last_used_at": UPDATED_AT,
    "expires_at": "2027-02-05T12:29:30Z",
    "is_current": False,
}


@example(username="ada", password="correct horse battery staple")
class LoginSerializer(StrictSerializer):
    """A user's name and password."""

    username = StrictCharField(max_length=150, trim_whitespace=False)
    password = StrictCharField(max_length=4096, trim_whitespace=False)
    token_name = NameField(required=False)


@example(**USER_EXAMPLE)
class UserResponseSerializer(serializers.Serializer):
    """A user, and what they may do."""

    username = serializers.CharField()
    email = serializers.CharField()
    is_staff = serializers.BooleanField(help_text="May use the admin.")
    groups = serializers.SerializerMethodField()
    permissions = serializers.SerializerMethodField(help_text="Django's, such as `groups_app.change_group`.")

    def get_groups(self, user: Any) -> list[str]:
        """The names of the user's groups, in order."""
        return list(user.groups.order_by("name").values_list("name", flat=True))

    def get_permissions(self, user: Any) -> list[str]:
        """All of them, their groups' included, in order."""
        return sorted(user.get_all_permissions())


@example(token="q3Zx8v…", expiry="2026-12-22T12:00:00Z", user=USER_EXAMPLE)
class LoginResponseSerializer(serializers.Serializer):
    """A new token. It is shown here only."""

    token = serializers.CharField(help_text="The key to send as `Authorization: Bearer <token>`.")
    expiry = serializers.DateTimeField()
    user = UserResponseSerializer()


@example(**TOKEN_EXAMPLE)
class TokenResponseSerializer(serializers.Serializer):
    """A token, without its key."""

    id = PrefixedIdField(ApiToken, source="public_id")
    name = serializers.CharField()
    scope = StrictChoiceField(TokenScope.choices)
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(
        allow_null=True, help_text="To the minute; null when it never was."
    )
    expires_at = serializers.DateTimeField()
    is_current = serializers.SerializerMethodField(help_text="Whether it is the one of this request.")

    def get_is_current(self, token: ApiToken) -> bool:
        """Whether the request came with it."""
        return token == self.context["request"].auth


@example(**TOKEN_EXAMPLE, token="q3Zx8v…")
class TokenCreatedResponseSerializer(TokenResponseSerializer):
    """A new token. Its key is shown here only."""

    token = serializers.CharField(help_text="The key to send as `Authorization: Bearer <key>`.")


@example(name="CI of web", scope="report")
class TokenCreateSerializer(StrictSerializer):
    """A new token of one's own."""

    ignores_fields_of = [TokenResponseSerializer]

    name = NameField()
    scope = StrictChoiceField(
        TokenScope.choices,
        required=False,
        help_text="`full` when left out; `read` writes nothing; `report` only sends reports and catalogues.",
    )
    expires_at = StrictDateTimeField(
        required=False,
        allow_null=True,
        help_text="After `TOKEN_TTL_DAYS` of the server when left out or null.",
    )

    def validate_expires_at(self, value: Any) -> Any:
        """A time in the future."""
        if value is not None and value <= timezone.now():
            raise serializers.ValidationError("Send a time in the future.", code="expired")
        return value
