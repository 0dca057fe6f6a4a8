"""The audit trail in Django admin: to be read, and nothing else."""

from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import ForeignKey, Model, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import TextFilter

from skillmeat_site.audit.trail import SYSTEM


class UserFilter(TextFilter):
    """Changes by a user, whose name is typed: a choice of all users would read the whole trail."""

    title = "user"
    parameter_name = "user"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """What that user did; "system" is everything that no user did."""
        if not self.value():
            return queryset
        name = None if self.value() == SYSTEM else self.value()
        return queryset.filter(history_user_id=name)


class AuditRecordAdmin(ModelAdmin):
    """The changes of one kind of row, deleted rows included, the newest first."""

    list_display = ["when", "change", "what", "who", "why"]
    list_filter = ["history_type", "history_date", UserFilter]
    show_full_result_count = False
    list_filter_submit = True

    def get_list_select_related(self, request: HttpRequest) -> list[str]:
        """What `what` looks at."""
        return list(_paths(self.model))

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """The id and the name of the row, or the names of the rows that it joins."""
        names = [f"{path}__name" for path, target in _paths(self.model).items() if hasattr(target, "name")]
        return ["id", "name"] if hasattr(self.model, "name") else ["id", *names]

    @admin.display(description="what")
    def what(self, record: Any) -> str:
        """The name of the row, or the rows that it joins; their ids once those are gone."""
        if hasattr(record, "name"):
            return record.name
        ends = [getattr(record, key) or getattr(record, f"{key}_id") for key in _foreign_keys(self.model)]
        return " – ".join(map(str, ends))

    @admin.display(ordering="history_date")
    def when(self, record: Any) -> datetime:
        """The moment of the change."""
        return record.history_date

    @admin.display(ordering="history_type")
    def change(self, record: Any) -> str:
        """Created, changed or deleted."""
        return record.get_history_type_display()

    @admin.display(ordering="history_user_id")
    def who(self, record: Any) -> str:
        """The user's name; "system" for a command."""
        return record.history_user

    def why(self, record: Any) -> str | None:
        """What the fields do not show."""
        return record.history_change_reason

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only changes make records."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A trail that can be changed proves nothing."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nor does one with gaps; `manage.py clean_old_history` shortens it."""
        return False


def _foreign_keys(model: type[Model]) -> list[str]:
    return [field.name for field in model._meta.get_fields() if isinstance(field, ForeignKey)]


def _paths(model: type[Model]) -> dict[str, type[Model]]:
    """The rows that a record leads to, over one foreign key or two, by their lookup paths."""
    paths: dict[str, type[Model]] = {}
    for key in _foreign_keys(model):
        target = _target(model, key)
        paths[key] = target
        paths |= {f"{key}__{further}": _target(target, further) for further in _foreign_keys(target)}
    return paths


def _target(model: type[Model], key: str) -> type[Model]:
    target = model._meta.get_field(key).related_model
    assert isinstance(target, type)
    return target


for model in apps.get_app_config("audit").get_models():
    admin.site.register(model, AuditRecordAdmin)
