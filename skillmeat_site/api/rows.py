"""What clients get, read straight from the database: no instance and no serializer in between.

A response serializer says what a row looks like, to OpenAPI and to this module: each of its fields is
a column, found by its ``source``.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import F, Func, QuerySet
from django.db.models.expressions import RawSQL
from rest_framework import serializers

from skillmeat_site.db.compiled import CompiledQuery, Param

Row = dict[str, Any]

_LIMIT, _OFFSET = Param("limit"), Param("offset")
# Made of rows of their own, which the view reads.
_NESTED = (serializers.BaseSerializer, serializers.ListField)


class _Rfc3339(Func):
    """A time as JSON has it, written by the database: to Python it is the dearest column of a row."""

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        """It is kept as text, without the ``T`` and the ``Z``."""
        return self.as_sql(compiler, connection, template="REPLACE(%(expressions)s, ' ', 'T') || 'Z'")

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Any:
        """Without a fraction of zero, as everywhere else."""
        utc = "TO_CHAR(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"
        return self.as_sql(compiler, connection, template=f"REPLACE({utc}, '.000000', '') || 'Z'")


class RowQuery(CompiledQuery):
    """The rows of a queryset as a response serializer shows them.

    A ``position`` that the queryset does not bring along is the place of the row among those
    that are read.
    """

    def __init__(
        self, queryset: QuerySet[Any, Any], serializer_class: type[serializers.Serializer], **options: Any
    ) -> None:
        fields = {
            name: field for name, field in serializer_class().fields.items() if not isinstance(field, _NESTED)
        }
        place = None if "position" in queryset.query.annotations else "position"
        self._shape = _shape(fields, place)
        columns = [_column(field) for name, field in fields.items() if name != place]
        super().__init__(queryset.values_list(*columns), convert=False, **options)

    def shown(self, values: Mapping[str, Any], start: int = 0) -> list[Row]:
        """All rows. Costs one query.

        Args:
            values: see `CompiledQuery.rows`.
            start: the place of the first row among all.
        """
        return self._shape(self.rows(values), start)


class ListQuery:
    """A list that is read in pages: the rows of a queryset, and how many there are.

    Args:
        matching: the same rows in the same order, without the joins that only showing them takes;
            ``queryset`` itself unless given.
        unfiltered: the rows that those of a page are picked from once their ids are known, in the same
            order; ``queryset`` itself unless given.
        ids_first: whether even the first page is found before anything is joined to it. Costs
            more, unless PostgreSQL would join everything.
        planned_once: see `CompiledQuery`.
    """

    def __init__(
        self,
        queryset: QuerySet[Any, Any],
        serializer_class: type[serializers.Serializer],
        *,
        matching: QuerySet[Any, Any] | None = None,
        unfiltered: QuerySet[Any, Any] | None = None,
        ids_first: bool = False,
        planned_once: bool = False,
    ) -> None:
        matching = queryset if matching is None else matching
        unfiltered = queryset if unfiltered is None else unfiltered
        self._count = CompiledQuery(
            matching.order_by().values_list("pk"),
            template="SELECT COUNT(*) FROM ({}) AS matching",
            planned_once=planned_once,
        )

        def further(matching: QuerySet[Any, Any]) -> RowQuery:
            # Otherwise the database would count what belongs to each row that it skips.
            ids = CompiledQuery(
                matching.values_list("pk"), template="{} LIMIT %s OFFSET %s", params=[_LIMIT, _OFFSET]
            )
            these = RawSQL(ids.sql, ids.params)  # noqa: S611 - Django's own SQL
            return RowQuery(unfiltered.filter(pk__in=these), serializer_class, planned_once=planned_once)

        # All of what is found through other rows, such as the artifacts of a collection, is sorted.
        is_sorted = len(matching.query.alias_map) > 1
        self._from_start = further(matching)
        # The way to a page is as long as what is skipped, so the last ones are reached from behind. But
        # of what is to be sorted, PostgreSQL looks for the ends among all rows there are.
        self._from_end = None if is_sorted else further(matching.reverse())
        # SQLite counts what belongs to rows before it sorts them.
        self._first = (
            self._from_start
            if ids_first or (is_sorted and connection.vendor == "sqlite")
            else RowQuery(
                queryset,
                serializer_class,
                template="{} LIMIT %s",
                params=[_LIMIT],
                planned_once=planned_once,
            )
        )

    def page(self, values: Mapping[str, Any], rows: slice) -> tuple[list[Row], int]:
        """Some rows, as the response serializer shows them, and how many there are on all pages.

        Costs two queries, but only one where the first page holds everything, or the page is past
        the end.
        """
        if rows.start:
            total = self._total(values)
            return self._further(values, slice(rows.start, min(rows.stop, total)), total), total
        shown = self._first.shown({**values, _LIMIT: rows.stop, _OFFSET: 0})
        return shown, len(shown) if len(shown) < rows.stop else self._total(values)

    def _further(self, values: Mapping[str, Any], rows: slice, total: int) -> list[Row]:
        limit, behind = rows.stop - rows.start, total - rows.stop
        if limit <= 0:
            # An offset past the end may be too large for the database to count to.
            return []
        query, offset = self._from_start, rows.start
        if self._from_end and behind < rows.start:
            query, offset = self._from_end, behind
        return query.shown({**values, _LIMIT: limit, _OFFSET: offset}, rows.start)

    def _total(self, values: Mapping[str, Any]) -> int:
        return self._count.rows(values)[0][0]


def _column(field: serializers.Field) -> Any:
    path = str(field.source).replace(".", "__")
    return _Rfc3339(F(path)) if isinstance(field, serializers.DateTimeField) else path


def _shape(
    fields: Mapping[str, serializers.Field], place: str | None
) -> Callable[[Sequence[Any], int], list[Row]]:
    """What makes dicts of tuples.

    It is Python that is put together here, as a named tuple is: three times as fast as ``dict(zip(…))``.

    Args:
        place: the field that is no column, but counted from a start on.
    """
    columns = {name: f"column{number}" for number, name in enumerate(fields) if name != place}
    # SQLite has no booleans.
    flags = {name for name, field in fields.items() if isinstance(field, serializers.BooleanField)}
    values = {name: f"bool({column})" if name in flags else column for name, column in columns.items()}
    items = ", ".join(f"{name!r}: {values.get(name, 'place')}" for name in fields)
    return eval(  # noqa: S307 - of nothing but names of fields
        f"lambda rows, start: "
        f"[{{{items}}} for place, ({', '.join(columns.values())},) in enumerate(rows, start)]"
    )
