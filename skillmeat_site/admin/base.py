"""An admin that writes through the same services as the API."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import ForeignKey, Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin


@dataclass(frozen=True)
class RowServices:
    """The services that write one kind of row."""

    create: Callable[..., Model]
    update: Callable[..., Model]
    delete: Callable[..., None]


class ServiceAdmin(SimpleHistoryAdmin, ModelAdmin):
    """Leaves writing to services, which keep the rules that need more than the row at hand.

    The history of a row is its audit trail.
    """

    row_services: RowServices

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """What a form shows; a new row has no id and no times yet."""
        fields = super().get_fields(request, obj)
        return fields if obj else [name for name in fields if name not in self.readonly_fields]

    def save_model(self, request: HttpRequest, obj: Model, form: ModelForm, change: bool) -> None:
        """Save what the form says, and show ``obj`` as it is afterwards."""
        services = self.row_services
        names = form.changed_data if change else form.cleaned_data
        data = {self._argument(name): self._value(form.cleaned_data[name]) for name in names}
        saved = services.update(id=obj.pk, **data) if change else services.create(**data)
        obj.pk = saved.pk
        obj._state.adding = False
        obj.refresh_from_db()

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        """Delete one."""
        self.row_services.delete(id=obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete those that were ticked."""
        for id in queryset.values_list("pk", flat=True):
            self.row_services.delete(id=id)

    def _argument(self, name: str) -> str:
        """What services call a form field: a foreign key by its id."""
        fields = {field.name for field in self.model._meta.get_fields() if isinstance(field, ForeignKey)}
        return f"{name}_id" if name in fields else name

    def _value(self, value: Any) -> Any:
        """What services take: an id for a row, and None for a field left empty."""
        if isinstance(value, Model):
            return value.pk
        return None if value == "" else value
