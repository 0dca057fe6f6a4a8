"""Writes of one row, or a few, by SQL that is made once, as `skillmeat_site.db.compiled` does for reads.

They tell no signals, so they see to the audit trail themselves; only `insert` leaves that to its caller.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Field, Model

from skillmeat_site.audit.trail import record_changed, record_created, record_deleted
from skillmeat_site.db.compiled import compiled, send

# A statement is kept for each number of rows that are inserted together, up to this one.
FEW = 4


def create(row: Model) -> None:
    """Insert a new row, and record it. Costs one query."""
    insert([row])
    record_created([row])


def insert(rows: Sequence[Any], *, unique: Sequence[str] = (), replace: Sequence[str] = ()) -> None:
    """Insert rows of one model, and record nothing. Costs one query if there are any.

    Args:
        unique: fields by which a row may be there already.
        replace: the fields of such a row that get the new values.
    """
    if 1 <= len(rows) <= FEW:
        key = (insert, type(rows[0]), len(rows), unique, replace)
        fields, sql = compiled(key, lambda: _insert(rows, unique, replace))
        send(sql, [value for row in rows for value in _values(row, fields, add=True)])
        for row in rows:
            row._state.adding = False
    elif rows:
        conflicts: Any = {"update_conflicts": True, "unique_fields": unique, "update_fields": replace}
        type(rows[0])._default_manager.bulk_create(rows, **(conflicts if unique else {}))


def change(row: Model, names: Iterable[str], *, reason: str | None = None) -> None:
    """Write some fields of a row, and when that was, and record the change. Costs one query.

    Args:
        reason: why it changed, where its fields do not show it.
    """
    key = tuple(sorted({*names, "updated_at"}))
    fields, sql = compiled((change, type(row), key), lambda: _update(row, key))
    send(sql, [*_values(row, fields, add=False), row.pk])
    record_changed(row, reason)


def delete(rows: Sequence[Model]) -> None:
    """Delete rows of one model that nothing refers to, and record it. Costs one query if there are any."""
    if len(rows) == 1:
        model = type(rows[0])
        send(compiled((delete, model), lambda: _delete(model)), [rows[0].pk])
    elif rows:
        # Django's own `delete` would fetch them once more.
        type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows])._raw_delete(DEFAULT_DB_ALIAS)
    record_deleted(rows)


def _values(row: Model, fields: Iterable[Field], *, add: bool) -> list[Any]:
    # The connection itself: `connection` looks for that of the thread whenever it is asked anything.
    database = connections[DEFAULT_DB_ALIAS]
    return [field.get_db_prep_save(field.pre_save(row, add), database) for field in fields]


def _insert(rows: Sequence[Model], unique: Sequence[str], replace: Sequence[str]) -> tuple[list[Field], str]:
    row = rows[0]
    # The database numbers the others itself.
    fields: list[Any] = [field for field in row._meta.concrete_fields if not field.db_returning]
    values = ", ".join([f"({', '.join(['%s'] * len(fields))})"] * len(rows))
    sql = f"INSERT INTO {_table(row)} ({_names(fields)}) VALUES {values}"
    if unique:
        known = _names(row._meta.get_field(name) for name in unique)
        columns = [_names([row._meta.get_field(name)]) for name in replace]
        sql += f" ON CONFLICT ({known}) DO UPDATE SET "
        sql += ", ".join(f"{column} = excluded.{column}" for column in columns)
    return fields, sql


def _update(row: Model, names: Iterable[str]) -> tuple[list[Field], str]:
    fields: list[Any] = [row._meta.get_field(name) for name in names]
    assignments = ", ".join(f"{_names([field])} = %s" for field in fields)
    return fields, f"UPDATE {_table(row)} SET {assignments} WHERE {_names([row._meta.pk])} = %s"


def _delete(model: type[Model]) -> str:
    return f"DELETE FROM {_table(model)} WHERE {_names([model._meta.pk])} = %s"


def _table(model: Any) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _names(fields: Iterable[Any]) -> str:
    return ", ".join(connection.ops.quote_name(field.column) for field in fields)
