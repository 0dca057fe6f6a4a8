"""Who may do what: every active user reads; writing needs Django's permission on the model."""

from typing import Any

from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

_VERBS = {"create": "add", "destroy": "delete"}


class ModelPermissions(IsAuthenticated):
    """Maps an action of a viewset to a permission such as ``groups_app.change_group``.

    Creating a resource needs ``add``, deleting it ``delete``, everything else that writes
    ``change``. A view without ``permission_model`` (the user's own session) asks for none.
    A view whose resource is part of another one asks for permission on the whole: adding an
    artifact to a group changes the group.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the user may go on. Costs a query on a write by anyone but a superuser."""
        if not super().has_permission(request, view):
            return False
        model = getattr(view, "permission_model", None)
        # No action: the method is not allowed at all, and 405 says more than 403.
        if model is None or view.action is None or request.method in ("GET", "HEAD"):
            return True
        usual = "change" if view.whole else _VERBS.get(view.action, "change")
        verb = view.permission_verb or usual
        return request.user.has_perm(f"{model._meta.app_label}.{verb}_{model._meta.model_name}")
