"""The audit trail: one record of every row that was created, changed or deleted, and by whom.

Written by django-simple-history in the transaction of the write itself. What this adds to it: the
records of one transaction are inserted together, whatever their number, and the user is stored by
name, so that the trail outlives the account.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from simple_history.models import HistoricalRecords

REASON_HEADER = "X-Change-Reason"
REASON_MAX_LENGTH = 500
# Whom people see where no user made a change, but a command. Not stored.
SYSTEM = "system"

_waiting: ContextVar[list["AuditRecord"] | None] = ContextVar("waiting audit records", default=None)


class AuditRecord(models.Model):
    """What the records of all kinds of rows have in common."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert the record, or leave that to the `records_inserted_together` around it."""
        waiting = _waiting.get()
        if waiting is None:
            super().save(*args, **kwargs)
        else:
            waiting.append(self)


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
            history_change_reason_field=models.CharField(max_length=REASON_MAX_LENGTH, null=True),
            history_user_getter=_get_user_name,
            history_user_setter=_set_user_name,
            get_user=_user_name,
            **options,
        )

    def contribute_to_class(self, cls: type[models.Model], name: str) -> None:
        """Become an attribute of the model, by the name under which everything looks for it.

        Raises:
            ImproperlyConfigured: it has another name.
        """
        if name != "history":
            raise ImproperlyConfigured(f"Call the AuditTrail of {cls.__name__} history, not {name}.")
        super().contribute_to_class(cls, name)

    def get_change_reason_for_object(self, instance: Any, history_type: str, using: str) -> str | None:
        """What the request gives as the reason, else what the code did."""
        return change_reason(_request()) or super().get_change_reason_for_object(
            instance, history_type, using
        )

    def get_meta_options(self, model: type[models.Model]) -> dict[str, Any]:
        """What people read, and the only permission that there is on a record."""
        return {
            **super().get_meta_options(model),
            "verbose_name": f"change of {model._meta.verbose_name}",
            "verbose_name_plural": model._meta.verbose_name_plural,
            "default_permissions": ("view",),
        }


@contextmanager
def records_inserted_together() -> Iterator[None]:
    """Insert the records of everything that is written inside at its end.

    Use it inside a transaction. Costs one query for each kind of row, and none without changes.
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
    for kind, records in by_kind.items():
        kind._default_manager.bulk_create(records)


def record_created(rows: Iterable[Any]) -> None:
    """Record rows of one model that ``bulk_create`` inserted, which sends no signals."""
    _record(rows, "+")


def record_changed(rows: Iterable[Any]) -> None:
    """Record rows of one model that ``bulk_update`` changed, which sends no signals."""
    _record(rows, "~")


def record_rearranged(parent: Any, what: str) -> None:
    """Record that the order of the rows in ``parent`` was changed.

    Ranks are not recorded: one move may change the rank of many rows.

    Args:
        what: the rows, such as ``groups``.
    """
    _record([parent], "~", f"{what} rearranged")


def _record(rows: Iterable[Any], kind: str, reason: str | None = None) -> None:
    """Record a change of rows of one model, as the library does on a signal."""
    rows = list(rows)
    if not rows:
        return
    # Once for all: the library makes a manager class whenever it is asked.
    record = type(rows[0]).history.model
    request, now = _request(), timezone.now()
    reason, by = change_reason(request) or reason, _user_name(request)
    fields = [field.attname for field in record.tracked_fields]
    for row in rows:
        record(
            history_date=now,
            history_type=kind,
            history_change_reason=reason,
            history_user_id=by,
            **{name: getattr(row, name) for name in fields},
        ).save()


def change_reason(request: HttpRequest | None) -> str | None:
    """What the client gives as the reason of its write, if it does; it may be too long."""
    sent = request.headers.get(REASON_HEADER, "").strip() if request else ""
    try:
        # WSGI reads headers as Latin-1, and clients send UTF-8.
        return sent.encode("latin-1").decode() or None
    except UnicodeError:
        return sent


def _request() -> HttpRequest | None:
    """The request at hand, where there is one."""
    return getattr(HistoricalRecords.context, "request", None)


def _user_name(request: HttpRequest | None, **_: Any) -> str | None:
    return request.user.get_username() if request else None


def _get_user_name(record: Any) -> str:
    return record.history_user_id or SYSTEM


def _set_user_name(record: Any, name: str | None) -> None:
    record.history_user_id = name
