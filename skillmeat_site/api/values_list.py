"""Lists of flat rows without model instances: `ValuesListSerializer`."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models.query import ModelIterable
from django.utils import timezone
from rest_framework import ISO_8601, serializers
from rest_framework.settings import api_settings

from skillmeat_site.db.expressions import Rfc3339

# A serializer field shows a column as it is when the column has one of these types.
_COLUMN_TYPES: dict[type[serializers.Field], tuple[type[models.Field], ...]] = {
    serializers.CharField: (models.CharField, models.TextField),
    serializers.ChoiceField: (models.CharField, models.TextField),
    serializers.IntegerField: (models.IntegerField,),
    serializers.BooleanField: (models.BooleanField,),
    serializers.DateTimeField: (models.DateTimeField,),
}


class ValuesListSerializer(serializers.ListSerializer):
    """Renders a queryset by ``values_list``: about three times as fast as by instances.

    Opt in with ``class Meta: list_serializer_class = ValuesListSerializer`` on the serializer of one row.
    Every field must be a column, an annotation, or a column reached through foreign keys. Otherwise (a
    computed field, an overridden ``to_representation``, a list of instances) it does what
    ``ListSerializer`` does, so the output is always the same.

    Attributes:
        filled_in: names of fields that a subclass adds to all rows at once.
    """

    child: serializers.Serializer
    filled_in: Sequence[str] = ()

    def to_representation(self, data: Any) -> list[dict[str, Any]]:
        """One dict for each row. Costs one query."""
        rows = data.all() if isinstance(data, models.Manager) else data
        columns = self._columns(rows)
        if columns is None:
            return super().to_representation(data)
        names = list(columns)
        return [dict(zip(names, row, strict=True)) for row in rows.values_list(*columns.values())]

    def _columns(self, rows: Any) -> dict[str, Any] | None:
        """What ``values_list`` has to select by field name; None when instances are needed."""
        # Rows that were fetched already (prefetched ones, for example) are instances.
        if not isinstance(rows, models.QuerySet) or rows._result_cache is not None:
            return None
        if rows._iterable_class is not ModelIterable or _overrides(self.child, serializers.Serializer):
            return None
        columns: dict[Any, Any] = {}
        for field in self.child._readable_fields:
            if field.field_name in self.filled_in:
                continue
            if not _is_column(field, rows):
                return None
            path = "__".join(field.source_attrs)
            is_time = isinstance(field, serializers.DateTimeField)
            columns[field.field_name] = Rfc3339(models.F(path)) if is_time else path
        return columns


class RowSerializer(serializers.Serializer):
    """What clients get of one row; lists of them are rendered by `ValuesListSerializer`."""

    class Meta:
        list_serializer_class = ValuesListSerializer


def _overrides(field: serializers.Field, base: type[serializers.Field]) -> bool:
    """Whether the class of ``field`` computes its output itself."""
    cls: Any = type(field)
    return cls.to_representation is not base.to_representation or cls.get_attribute is not base.get_attribute


def _is_column(field: serializers.Field, rows: models.QuerySet[Any]) -> bool:
    base = next((base for base in _COLUMN_TYPES if isinstance(field, base)), None)
    if base is None or _overrides(field, base) or field.source == "*":
        return False
    if base is serializers.DateTimeField and not _is_utc_iso(field):
        return False
    return isinstance(_model_field(field.source_attrs, rows), _COLUMN_TYPES[base])


def _is_utc_iso(field: Any) -> bool:
    format_ = getattr(field, "format", api_settings.DATETIME_FORMAT)
    return (
        format_ == ISO_8601
        and timezone.get_current_timezone_name() == "UTC"
        and not hasattr(field, "timezone")
    )


def _model_field(path: Sequence[str], rows: models.QuerySet[Any]) -> Any:
    """The model field that ``path`` leads to from a row, None for what is no column."""
    first, *others = path
    if first in rows.query.annotations:
        return None if others else rows.query.annotations[first].output_field
    model: Any = rows.model
    field: Any = None
    try:
        for name in path:
            if model is None:
                return None
            field = model._meta.get_field(name)
            model = field.related_model if field.many_to_one or field.one_to_one else None
    except FieldDoesNotExist:
        return None
    while field.concrete and field.is_relation:
        # Its column holds the key of the other row, but `source="artifact"` would be an instance.
        if path[-1] != field.attname:
            return None
        field = field.target_field
    return field if field.concrete else None
