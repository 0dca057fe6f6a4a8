"""What several models share: fields, constraints, times, and how changes are saved."""

from collections.abc import Container, Mapping, Sequence
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Length
from django.utils import timezone

from skillmeat_site.audit.trail import record_changed, record_created
from skillmeat_site.exceptions import ImmutableField

NAME_MAX_LENGTH = 255
DESCRIPTION_MAX_LENGTH = 10_000
VERSION_MAX_LENGTH = 255
DIGEST_MAX_LENGTH = 255
# The scheme says how it was computed; only digests of one scheme can be compared.
DIGEST_PATTERN = r"^[a-z0-9-]+:[0-9A-Za-z._=+/-]+$"

models.CharField.register_lookup(Length)
models.TextField.register_lookup(Length)


class Timestamped(models.Model):
    """Rows that know when they were made and last changed."""

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


def name_field() -> models.CharField:
    """A name: 1 to 255 characters (see `name_length`)."""
    return models.CharField(max_length=NAME_MAX_LENGTH)


def description_field() -> models.TextField:
    """An optional text. Null means "none given"; the empty string is kept as such."""
    # Null and empty are two different answers in the contract.
    return models.TextField(null=True, blank=True, max_length=DESCRIPTION_MAX_LENGTH)


def version_field() -> models.CharField:
    """A version. Null means that it is unknown."""
    return models.CharField(max_length=VERSION_MAX_LENGTH, null=True, blank=True)


def digest_field() -> models.CharField:
    """A digest of a content, as ``scheme:value``. Null means that it is unknown."""
    return models.CharField(
        max_length=DIGEST_MAX_LENGTH, null=True, blank=True, validators=[RegexValidator(DIGEST_PATTERN)]
    )


def name_length() -> models.CheckConstraint:
    """SQLite does not enforce the length of a column, and neither database a minimum."""
    return models.CheckConstraint(
        condition=models.Q(name__length__range=(1, NAME_MAX_LENGTH)),
        name="%(app_label)s_%(class)s_name_length",
        violation_error_message=f"A name has 1 to {NAME_MAX_LENGTH} characters.",
    )


def save_changes(
    instance: models.Model,
    changes: Mapping[str, Any],
    *,
    fixed: tuple[str, ...] = (),
    reason: str | None = None,
) -> bool:
    """Set ``changes`` on ``instance`` and save it; if they are what it has already, write nothing.

    Call it under a lock on the row (see `skillmeat_site.db.transactions.locked`), since all of its fields
    are saved.

    Args:
        instance: the row as the database has it.
        changes: new values by attribute name.
        fixed: attributes that a client may repeat but not change.
        reason: why it changed, for the audit trail, where its fields do not show it.

    Returns:
        Whether anything was written.

    Raises:
        ImmutableField: a fixed attribute has another value.
    """
    changed = [name for name, value in changes.items() if getattr(instance, name) != value]
    for name in changed:
        if name in fixed:
            raise ImmutableField(f"{name} was fixed when this was created.", attr=name)
        setattr(instance, name, changes[name])
    if changed:
        # Where django-simple-history looks for it.
        instance._change_reason = reason  # type: ignore[attr-defined]
        instance.save()
    return bool(changed)


def update_all(rows: Sequence[Any], changes: Mapping[str, Any]) -> None:
    """Set the same ``changes`` on rows of one model, save and record them. Costs one query if there are any.

    Call it under locks on the rows or on what all their writers lock. ``save`` and signals are skipped.
    """
    changes = {**changes, "updated_at": timezone.now()}
    for row in rows:
        for name, value in changes.items():
            setattr(row, name, value)
    if rows:
        type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows]).update(**changes)
        record_changed(rows)


def insert(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model, and record them. Costs one query if there are any.

    One row is saved, so that its ``save`` and signals run; several are inserted by ``bulk_create``, which
    skips both.
    """
    if len(rows) == 1:
        rows[0].save()
    elif rows:
        type(rows[0])._default_manager.bulk_create(rows)
        record_created(rows)


def numbered(name: str, taken: Container[str]) -> str:
    """``name``, or ``name (2)``, ``name (3)``, … whichever is not taken, cut to fit."""
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        suffix = f" ({number})"
        candidate = name[: NAME_MAX_LENGTH - len(suffix)] + suffix
    return candidate
