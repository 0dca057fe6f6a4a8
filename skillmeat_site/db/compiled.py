"""Reads whose SQL is made once.

Building a queryset and compiling it costs Django many times what the database needs to answer it. A
query that differs from others in its values only is therefore compiled with a `Param` for each of
them, kept under a key, and sent with the values at hand.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeVar

import orjson
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Model, QuerySet

T = TypeVar("T")
M = TypeVar("M", bound=Model)

# More than are in use at a time; some ten KiB each.
MOST_KEPT = 1_000

_kept: dict[Hashable, Any] = {}


class Param(str):
    """What stands in a queryset for a value that is known only when the query is sent.

    It is a string, the name of the value, and goes wherever Django takes one.
    """

    __slots__ = ()


def compiled(key: Hashable, make: Callable[[], T]) -> T:
    """What is kept under ``key``, such as a `CompiledQuery`; ``make`` makes it the first time.

    Args:
        key: the same for queries that differ in nothing but the values of their `Param`.
    """
    if (query := _kept.get(key)) is None:
        if len(_kept) >= MOST_KEPT:
            _kept.pop(next(iter(_kept)), None)  # The oldest.
        query = _kept[key] = make()
    return query


class CompiledQuery:
    """The SQL of a queryset, with the places where its values go.

    Args:
        queryset: one of ``values_list``.
        template: SQL around it.
        params: the parameters of the template, which come behind those of the queryset.
        convert: whether values become what the model's fields make of them, or stay what the
            driver gives.
        planned_once: whether PostgreSQL may find its way to the rows once for all values. Not where that
            depends on the value: what is right for a collection of ten artifacts takes ages for one of
            ten thousand.
    """

    def __init__(
        self,
        queryset: QuerySet[Any, Any],
        *,
        template: str = "{}",
        params: Sequence[Param] = (),
        convert: bool = True,
        planned_once: bool = True,
    ) -> None:
        # Whichever connection a thread has at the time; it must not be kept from being closed.
        self._compiler = queryset.query.get_compiler(connection=connection)
        sql, own_params = self._compiler.as_sql()
        self.sql = template.replace("{}", sql)
        self.params = [*own_params, *params]
        columns = [column for column, *_ in self._compiler.select]
        self._converters = self._compiler.get_converters(columns) if convert else {}
        self._planned_once = planned_once

    def rows(self, values: Mapping[str, Any]) -> Sequence[Any]:
        """All rows, as tuples.

        Args:
            values: what to send for each `Param`, by its name; a list goes to ``any_of``.
        """
        params = [_sent(values[param]) if type(param) is Param else param for param in self.params]
        rows = send(self.sql, params, planned_once=self._planned_once)
        return list(self._compiler.apply_converters(rows, self._converters)) if self._converters else rows


class InstanceQuery(CompiledQuery):
    """A queryset whose rows are wanted as instances.

    Args:
        extras: what the queryset annotates; attributes of the instances.
    """

    def __init__(self, queryset: QuerySet[Any, Any], *, extras: Sequence[str] = (), **options: Any) -> None:
        self._model, self._extras = queryset.model, extras
        self._names = [field.attname for field in queryset.model._meta.concrete_fields]
        super().__init__(queryset.values_list(*self._names, *extras), **options)

    def instances(self, values: Mapping[str, Any]) -> list[Any]:
        """All rows; see `rows`."""
        return [self._instance(row) for row in self.rows(values)]

    def _instance(self, row: Sequence[Any]) -> Any:
        fields = len(self._names)
        instance = self._model.from_db(DEFAULT_DB_ALIAS, self._names, row[:fields])
        instance.__dict__.update(zip(self._extras, row[fields:], strict=True))
        return instance


def rows_of(model: type[M], ids: Sequence[str], *, lock: bool = False) -> list[M]:
    """The rows of ``model`` with these ids, by id; fewer when some do not exist.

    Args:
        lock: see `skillmeat_site.db.transactions.locked_all`.
    """

    def make() -> InstanceQuery:
        rows = model._default_manager.filter(pk__any_of=Param("ids")).order_by("pk")
        return InstanceQuery(rows.select_for_update(no_key=True) if lock else rows)

    return compiled((rows_of, model, lock), make).instances({"ids": list(ids)})


def send(sql: str, params: Sequence[Any], *, planned_once: bool = True) -> list[Any]:
    """Send a statement that is sent again and again, to the driver itself.

    But where somebody listens to all queries: that is told by Django's cursors only.

    Args:
        planned_once: see `CompiledQuery`.

    Returns:
        The rows, if it is one that has any.
    """
    # Itself, and not what looks for that of the thread whenever it is asked anything.
    database: Any = connections[DEFAULT_DB_ALIAS]
    if not database.execute_wrappers and not database.queries_logged:
        return database.send(sql, params, planned_once=planned_once)
    with database.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def _sent(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, list) else value
