"""``/{id}/history`` of every resource: its audit trail, also after it was deleted."""

from typing import Any, ClassVar

from django.core.exceptions import ObjectDoesNotExist
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from skillmeat_site.audit.changes import CHANGE_CHOICES, as_changes
from skillmeat_site.db.transactions import not_found, snapshot
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

    def get_deleted_object(self: Any, last_record: Any) -> Any:
        """A row that is gone, as its last record has it, if the user may see it.

        Override it where ``get_queryset`` chooses rows: of a row that is gone no database can tell whether
        it would be among them.

        Raises:
            NotFound: the view chooses rows, or what the row referred to, and is asked for, is gone too.
            PermissionDenied: the view refuses it.
        """
        if self.filter_queryset(self.get_queryset()).query.where:
            raise not_found(self.path_model(), last_record.id)
        try:
            self.check_object_permissions(self.request, last_record.instance)
        except ObjectDoesNotExist:
            raise not_found(self.path_model(), last_record.id) from None
        return last_record.instance

    @action(detail=True, methods=["get"], results_key="history")
    def history(self: Any, request: Request, id: str) -> Response:
        """What changed, when, why and by whom, the newest first."""
        with snapshot():
            model = self.path_model()
            records = model.history.filter(id=self.path_id())
            try:
                self.get_object()
            except NotFound:
                last_record = records.first()
                if last_record is None or model._default_manager.filter(pk=id).exists():
                    raise
                self.get_deleted_object(last_record)
            page = self.paginate_queryset(records)
            shown = list(records if page is None else page)
            before = records.filter(pk__lt=shown[-1].pk).first() if shown else None
            changes = as_changes(shown, before)
        data = self.history_serializer_class(changes, many=True).data
        return Response(data) if page is None else self.get_paginated_response(data)
