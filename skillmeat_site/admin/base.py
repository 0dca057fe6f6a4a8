"""Admins that write through the same services as the API, and say what these refuse."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import CASCADE, PROTECT, Model, ProtectedError, QuerySet, TextField
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin

from skillmeat_site.admin.forms import MultilineField, UpToDateForm
from skillmeat_site.api.exception_handler import ApiExceptionHandler
from skillmeat_site.db.transactions import in_transaction, locked
from skillmeat_site.exceptions import DomainError, NotFound

# What a write may fail with although its form was valid.
REFUSALS = (DomainError, IntegrityError, ProtectedError, ValidationError)
# The rows that a confirmation page names.
NAMES_SHOWN = 100


class SafeAdmin(ModelAdmin):
    """Locks a row before its form is checked, and turns what a write is refused for into messages."""

    form = UpToDateForm
    formfield_overrides = {TextField: {"form_class": MultilineField}}
    show_full_result_count = False
    # A filter that one types or searches in needs a button.
    list_filter_submit = True

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

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        """The form of a row in a list with ``list_editable``, which Django makes of another class."""
        return super().get_changelist_form(request, **{"form": self.form, **kwargs})

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Delete one row, or say why not."""
        view = partial(super().delete_view, request, object_id, extra_context)
        if request.method != "POST":
            return view()
        try:
            return in_transaction(view)
        except REFUSALS as exc:
            self.message_user(request, " ".join(_refusal(exc).messages), messages.ERROR)
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete the selected rows as one is deleted.

        Each in a transaction of its own: thousands of them in one would hold up all other writers.
        """
        for row in queryset.order_by("pk"):
            try:
                self.delete_model(request, row)
            except NotFound:
                pass  # Somebody else was faster.
            except REFUSALS as exc:
                reason = " ".join(_refusal(exc).messages)
                self.message_user(request, f"{row} was not deleted: {reason}", messages.ERROR)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What a confirmation page shows. What goes along is counted: it may be many thousand rows.

        As in the API, no permission is needed for what goes along.
        """
        names = [str(row) for row in objs[:NAMES_SHOWN]]
        if len(objs) > NAMES_SHOWN:
            names.append(f"and {len(objs) - NAMES_SHOWN} more")
        rows = self.model._base_manager.filter(pk__in=[row.pk for row in objs])
        deleted, protected = _related(rows)
        counts = {
            _plural(self.model): len(objs),
            **{_plural(found.model): found.count() for found in deleted},
        }
        return names, counts, set(), [f"{found.count()} {_plural(found.model)}" for found in protected]


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
    if converted is exc:
        raise exc
    return ValidationError(converted.detail)


def _related(rows: QuerySet[Any]) -> tuple[list[QuerySet[Any]], list[QuerySet[Any]]]:
    """What is deleted along with rows, and what forbids to delete them: a queryset for each model."""
    found: dict[Any, dict[type[Model], QuerySet[Any]]] = {CASCADE: {}, PROTECT: {}}
    to_visit = [rows]
    for parents in to_visit:
        for relation in parents.model._meta.related_objects:
            of_kind = found.get(relation.on_delete, {})
            model: Any = relation.related_model
            children = model._base_manager.filter(**{f"{relation.field.name}__in": parents})
            of_kind[model] = of_kind[model] | children if model in of_kind else children
            if relation.on_delete is CASCADE:
                to_visit.append(children)
    return list(found[CASCADE].values()), [rows for rows in found[PROTECT].values() if rows.exists()]


def _plural(model: type[Model]) -> str:
    return str(model._meta.verbose_name_plural)
