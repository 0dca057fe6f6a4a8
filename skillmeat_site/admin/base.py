"""Admins that write through the same services as the API, and say what these refuse."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import NestedObjects, unquote
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, IntegrityError
from django.db.models import Model, ProtectedError, QuerySet, TextField
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin

from skillmeat_site.admin.forms import MultilineField, UpToDateForm
from skillmeat_site.api.exception_handler import ApiExceptionHandler
from skillmeat_site.db.transactions import in_transaction, locked
from skillmeat_site.exceptions import DomainError

# What a write may fail with although its form was valid.
REFUSALS = (DomainError, IntegrityError, ProtectedError, ValidationError)


class SafeAdmin(ModelAdmin):
    """Locks a row before its form is checked, and turns what a write is refused for into messages."""

    form = UpToDateForm
    formfield_overrides = {TextField: {"form_class": MultilineField}}
    show_full_result_count = False

    def lock(self, row: Any) -> None:
        """Lock a row and what its services lock before it, until the transaction ends.

        Raises:
            NotFound: it was deleted meanwhile.
        """
        locked(self.model, row.pk)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """The form; once more, with what is wrong, when saving it was refused."""
        view = partial(super().changeform_view, request, object_id, form_url, extra_context)
        if request.method != "POST":
            return view()

        def save() -> Any:
            row = self.get_object(request, unquote(object_id)) if object_id else None
            if row:
                self.lock(row)
            return view()

        try:
            return in_transaction(save)
        except REFUSALS as exc:
            request.refusal = _refusal(exc)  # type: ignore[attr-defined]
            return in_transaction(view)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The class of the form, which knows why the attempt before this one was refused."""
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Delete one row, or say why not."""
        return self._or_say_why_not(request, partial(super().delete_view, request, object_id, extra_context))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The list. An action on it is carried out for all rows or none."""
        return self._or_say_why_not(request, partial(super().changelist_view, request, extra_context))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete the selected rows as one is deleted."""
        for row in queryset.order_by("pk"):
            self.delete_model(request, row)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What a confirmation page lists. What goes along is counted: it may be 10,000 rows.

        As in the API, no permission is needed for what goes along.
        """
        collector = NestedObjects(using=DEFAULT_DB_ALIAS)
        collector.collect(objs)
        deleted: dict[Any, Any] = collector.model_objs
        counts = {_name(model): len(rows) for model, rows in deleted.items()}
        protected = Counter(_name(type(row)) for row in collector.protected)
        return [str(row) for row in objs], counts, set(), [f"{n} {name}" for name, n in protected.items()]

    def _or_say_why_not(self, request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
        if request.method != "POST":
            return view()
        try:
            return in_transaction(view)
        except REFUSALS as exc:
            self.message_user(request, " ".join(_refusal(exc).messages), messages.ERROR)
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")


class ServiceAdmin(SimpleHistoryAdmin, SafeAdmin):
    """For the models of the domain. The history of a row is its audit trail.

    A subclass writes in `save_model` and `delete_model`, by calling services.
    """

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """What a form shows; a new row has no id and no times yet."""
        fields = super().get_fields(request, obj)
        return fields if obj else [name for name in fields if name not in self.readonly_fields]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row.

        Raises:
            Http404: there is none; says what it was called, if there was one.
        """
        row = super().get_object(request, object_id, from_field)
        if row is None and self.has_view_permission(request):
            name = str(self.opts.verbose_name)
            last = self.model.history.filter(id=object_id).first()
            if last is None or last.history_type != "-":
                raise Http404(f"There is no {name} with the id {object_id}.")
            label = getattr(last, "name", object_id)
            raise Http404(f"The {name} “{label}” was deleted by {last.history_user}.")
        return row

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Create or change a row by a service; a new one gives its id to ``obj``."""
        raise NotImplementedError

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete a row by a service."""
        raise NotImplementedError

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The changes of a row. Users are names in the trail, which lead to no account."""
        return super().history_view(request, object_id, {"admin_user_view": "", **(extra_context or {})})

    def history_form_view(
        self,
        request: HttpRequest,
        object_id: str,
        version_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The record in the audit trail: the library's own page looks as if it could be saved."""
        record = self.model.history.model._meta
        return redirect(reverse(f"admin:audit_{record.model_name}_change", args=[version_id]))


def already_there(model: type[Model]) -> ValidationError:
    """The message of the unique constraint of a model, for a service that takes a duplicate for done."""
    (constraint,) = model._meta.total_unique_constraints
    return ValidationError(constraint.get_violation_error_message())


def list_filter_value(request: HttpRequest, parameter: str) -> str | None:
    """What the list was filtered by from which the user comes to an "add" form."""
    return QueryDict(request.GET.get("_changelist_filters", "")).get(parameter)


def _refusal(exc: Exception) -> ValidationError:
    """What the API would say, for a form."""
    if isinstance(exc, ValidationError):
        return exc
    handler = ApiExceptionHandler(exc, {})  # type: ignore[typeddict-item]
    converted: Any = handler.convert_known_exceptions(exc)
    return ValidationError(converted.detail)


def _name(model: type[Model]) -> str:
    return str(model._meta.verbose_name_plural)
