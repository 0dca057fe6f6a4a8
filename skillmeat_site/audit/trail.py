"""The audit trail: one record of every row that was created, changed or deleted, and by whom.

Kept by django-simple-history in the transaction of the write itself. What this adds to it: the
records of one transaction are inserted together, whatever their number, and the user is kept by
name, so that the trail outlives the account.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from simple_history.manager import HistoryDescriptor
from simple_history.models import HistoricalRecords

_waiting: ContextVar[list["AuditRecord"] | None] = ContextVar("waiting audit records", default=None)


class AuditRecord(models.Model):
    """What the record of every kind of row has in common."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert the record, or leave that to the `written_together` around it."""
        waiting = _waiting.get()
        if waiting is None:
            super().save(*args, **kwargs)
        else:
            waiting.append(self)


class _Manager:
    """``history`` of a model or a row. The library's own makes a class whenever somebody looks."""

    def __init__(self, descriptor: Any) -> None:
        self.model = descriptor.model
        self._manager_class = descriptor.manager_class.from_queryset(descriptor.queryset_class)

    def __get__(self, instance: Any, owner: Any) -> Any:
        return self._manager_class(self.model, instance)


class AuditTrail(HistoricalRecords):
    """Declares on a model that its changes are recorded.

    Args:
        references: the model's foreign keys. They get no index in the trail, where records are
            looked up by the id of their row and by time.
    """

    def __init__(self, *, references: Sequence[str] = (), **options: Any) -> None:
        super().__init__(
            app="audit",
            bases=(AuditRecord,),
            no_db_index=references,
            history_id_field=models.BigAutoField(),
            history_user_id_field=models.CharField("user", max_length=150, null=True),
            history_user_getter=_get_user_name,
            history_user_setter=_set_user_name,
            get_user=_user_name,
            **options,
        )

    def finalize(self, sender: type[models.Model], **kwargs: Any) -> None:
        """Make the trail of a model, once all models are known."""
        super().finalize(sender, **kwargs)
        made = vars(sender).get(self.manager_name)
        if isinstance(made, HistoryDescriptor):
            setattr(sender, self.manager_name, _Manager(made))

    def get_meta_options(self, model: type[models.Model]) -> dict[str, Any]:
        """What people read, and the only permission that there is on a record."""
        return {
            **super().get_meta_options(model),
            "verbose_name": f"change of {model._meta.verbose_name}",
            "verbose_name_plural": model._meta.verbose_name_plural,
            "default_permissions": ("view",),
        }


@contextmanager
def written_together(insert: Callable[[list[AuditRecord]], None]) -> Iterator[None]:
    """Insert the records of everything that is written inside at its end.

    Use it inside a transaction. Costs one query for each kind of row, and none without changes.

    Args:
        insert: inserts records of one kind.
    """
    waiting: list[AuditRecord] = []
    outer = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(outer)
    by_kind = defaultdict(list)
    for record in waiting:
        by_kind[type(record)].append(record)
    for records in by_kind.values():
        insert(records)


def record_created(rows: Iterable[Any]) -> None:
    """Record rows that were inserted without a signal."""
    for row in rows:
        _record(row, "+")


def record_changed(row: Any, reason: str | None = None) -> None:
    """Record a row that was changed without a signal.

    Args:
        reason: why, where its fields do not show it.
    """
    _record(row, "~", reason)


def record_deleted(rows: Iterable[Any]) -> None:
    """Record rows that were deleted without a signal."""
    for row in rows:
        _record(row, "-")


def record_rearranged(parent: Any, what: str) -> None:
    """Record that the order of the rows in ``parent`` was changed.

    Ranks are not recorded: one move gives many rows another.

    Args:
        what: the rows, such as ``groups``.
    """
    record_changed(parent, f"{what} rearranged")


def _record(row: Any, kind: str, reason: str | None = None) -> None:
    """Record what became of a row, as the library does when it is told by a signal."""
    record = type(row).history.model
    record(
        history_date=timezone.now(),
        history_type=kind,
        history_change_reason=reason,
        history_user_id=_user_name(getattr(HistoricalRecords.context, "request", None)),
        **{field.attname: getattr(row, field.attname) for field in record.tracked_fields},
    ).save()


def _user_name(request: HttpRequest | None, **_: Any) -> str | None:
    return request.user.get_username() if request else None


def _get_user_name(record: Any) -> str | None:
    return record.history_user_id


def _set_user_name(record: Any, name: str | None) -> None:
    record.history_user_id = name
