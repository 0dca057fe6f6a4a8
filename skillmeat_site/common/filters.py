"""django-filter, strict: an unknown or empty parameter is an error, never ignored."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field

from skillmeat_site.common.db import not_found
from skillmeat_site.common.ids import bad_id_message, id_field
from skillmeat_site.common.serializers import NO_NUL


class SearchFilter(filters.CharFilter):
    """``search``: a part of any of ``fields``, in any case.

    Args:
        fields: names of text fields.
    """

    def __init__(self, *fields: str) -> None:
        description = f"Part of the {' or '.join(fields)}, in upper or lower case."
        super().__init__()
        self.fields = fields
        extend_schema_field({"type": "string", "pattern": NO_NUL, "description": description})(self)  # type: ignore[type-var]

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

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The rows of ``value``. Costs a query for its existence."""
        if not value:
            return qs
        if not self.referenced._default_manager.filter(pk=value).exists():
            raise not_found(self.referenced, value)
        return qs.filter(**{str(self.field_name): value})


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
        super().__init__(values, f"Order of the rows; `{','.join(self.default)}` unless told.")

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """``qs`` in a total order. The id follows the direction of the last field."""
        order = (value,) if value else self.default
        return qs.order_by(*order, "-pk" if order[-1].startswith("-") else "pk")


class StrictFilterSet(filters.FilterSet):
    """A filter set whose parameters may be left out but not left empty.

    ``?type=`` is more likely a client's mistake than a wish for everything. Only free text may
    be empty, as a search box is.
    """

    def is_valid(self) -> bool:
        """Whether every given parameter has a valid value."""
        data = self.data or {}
        for name, parameter in self.filters.items():
            if isinstance(parameter, filters.CharFilter) and not isinstance(parameter, ReferenceFilter):
                continue
            if name in data and not str(data[name]).strip() and not parameter.extra["required"]:
                self.form.add_error(
                    name, ValidationError("Leave the parameter out or give it a value.", code="blank")
                )
        for errors in self.form.errors.as_data().values():
            for error in errors:
                # The contract's code for a value that is none of those there are.
                error.code = "unknown_parameter" if error.code == "invalid_choice" else error.code
        return super().is_valid()
