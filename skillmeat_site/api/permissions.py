"""Who may do what: every active user reads; writing needs Django's permission on the model.

A token may allow for less than its user may do: see `TokenScope`.
"""

from typing import Any

from django.db import models
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.request import Request

HOW_TO_AUTHENTICATE = "Send the header 'Authorization: Bearer <key>'. POST /api/v1/auth/login gives a key."
_VERBS = {"create": "add", "destroy": "delete"}
_ACTIONS = {"POST": "create", "DELETE": "destroy"}


class TokenScope(models.TextChoices):
    """What a token is good for: everything, reading, or sending reports and catalogues."""

    FULL = "full", "Full"
    READ = "read", "Read"
    REPORT = "report", "Report"


ALL_SCOPES = frozenset(TokenScope)


def allowed_scopes(view: Any, method: str) -> frozenset[str]:
    """The scopes of which a token needs one: those that the view names, else by what is done."""
    scopes = getattr(view, "token_scopes", None)
    if method not in SAFE_METHODS:
        scopes = getattr(view, "write_scopes", None) or scopes
    if scopes is not None:
        return scopes
    return frozenset({TokenScope.FULL, TokenScope.READ} if method in SAFE_METHODS else {TokenScope.FULL})


class IsAuthenticatedInScope(IsAuthenticated):
    """An active user with a token whose scope allows for the request."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the user may go on. Costs no query.

        Raises:
            PermissionDenied: the token is good for something else; the code is ``token_scope``.
        """
        if not super().has_permission(request, view):
            return False
        scope = getattr(request.auth, "scope", TokenScope.FULL)
        if _is_handled(view) and scope not in allowed_scopes(view, str(request.method)):
            needed = " or ".join(sorted(allowed_scopes(view, str(request.method))))
            detail = f"This token has the scope '{scope}'. Use one with the scope {needed}."
            raise PermissionDenied(detail, code="token_scope")
        return True


class ModelPermissions(IsAuthenticatedInScope):
    """Maps an action of a viewset to a permission such as ``groups_app.change_group``.

    Creating a resource needs ``add``, deleting it ``delete``, everything else that writes
    ``change``. The model is that of the view's queryset, unless the view names another one: adding an
    artifact to a group changes the group.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the user may go on. Costs a query on a write by anyone but a superuser."""
        if not super().has_permission(request, view):
            return False
        if not _is_handled(view) or request.method in SAFE_METHODS:
            return True
        return request.user.has_perm(permission_to_write(view))


def _is_handled(view: Any) -> bool:
    """Whether the view takes the method at all: 405 says more than 403. A plain `APIView` has no actions."""
    return getattr(view, "action", "") is not None


def permission_to_write(view: Any) -> str:
    """The permission that the action of a view asks for, if that writes."""
    model = getattr(view, "permission_model", None)
    if model is None:
        model = (view.get_queryset() if view.queryset is None else view.queryset).model
    # A view of DRF's own may have no actions.
    done = getattr(view, "action", None) or _ACTIONS.get(view.request.method, "")
    usual = "change" if getattr(view, "parent_viewset", None) else _VERBS.get(done, "change")
    verb = getattr(view, "permission_verb", None) or usual
    return f"{model._meta.app_label}.{verb}_{model._meta.model_name}"
