"""django-filter, strict: an unknown or empty parameter is an error, never ignored."""

from collections import OrderedDict
from collections.abc import Iterable
from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from django_filters import rest_framework as filters
from django_filters.utils import translate_validation
from drf_spectacular.utils import extend_schema_field

from skillmeat_site.api.serializers import NO_NUL
from skillmeat_site.db.compiled import Param
from skillmeat_site.db.ids import bad_id_message, id_field
from skillmeat_site.db.transactions import get


class TextFilter(filters.CharFilter):
    """A text as it is stored: without NUL.

    Args:
        description: for OpenAPI.
    """

    def __init__(self, description: str) -> None:
        super().__init__()
        extend_schema_field({"type": "string", "pattern": NO_NUL, "description": description})(self)  # type: ignore[type-var]


class SearchFilter(TextFilter):
    """``search``: a part of any of ``fields``, in any case.

    Args:
        fields: names of text fields.
    """

    def __init__(self, *fields: str) -> None:
        super().__init__(f"Part of the {' or '.join(fields)}, in upper or lower case.")
        self.fields = fields

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The rows that contain ``value``."""
        if not value:
            return qs
        matches = Q()
        for name in self.fields:
            matches |= Q(**{f"{name}__contains_any_case": value})
        return qs.filter(matches)


class ReferenceFilter(filters.CharFilter):
    """Rows that belong to another resource; an id that names none of it is 404.

    Args:
        model: the other model.
        lookup: from the filtered rows to the other's id.
        description: for OpenAPI.
    """

    def __init__(self, model: type[Model], lookup: str, description: str, **kwargs: Any) -> None:
        super().__init__(field_name=lookup, validators=[self._check_shape], strip=False, **kwargs)
        # `model` is taken: there django-filter keeps what is filtered.
        self.referenced = model
        pattern = id_field(model).pattern
        extend_schema_field({"type": "string", "pattern": pattern, "description": description})(self)  # type: ignore[type-var]

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


class OneOfFilter(filters.ChoiceFilter):
    """Rows with one of ``values``."""

    def __init__(self, values: Iterable[str], description: str, **kwargs: Any) -> None:
        values = list(values)
        super().__init__(**known_values(values), **kwargs)
        schema = {"type": "string", "enum": values, "description": description}
        extend_schema_field(schema)(self)  # type: ignore[type-var]


class TotalOrderingFilter(OneOfFilter):
    """``ordering``: one of the documented fields, ``-`` for descending; ties broken by id.

    Args:
        fields: what may be ordered by, the default first.
        default: the order without the parameter; the first of ``fields`` when not given.
    """

    def __init__(self, *fields: str, default: tuple[str, ...] = ()) -> None:
        self.default = default or fields[:1]
        values = [sign + name for name in fields for sign in ("", "-")]
        usual = "`, then `".join(self.default)
        super().__init__(values, f"Order of the rows; by `{usual}` unless told.")

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """``qs`` in a total order. The id follows the direction of the last field."""
        order = (value,) if value else self.default
        return qs.order_by(*order, "-pk" if order[-1].startswith("-") else "pk")


class StrictFilterSet(filters.FilterSet):
    """A filter set whose parameters may be left out but not left empty.

    ``?type=`` is more likely a client's mistake than a wish for everything. Only free text may
    be empty, as a search box is.
    """

    data: QueryDict

    def __init__(self, data: QueryDict, queryset: QuerySet[Any]) -> None:
        # Instead of django-filter's own, which copies every filter for every request.
        self.is_bound, self.data, self.queryset = True, data, queryset
        self.request = self.form_prefix = None
        self.filters = OrderedDict(
            (name, parameter)
            for name, parameter in self.base_filters.items()
            if name in data or parameter.extra["required"] or isinstance(parameter, TotalOrderingFilter)
        )

    def get_form_class(self) -> type[forms.Form]:
        """What parses the parameters that were sent."""
        return _form_class(type(self), tuple(self.filters))

    def validated(self) -> dict[str, Any]:
        """The values of all parameters. Costs a query for each id, to see whether it names anything.

        Raises:
            ValidationError: a parameter has no valid value.
            NotFound: an id names nothing.
        """
        if not self.is_valid():
            raise translate_validation(self.errors)  # type: ignore[misc]
        values = self.form.cleaned_data
        for name, parameter in self.filters.items():
            if isinstance(parameter, ReferenceFilter) and values[name]:
                get(parameter.referenced, values[name])
        return values

    def shape(self) -> dict[str, Any]:
        """The values of all parameters, with a `Param` for those that do not change the SQL.

        Several values of one parameter are there once each and in order, so that what means the same
        is the same.
        """
        shape: dict[str, Any] = {}
        for name, value in self.form.cleaned_data.items():
            if isinstance(value, list):
                shape[name] = tuple(sorted(set(value)))
            else:
                is_text = isinstance(self.filters[name], filters.CharFilter)
                shape[name] = Param(name) if value and is_text else value
        return shape

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """``queryset``, filtered by the `shape`."""
        for name, value in self.shape().items():
            queryset = self.filters[name].filter(queryset, value)
        return queryset

    def order_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """``queryset`` in the order of `filter_queryset`, with all of its rows."""
        for name, parameter in self.filters.items():
            if isinstance(parameter, TotalOrderingFilter):
                queryset = parameter.filter(queryset, self.form.cleaned_data[name])
        return queryset

    def is_valid(self) -> bool:
        """Whether every given parameter has a valid value."""
        for name, parameter in self.filters.items():
            if isinstance(parameter, filters.CharFilter) and not isinstance(parameter, ReferenceFilter):
                continue
            if name in self.data and not str(self.data[name]).strip() and not parameter.extra["required"]:
                self.form.add_error(
                    name, ValidationError("Leave the parameter out or give it a value.", code="blank")
                )
        for errors in self.form.errors.as_data().values():
            for error in errors:
                # The contract's code for a value that is none of those there are.
                error.code = "unknown_parameter" if error.code == "invalid_choice" else error.code
        return super().is_valid()


@cache
def _form_class(filterset_class: type[StrictFilterSet], names: tuple[str, ...]) -> type[forms.Form]:
    fields = {name: filterset_class.base_filters[name].field for name in names}
    return type("Parameters", (forms.Form,), fields)
