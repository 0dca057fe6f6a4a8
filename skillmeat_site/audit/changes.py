"""The audit trail as clients read it: what each change made of a row."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

CHANGES = {"+": "created", "~": "changed", "-": "deleted"}
CHANGE_CHOICES = [(change, change) for change in CHANGES.values()]
# What tells nothing that the change itself does not.
_UNTOLD = ("id", "created_at", "updated_at")


def as_changes(records: Sequence[Any], before: Any) -> list[dict[str, Any]]:
    """The changes that audit records of one row stand for.

    Args:
        records: consecutive ones, the newest first.
        before: the record before the last of them, None where there is none.

    Returns:
        For each record ``at``, ``by``, ``change``, ``reason``, ``values`` (what is new, by field; everything
        for a row that was created) and ``record``, the record itself.
    """
    return [_as_change(record, older) for record, older in pairwise([*records, before])]


def _as_change(record: Any, older: Any) -> dict[str, Any]:
    change = CHANGES[record.history_type]
    values = {} if change == "deleted" else _values(record)
    if change == "changed" and older is not None:
        known = _values(older)
        values = {name: value for name, value in values.items() if value != known[name]}
    return {
        "at": record.history_date,
        "by": record.history_user_id,
        "change": change,
        "reason": record.history_change_reason,
        "values": values,
        "record": record,
    }


def _values(record: Any) -> dict[str, Any]:
    names = (field.attname for field in record.tracked_fields if field.attname not in _UNTOLD)
    return {name: getattr(record, name) for name in names}
