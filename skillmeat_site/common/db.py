"""Locks and snapshots: what Django leaves to each project."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from django.db import connection
from django.db.models import Model

from skillmeat_site.common.exceptions import NotFound

M = TypeVar("M", bound=Model)

_BEGIN_SNAPSHOT = {
    "sqlite": "BEGIN DEFERRED",
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
}


def not_found(model: type[Model], *ids: str, attr: str | None = None) -> NotFound:
    """The error that names what does not exist: ``Collection 'col-…' not found``."""
    listed = ", ".join(f"'{id}'" for id in ids)
    return NotFound(f"{str(model._meta.verbose_name).capitalize()} {listed} not found", attr=attr)


def get(model: type[M], id: str, *, attr: str | None = None) -> M:
    """The row with this id, unlocked.

    Raises:
        NotFound: there is none.
    """
    return get_all(model, [id], attr=attr)[0]


def get_all(model: type[M], ids: Sequence[str], *, attr: str | None = None) -> list[M]:
    """The rows with these ids, in the order of ``ids``, in one query.

    Raises:
        NotFound: naming every id that has no row.
    """
    return _in_order(model, ids, model._default_manager.filter(pk__in=ids), attr)


def locked(model: type[M], id: str, *, attr: str | None = None) -> M:
    """The row with this id, locked until the transaction ends.

    Raises:
        NotFound: there is none (any more).
    """
    return locked_all(model, [id], attr=attr)[0]


def locked_all(model: type[M], ids: Sequence[str], *, attr: str | None = None) -> list[M]:
    """The rows with these ids, locked in id order, so that opposite writers cannot deadlock.

    The lock leaves other transactions free to reference the rows. SQLite ignores it: there a
    transaction holds the only write lock from its start (``transaction_mode`` IMMEDIATE).

    Returns:
        The rows in the order of ``ids``.

    Raises:
        NotFound: naming every id that has no row (any more).
    """
    rows = model._default_manager.select_for_update(no_key=True).filter(pk__in=ids)
    return _in_order(model, ids, rows.order_by("pk"), attr)


def _in_order(model: type[M], ids: Sequence[str], rows: Iterable[M], attr: str | None) -> list[M]:
    by_id = {row.pk: row for row in rows}
    missing = [id for id in ids if id not in by_id]
    if missing:
        raise not_found(model, *missing, attr=attr)
    return [by_id[id] for id in ids]


@contextmanager
def snapshot() -> Iterator[None]:
    """Let every query inside see the database at one moment, whatever others write meanwhile.

    Reads only, and blocks no writer. Inside a transaction of the caller's it adds nothing.
    """
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN_SNAPSHOT[connection.vendor])
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")
