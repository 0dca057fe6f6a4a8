"""What clients send and get about their session."""

from typing import Any

from rest_framework import serializers

from skillmeat_site.api.serializers import StrictCharField, StrictSerializer
from skillmeat_site.openapi.examples import example

USER_EXAMPLE = {
    "username": "ada",
    "email": "ada@example.org",
    "is_staff": False,
    "groups": ["Viewers"],
    "permissions": ["collections_app.view_collection"],
}


@example(username="ada", password="correct horse battery staple")
class LoginSerializer(StrictSerializer):
    """A user's name and password."""

    username = StrictCharField(max_length=150, trim_whitespace=False)
    password = StrictCharField(max_length=4096, trim_whitespace=False)


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
