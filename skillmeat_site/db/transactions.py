"""Transactions, locks and snapshots: what Django leaves to each project."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial, wraps
from typing import Any, ParamSpec, TypeVar

from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction
from django.db.models import Model, QuerySet

from skillmeat_site.audit.trail import records_inserted_together
from skillmeat_site.db.sqlite.base import is_busy
from skillmeat_site.exceptions import NotFound

M = TypeVar("M", bound=Model)
P = ParamSpec("P")
R = TypeVar("R")

# How long to wait before each further attempt, at most.
RETRY_SECONDS = (0.02, 0.04, 0.08, 0.16)
# Serialization failure, deadlock, and a reference to a row that another transaction deleted, or the
# other way round: PostgreSQL's manual, appendix A. The next attempt sees what the other one did.
_RETRIED_SQLSTATES = ("40001", "40P01", "23503")
_LOCK_TIMEOUT = "55P03"

# Others insert at the same time, and one row of many may be in the way each time.
_INSERT_ATTEMPTS = 20


class Stale(OperationalError):
    """What a transaction has locked turned out to be not enough, so it must begin again."""


def atomic(service: Callable[P, R]) -> Callable[P, R]:
    """Decorate a service: all of what it writes is stored, and recorded, or nothing.

    See `in_transaction`.
    """

    @wraps(service)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        return in_transaction(partial(service, *args, **kwargs))

    return wrapped


def in_transaction(work: Callable[[], R]) -> R:
    """Run ``work`` in a transaction; run it again after a deadlock or a serialization failure.

    Inside a transaction of the caller it is a part of that one, which is not repeated by itself.

    Returns:
        What ``work`` returns. It may be called up to five times, so it changes nothing but rows.

    Raises:
        DatabaseError: the last attempt failed too, or for another reason.
    """
    pauses = iter(() if connection.in_atomic_block else RETRY_SECONDS)
    while True:
        try:
            with transaction.atomic(), records_inserted_together():
                return work()
        except DatabaseError as exc:
            pause = next(pauses, None)
            if pause is None or not is_transient(exc):
                raise
        # At random, so that transactions that blocked each other do not do so again.
        time.sleep(random.uniform(0, pause))  # noqa: S311 - no secret


def insert_missing(work: Callable[[], R]) -> R:
    """Run ``work``, which looks for rows and inserts those that are missing, inside a transaction.

    Where somebody else has inserted one of them meanwhile, it runs again and finds that one.

    Raises:
        Stale: that happened again and again.
    """
    for _ in range(_INSERT_ATTEMPTS):
        try:
            with transaction.atomic(), records_inserted_together():
                return work()
        except IntegrityError as exc:
            conflict = exc
    raise Stale from conflict


def is_transient(exc: Exception) -> bool:
    """Whether a transaction failed only because of what others wrote at the same time."""
    return isinstance(exc, Stale) or getattr(exc.__cause__, "sqlstate", None) in _RETRIED_SQLSTATES


def is_held_up(exc: Exception) -> bool:
    """Whether others wrote, and let nobody else write, for as long as anybody waits for them."""
    return is_busy(exc.__cause__) or getattr(exc.__cause__, "sqlstate", None) == _LOCK_TIMEOUT


def not_found(model: type[Model], *ids: str, attr: str | None = None) -> NotFound:
    """The error that names what does not exist: ``Collection 'col-…' not found``."""
    listed = ", ".join(f"'{id}'" for id in dict.fromkeys(ids))
    return NotFound(f"{str(model._meta.verbose_name).capitalize()} {listed} not found", attr=attr)


def get(model: type[M], id: str, *, attr: str | None = None) -> M:
    """The row with this id, unlocked.

    Raises:
        NotFound: there is none.
    """
    return get_all(model, [id], attr=attr)[0]


def get_all(rows: type[M] | QuerySet[M], ids: Sequence[str], *, attr: str | None = None) -> list[M]:
    """The rows with these ids, in the order of ``ids``, in one query.

    Args:
        rows: a model, or a queryset of those that are meant.

    Raises:
        NotFound: naming every id that has no row.
    """
    queryset: QuerySet[M] = rows if isinstance(rows, QuerySet) else rows._default_manager.all()
    return _in_order(queryset.model, ids, queryset.filter(pk__in=ids).order_by(), attr)


def locked(model: type[M], id: str, *, attr: str | None = None) -> M:
    """The row with this id, locked until the transaction ends.

    Raises:
        NotFound: there is none (any more).
    """
    return locked_all(model, [id], attr=attr)[0]


def locked_all(model: type[M], ids: Sequence[str], *, attr: str | None = None) -> list[M]:
    """The rows with these ids, locked in id order, so that opposite writers cannot deadlock.

    Other transactions may still refer to the rows. SQLite ignores the lock: there a
    transaction holds the only write lock from its start (`skillmeat_site.db.sqlite`).

    Returns:
        The rows in the order of ``ids``.

    Raises:
        NotFound: naming every id that has no row (any more).
    """
    rows = model._default_manager.filter(pk__in=ids).select_for_update(no_key=True).order_by("pk")
    return _in_order(model, ids, rows, attr)


def lock_name(name: str) -> None:
    """Let whoever locks the same name wait until this transaction ends: for what has no row to lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _in_order(model: type[M], ids: Sequence[str], rows: Iterable[Any], attr: str | None) -> list[M]:
    by_id = {row.pk: row for row in rows}
    missing = [id for id in ids if id not in by_id]
    if missing:
        raise not_found(model, *missing, attr=attr)
    return [by_id[id] for id in ids]


@contextmanager
def snapshot() -> Iterator[None]:
    """Let every query inside see the database at one moment, whatever others write meanwhile.

    A transaction, which blocks no writer as long as it reads only. Inside one of the caller it adds nothing.
    """
    if connection.in_atomic_block:
        yield
        return
    with _deferred(), transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


@contextmanager
def _deferred() -> Iterator[None]:
    """Let a transaction on SQLite begin without the lock on writing, which it takes with its first write."""
    # Connecting sets the mode of the settings.
    connection.ensure_connection()
    mode = getattr(connection, "transaction_mode", None)
    connection.transaction_mode = "DEFERRED"  # type: ignore[attr-defined]
    try:
        yield
    finally:
        connection.transaction_mode = mode  # type: ignore[attr-defined]
