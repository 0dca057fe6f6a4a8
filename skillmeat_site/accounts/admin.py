"""Users, their groups and their tokens in Django admin."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from skillmeat_site.accounts.models import ApiToken, ApiTokenQuerySet

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):
    """Users, as Django has them."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):
    """Groups of users, such as Editors and Viewers."""


@admin.register(ApiToken)
class ApiTokenAdmin(ModelAdmin):
    """API tokens: who has them, and an action that revokes them. Logging in makes new ones."""

    list_display = ["user", "name", "created_at", "last_used_at", "expires_at", "revoked_at"]
    list_filter = ["user", "expires_at", "revoked_at"]
    list_select_related = ["user"]
    search_fields = ["user__username", "name"]
    fields = ["user", "name", "created_at", "last_used_at", "expires_at", "revoked_at"]
    readonly_fields = ["user", "created_at", "last_used_at"]
    actions = ["revoke"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A token made here would have a key that nobody knows."""
        return False

    @admin.action(description="Revoke selected tokens", permissions=["change"])
    def revoke(self, request: HttpRequest, tokens: ApiTokenQuerySet) -> None:
        """Make the ticked tokens useless."""
        tokens.revoke()
        self.message_user(request, "The tokens are revoked.")
