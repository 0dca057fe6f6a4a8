"""Pages: ``page`` and ``page_size`` in, an envelope with ``total`` out."""

import re
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from skillmeat_site.api.exceptions import invalid

# The largest integer that a JavaScript client can send back unchanged.
MAX_PAGE = 2**53 - 1


class PagePagination(BasePagination):
    """Lists that are paged through. A page past the end is empty, not an error.

    Attributes:
        page_size: how many rows a page has; the default until a request asks for another number.
        results_key: what the rows are called in the envelope; the view sets it.
        total: how many rows there are on all pages.
        rows: which of them are on the page.
    """

    page_size = 50
    max_page_size = 100
    results_key = "results"

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        """The rows of the page that the request asks for, as a queryset. Costs one query, which counts.

        Raises:
            ValidationError: ``page`` or ``page_size`` is not a number in its range.
        """
        self.read_parameters(request)
        start, stop = self.rows.start, self.rows.stop
        if not isinstance(queryset, QuerySet):
            self.total = len(queryset)
            return queryset[start:stop]
        self.total = queryset.count()
        return page_of(queryset, start, min(stop, self.total), self.total)

    def read_parameters(self, request: Request) -> None:
        """Set ``page``, ``page_size`` and ``rows``.

        Raises:
            ValidationError: one of them is not a number in its range.
        """
        self.page = _positive(request, "page", default=1, maximum=MAX_PAGE)
        self.page_size = _positive(request, "page_size", default=self.page_size, maximum=self.max_page_size)
        start = (self.page - 1) * self.page_size
        self.rows = slice(start, start + self.page_size)

    def get_paginated_response(self, data: Sequence[Any]) -> Response:
        """The envelope."""
        return Response(
            {self.results_key: data, "total": self.total, "page": self.page, "page_size": self.page_size}
        )

    def get_paginated_response_schema(self, schema: Any) -> dict[str, Any]:
        """The envelope for OpenAPI; spectacular builds examples from it too."""
        counts = {
            "total": ("How many rows match, on all pages.", 0, 1),
            "page": ("The page that this is.", 1, 1),
            "page_size": ("How many rows a page holds.", 1, self.page_size),
        }
        return {
            "type": "object",
            "required": [self.results_key, *counts],
            "properties": {
                self.results_key: schema,
                **{
                    name: {
                        "type": "integer",
                        "minimum": minimum,
                        "description": description,
                        "example": example,
                    }
                    for name, (description, minimum, example) in counts.items()
                },
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """``page`` and ``page_size`` for OpenAPI."""
        return [
            _parameter("page", "Which page, from 1. Past the end it is empty.", 1, MAX_PAGE),
            _parameter("page_size", "Rows on a page.", self.page_size, self.max_page_size),
        ]


class LargePagePagination(PagePagination):
    """Lists that clients want in one piece; ``total`` tells when there is more."""

    page_size = 1000
    max_page_size = 1000


def page_of(queryset: QuerySet[Any], start: int, stop: int, total: int) -> QuerySet[Any]:
    """The rows from ``start`` to ``stop`` of ``total``; only those are joined and annotated.

    A further page, or one of rows that are found or ordered by other tables, is found by its primary keys
    first, since a database computes every annotation of the rows that it skips or sorts. A further page is
    read from the nearer end of the list.
    """
    if start >= stop:
        return queryset.none()
    joins = _joins(queryset)
    if not (start or joins) or not _is_simple(queryset):
        return queryset[start:stop]
    keys = queryset.values_list("pk")
    # Rows that many others lead to, as the members of a collection, are sorted anyway. From the end,
    # PostgreSQL would go through all rows of the table backwards.
    is_sorted = any(join.join_field.one_to_many for join in joins)
    from_end = start > total - stop and not is_sorted
    keys = keys.reverse()[total - stop : total - start] if from_end else keys[start:stop]
    return queryset.filter(pk__in=keys)


def _joins(queryset: QuerySet[Any]) -> list[Any]:
    """The joins that the rows of a queryset are found or ordered by."""
    query = queryset.query
    joins: list[Any] = [join for alias, join in query.alias_map.items() if query.alias_refcount[alias]]
    return [join for join in joins if join.parent_alias is not None]


def _is_simple(queryset: QuerySet[Any]) -> bool:
    """Whether a row is the same when it is selected by its primary key, and the order can be reversed."""
    query = queryset.query
    over_rows = any(
        annotation.contains_over_clause or annotation.contains_aggregate
        for annotation in query.annotations.values()
    )
    return queryset.ordered and not over_rows and not query.combinator and not query.distinct


def _parameter(name: str, description: str, default: int, maximum: int) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 1, "maximum": maximum, "default": default}
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _positive(request: Request, name: str, *, default: int, maximum: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    # Python's int() also takes "１", " 1" and "1_0", and gives up at thousands of digits.
    if not re.fullmatch("[0-9]{1,16}", text) or not 1 <= int(text) <= maximum:
        raise invalid(f"Must be a whole number from 1 to {maximum}.", "invalid", attr=name)
    return int(text)
