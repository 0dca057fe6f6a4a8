"""Who may do what: every active user reads; writing needs Django's permission on the model."""

from typing import Any

from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

HOW_TO_AUTHENTICATE = "Send the header 'Authorization: Token <key>'. POST /api/v1/auth/login gives a key."
_VERBS = {"create": "add", "destroy": "delete"}


class ModelPermissions(IsAuthenticated):
    """Maps an action of a viewset to a permission such as ``groups_app.change_group``.

    Creating a resource needs ``add``, deleting it ``delete``, everything else that writes
    ``change``. A view without ``permission_model`` (the user's own session) asks for none.
    A view whose resource is part of another one asks for permission on the whole: adding an
    artifact to a group changes the group.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the user may go on. Costs a query on a write by anyone but a superuser.

        Raises:
            NotAuthenticated: nobody knows who it is.
        """
        if not super().has_permission(request, view):
            raise NotAuthenticated(HOW_TO_AUTHENTICATE)
        # No action: the method is not allowed at all, and 405 says more than 403.
        if view.action is None or request.method in ("GET", "HEAD"):
            return True
        permission = permission_to_write(view)
        return permission is None or request.user.has_perm(permission)


def permission_to_write(view: Any) -> str | None:
    """The permission that the action of a view asks for, if that writes; None for no special one."""
    model = getattr(view, "permission_model", None)
    if model is None:
        return None
    usual = "change" if view.whole else _VERBS.get(view.action, "change")
    verb = view.permission_verb or usual
    return f"{model._meta.app_label}.{verb}_{model._meta.model_name}"
