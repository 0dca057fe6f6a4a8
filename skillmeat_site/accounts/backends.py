"""Which permissions a user has."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q, TextField, Value

from skillmeat_site.db.compiled import CompiledQuery, Param, compiled


class AccountsBackend(ModelBackend):
    """Django's own, which looks all permissions of a user up at once, by SQL that is made once."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Permissions such as ``groups_app.add_group``, the user's own and those of their groups.

        Costs one query the first time that a user object is asked.
        """
        if obj is not None or not user_obj.is_active or user_obj.is_superuser:
            return super().get_all_permissions(user_obj, obj)
        if not hasattr(user_obj, "_perm_cache"):
            user_obj._perm_cache = _permissions_of(user_obj.pk)
        return user_obj._perm_cache


def _permissions_of(user_id: int) -> set[str]:
    def make() -> CompiledQuery:
        user = Value(Param("user"), output_field=TextField())
        own = User.user_permissions.through.objects.filter(user=user)
        groups = Group.permissions.through.objects.filter(group__user=user)
        permissions = Permission.objects.filter(
            Q(pk__in=own.values("permission")) | Q(pk__in=groups.values("permission"))
        )
        return CompiledQuery(permissions.order_by().values_list("content_type__app_label", "codename"))

    rows = compiled(_permissions_of, make).rows({"user": user_id})
    return {f"{app}.{codename}" for app, codename in rows}
