"""Users, their groups and their tokens in Django admin."""

from datetime import timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from skillmeat_site.accounts.models import ApiToken, ApiTokenQuerySet
from skillmeat_site.admin.base import SafeAdmin
from skillmeat_site.admin.forms import UpToDateForm

admin.site.unregister(User)
admin.site.unregister(Group)


# Nothing asks for these: who may change a collection or a group may change what is in it, and logging
# in makes tokens.
UNUSED_PERMISSIONS = [
    "add_apitoken",
    *(
        f"{verb}_{model}"
        for verb in ("add", "change", "delete")
        for model in ("collectionartifact", "groupartifact")
    ),
]


def usable_permissions() -> QuerySet[Permission]:
    """The permissions that the API or the admin asks for."""
    models = [model for model in apps.get_models() if admin.site.is_registered(model)]
    types = ContentType.objects.get_for_models(*models).values()
    permissions = Permission.objects.filter(content_type__in=types).exclude(codename__in=UNUSED_PERMISSIONS)
    return permissions.select_related("content_type")


class UpToDateUserForm(UpToDateForm, UserChangeForm):
    """Does not give back what somebody else has taken from a user meanwhile."""


class PermissionPicker(SafeAdmin):
    """Offers the permissions that something asks for."""

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Without those that nobody could use."""
        if db_field.name in ("permissions", "user_permissions"):
            kwargs["queryset"] = usable_permissions()
        return super().formfield_for_manytomany(db_field, request, **kwargs)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, PermissionPicker):  # type: ignore[misc]
    """Users, as Django has them."""

    form = UpToDateUserForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    readonly_fields = ["last_login", "date_joined"]


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, PermissionPicker):  # type: ignore[misc]
    """Groups of users, such as Editors and Viewers."""


@admin.register(ApiToken)
class ApiTokenAdmin(SafeAdmin):
    """API tokens: who has them, and an action that revokes them. A superuser issues them for others."""

    list_display = ["user", "name", "scope", "created_at", "last_used_at", "expires_at", "revoked_at"]
    list_filter = [("user", AutocompleteSelectFilter), "scope", "expires_at", "revoked_at"]
    list_select_related = ["user"]
    search_fields = ["user__username", "name"]
    autocomplete_fields = ["user"]
    fields = ["user", "name", "scope", "created_at", "last_used_at", "expires_at", "revoked_at"]
    add_fields = ["user", "name", "scope", "expires_at"]
    readonly_fields = ["created_at", "last_used_at"]
    actions = ["revoke"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A new token was neither used nor revoked yet."""
        return list(self.fields if obj else self.add_fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Whose a token is and what it is good for is fixed."""
        return [*self.readonly_fields, *(["user", "scope"] if obj else [])]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """It ends when a token from logging in would."""
        expires_at = timezone.now() + timedelta(days=settings.TOKEN_TTL_DAYS)
        return {"expires_at": expires_at, **super().get_changeform_initial_data(request)}

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever issues a token for somebody may do what they may."""
        return bool(request.user.is_superuser)

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:
        """Change a token, or issue a new one."""
        if change:
            super().save_model(request, obj, form, change)
        else:
            issued, obj.key = ApiToken.objects.issue(**form.cleaned_data)  # type: ignore[attr-defined]
            obj.pk = issued.pk

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        """The key of a new token, which is shown here only."""
        context = {**self.admin_site.each_context(request), "title": "Token issued", "token": obj}
        return TemplateResponse(request, "admin/accounts/apitoken/issued.html", context)

    @admin.action(description="Revoke selected tokens", permissions=["change"])
    def revoke(self, request: HttpRequest, tokens: ApiTokenQuerySet) -> None:
        """Make the ticked tokens useless."""
        tokens.revoke()
        self.message_user(request, "The tokens are revoked.")
