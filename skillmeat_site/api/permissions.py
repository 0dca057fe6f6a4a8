"""Who may do what: every active user reads; writing needs Django's permission on the model."""

from typing import Any

from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

HOW_TO_AUTHENTICATE = "Send the header 'Authorization: Bearer <key>'. POST /api/v1/auth/login gives a key."
_VERBS = {"create": "add", "destroy": "delete"}


class ModelPermissions(IsAuthenticated):
    """Maps an action of a viewset to a permission such as ``groups_app.change_group``.

    Creating a resource needs ``add``, deleting it ``delete``, everything else that writes
    ``change``. The model is that of the view's queryset, unless the view names another one: adding an
    artifact to a group changes the group.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the user may go on. Costs a query on a write by anyone but a superuser."""
        if not super().has_permission(request, view):
            return False
        # No action: the method is not allowed at all, and 405 says more than 403.
        if view.action is None or request.method in ("GET", "HEAD"):
            return True
        return request.user.has_perm(permission_to_write(view))


def permission_to_write(view: Any) -> str:
    """The permission that the action of a view asks for, if that writes."""
    options = (view.permission_model or view.get_queryset().model)._meta
    usual = "change" if view.parent_viewset else _VERBS.get(view.action, "change")
    return f"{options.app_label}.{view.permission_verb or usual}_{options.model_name}"
