"""``/{id}/history`` of every resource: its audit trail, also after it was deleted."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from skillmeat_site.audit.changes import CHANGE_CHOICES, as_changes
from skillmeat_site.db.transactions import snapshot
from skillmeat_site.exceptions import NotFound

CHANGE_EXAMPLE = {
    "at": "2026-11-20T10:00:00Z",
    "by": "ada",
    "change": "changed",
    "reason": "Renamed as agreed.",
    "values": {"name": "Office"},
}


@extend_schema_serializer(examples=[OpenApiExample("A change", CHANGE_EXAMPLE)])
class ChangeResponseSerializer(serializers.Serializer):
    """A change of a row."""

    at = serializers.DateTimeField()
    by = serializers.CharField(allow_null=True, help_text="A user name. Null for a command.")
    change = serializers.ChoiceField(CHANGE_CHOICES)
    reason = serializers.CharField(
        allow_null=True, help_text="The `X-Change-Reason` of the request, or what its fields do not show."
    )
    values = serializers.DictField(
        help_text="The new values of the fields that changed; all of them of what was created."
    )


class HistoryMixin:
    """Gives a `ResourceViewSet` its history.

    Attributes:
        history_serializer_class: what clients get of one change.
    """

    history_serializer_class: ClassVar[type[serializers.Serializer]] = ChangeResponseSerializer

    def shows_deleted(self: Any) -> bool:
        """Whether users may see the history of rows that are gone.

        Not where the view chooses rows by what they are: nobody knows any more whose they were.
        """
        return not self.get_queryset().query.where

    @action(detail=True, methods=["get"], results_key="history", filter_backends=())
    def history(self: Any, request: Request, id: str) -> Response:
        """What changed, when, why and by whom, the newest first."""
        with snapshot():
            model = self.path_model()
            records = model.history.filter(id=self.path_id())
            try:
                self.get_object()
            except NotFound:
                is_gone = not model._default_manager.filter(pk=id).exists() and records.exists()
                if not (is_gone and self.shows_deleted()):
                    raise
            page = list(self.paginate_queryset(records))
            before = records[self.paginator.rows.start + len(page) :].first() if page else None
            changes = as_changes(page, before)
        serializer = self.history_serializer_class(changes, many=True)
        return self.get_paginated_response(serializer.data)
