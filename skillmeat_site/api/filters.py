"""django-filter, strict: an unknown or empty parameter is an error, never ignored."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django_filters import rest_framework as filters
from django_filters.widgets import SuffixedMultiWidget
from drf_spectacular.utils import extend_schema_field

from skillmeat_site.api.serializers import BAD_MOMENT, NO_NUL, parse_moment
from skillmeat_site.db.ids import bad_id_message, id_field
from skillmeat_site.db.transactions import not_found


class ListFilterBackend(filters.DjangoFilterBackend):
    """Filters lists only: a filter that a list requires is no business of the URL of one row."""

    def filter_queryset(self, request: Any, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """The rows that match the query parameters."""
        if getattr(view, "detail", False):
            return queryset
        return super().filter_queryset(request, queryset, view)


class StrictFilterSet(filters.FilterSet):
    """A filter set whose parameters may be left out but not left empty.

    ``?type=`` is more likely a client's mistake than a wish for everything. Only free text may
    be empty, as a search box is.
    """

    def is_valid(self) -> bool:
        """Whether every parameter that was sent has a valid value."""
        sent = self.data or {}
        for name, parameter in self.filters.items():
            is_blank = name in sent and not str(sent[name]).strip()
            if is_blank and not isinstance(parameter, TextFilter) and name not in self.form.errors:
                self.form.add_error(
                    name, ValidationError("Leave the parameter out or give it a value.", code="blank")
                )
        for errors in self.form.errors.as_data().values():
            for error in errors:
                # The contract's code for a value that is none of those there are.
                error.code = "unknown_parameter" if error.code == "invalid_choice" else error.code
        return super().is_valid()


def parameters_of(name: str, filter_: filters.Filter) -> dict[str, bool]:
    """The query parameters of a filter, each with whether it may be sent several times."""
    widget = filter_.extra.get("widget", filter_.field_class.widget)
    kind = widget if isinstance(widget, type) else type(widget)
    if issubclass(kind, SuffixedMultiWidget):
        return {f"{name}_{suffix}" if suffix else name: False for suffix in kind.suffixes}
    return {name: issubclass(kind, forms.SelectMultiple)}


class TextFilter(filters.CharFilter):
    """A text as it is stored: without NUL.

    Args:
        description: for OpenAPI.
    """

    def __init__(self, description: str) -> None:
        super().__init__(label=description)
        extend_schema_field({"type": "string", "pattern": NO_NUL, "description": description})(self)  # type: ignore[type-var]


class OptionalText(forms.CharField):
    """A text as it was sent; None when it was left out, which is not the same as an empty one."""

    def clean(self, value: Any) -> str | None:
        """The text."""
        return None if value is None else super().clean(value)


class ExactFilter(TextFilter):
    """A text that is matched exactly; an empty one matches what is empty."""

    field_class = OptionalText

    def __init__(self, description: str, lookup: str) -> None:
        super().__init__(description)
        self.field_name = lookup
        self.extra["strip"] = False

    def filter(self, qs: QuerySet[Any], value: str | None) -> QuerySet[Any]:
        """The rows that have ``value``."""
        return qs if value is None else qs.filter(**{str(self.field_name): value})


class TimeField(forms.CharField):
    """A moment as RFC 3339 has it, with its zone."""

    def clean(self, value: Any) -> datetime | None:
        """The moment in UTC; None when none was sent.

        Raises:
            ValidationError: it is no time, or has no zone.
        """
        text = super().clean(value)
        moment = parse_moment(text)
        if text and moment is None:
            raise ValidationError(BAD_MOMENT, code="invalid")
        return moment


class TimeFilter(filters.Filter):
    """``…_after`` or ``…_before``: both include the moment itself.

    Args:
        field_name: what is compared.
        lookup: ``gte`` or ``lte``.
        description: for OpenAPI.
    """

    field_class = TimeField

    def __init__(self, field_name: str, lookup: str, description: str) -> None:
        super().__init__(field_name, lookup, label=description)
        schema = {"type": "string", "format": "date-time", "pattern": NO_NUL, "description": description}
        extend_schema_field(schema)(self)  # type: ignore[type-var]


class ConditionFilter(filters.TypedChoiceFilter):
    """``true`` or ``false``: the rows of which a condition holds, or those of which it does not.

    Args:
        condition: never null for any row.
        description: for OpenAPI.
    """

    def __init__(self, condition: Q, description: str) -> None:
        super().__init__(
            label=description, coerce=lambda value: value == "true", **known_values(["true", "false"])
        )
        self.condition = condition
        extend_schema_field({"type": "boolean", "description": description})(self)  # type: ignore[type-var]

    def filter(self, qs: QuerySet[Any], value: bool | str) -> QuerySet[Any]:
        """The rows, unless the parameter was left out."""
        if value == "":
            return qs
        return qs.filter(self.condition if value else ~self.condition)


class SearchFilter(TextFilter):
    """``search``: a part of any of ``fields``, in any case.

    Args:
        fields: names of text fields, also of related rows.
    """

    def __init__(self, *fields: str) -> None:
        names = [name.replace("__", "'s ") for name in fields]
        super().__init__(f"Part of the {' or '.join(names)}, in upper or lower case.")
        self.fields = fields

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The rows that contain ``value``."""
        if not value:
            return qs
        matches = Q()
        for name in self.fields:
            relation, _, field = name.rpartition("__")
            match = {f"{field}__contains_any_case": value}
            if relation:
                # Each of the related rows is looked at once, not once for each row that leads to it.
                related: Any = qs.model._meta.get_field(relation).related_model
                match = {f"{relation}__in": related.objects.filter(**match).order_by().values("pk")}
            matches |= Q(**match)
        return qs.filter(matches)


class PrefixedIdFilter(filters.CharFilter):
    """Rows that belong to another resource; an id that names none of it is 404.

    Args:
        model: the other model.
        lookup: from the filtered rows to the other's id.
        description: for OpenAPI.
    """

    def __init__(self, model: type[Model], lookup: str, description: str, **kwargs: Any) -> None:
        super().__init__(
            field_name=lookup, label=description, validators=[self._check_shape], strip=False, **kwargs
        )
        # `model` is taken: there django-filter stores the model that is filtered.
        self.referenced = model
        pattern = id_field(model).pattern
        extend_schema_field({"type": "string", "pattern": pattern, "description": description})(self)  # type: ignore[type-var]

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The rows that refer to the id. Costs a query, which looks whether that exists.

        Raises:
            NotFound: it does not.
        """
        if value and not self.referenced._default_manager.filter(pk=value).exists():
            raise not_found(self.referenced, value)
        return super().filter(qs, value)

    def _check_shape(self, value: str) -> None:
        if not id_field(self.referenced).is_well_formed(value):
            raise ValidationError(bad_id_message(self.referenced), code="invalid")


def known_values(values: Iterable[str]) -> dict[str, Any]:
    """What a filter by choice needs: the choices, and an error that lists them."""
    values = list(values)
    message = f"%(value)s is unknown here. Use one of: {', '.join(values)}."
    return {
        "choices": [(value, value) for value in values],
        "error_messages": {"invalid_choice": message},
    }


class SeveralValues(forms.SelectMultiple):
    """``type=a&type=b``, ``type=a,b`` or ``type[]=a&type[]=b``."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        """All values, those of each spelling."""
        sent = [value for key in (name, f"{name}[]") for value in data.getlist(key)]
        return [part for value in sent for part in value.split(",")]


class ChoiceFilter(filters.ChoiceFilter):
    """Rows with one of ``values``."""

    def __init__(self, values: Iterable[str], description: str, **kwargs: Any) -> None:
        values = list(values)
        super().__init__(label=description, **known_values(values), **kwargs)
        schema = {"type": "string", "enum": values, "description": description}
        extend_schema_field(schema)(self)  # type: ignore[type-var]


class ChoicesFilter(filters.MultipleChoiceFilter):
    """Rows with any of several of ``values``."""

    def __init__(self, values: Iterable[str], description: str, **kwargs: Any) -> None:
        values = list(values)
        super().__init__(label=description, **known_values(values), widget=SeveralValues, **kwargs)
        # Of one value; drf-spectacular makes a list of it.
        extend_schema_field({"type": "string", "enum": values, "description": description})(self)  # type: ignore[type-var]

    def filter(self, qs: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        """The rows that have one of the values."""
        return qs.filter(**{f"{self.field_name}__in": value}) if value else qs


class TotalOrderingFilter(filters.ChoiceFilter):
    """``ordering``: one of the documented fields, ``-`` for descending; ties broken by id.

    Args:
        fields: what may be ordered by, the default first.
        default: the order without the parameter; the first of ``fields`` when not given.
        columns: what each is in the database, where that has another name.
    """

    def __init__(
        self, *fields: str, default: tuple[str, ...] = (), columns: Mapping[str, str] | None = None
    ) -> None:
        self.default = default or fields[:1]
        self.columns = columns or {}
        values = [sign + name for name in fields for sign in ("", "-")]
        description = f"Order of the rows; by `{'`, then `'.join(self.default)}` unless told."
        super().__init__(label=description, **known_values(values))
        schema = {"type": "string", "enum": values, "description": description}
        extend_schema_field(schema)(self)  # type: ignore[type-var]

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """``qs`` in a total order. The id follows the direction of the last field."""
        order = (value,) if value else self.default
        signs = ["-" if name.startswith("-") else "" for name in order]
        names = [name.removeprefix("-") for name in order]
        columns = [sign + self.columns.get(name, name) for sign, name in zip(signs, names, strict=True)]
        return qs.order_by(*columns, f"{signs[-1]}pk")
