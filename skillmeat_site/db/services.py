"""What the API and the admin need of an app's services to edit one kind of row."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Model


@dataclass(frozen=True)
class RowServices:
    """The three writes of a resource, and the lock that they take.

    Attributes:
        create: called with the fields; returns the row.
        update: called with ``id`` and the fields that change; returns the row.
        delete: called with ``id``.
        lock: called with an id; returns the row, which nobody else writes until the transaction ends.
    """

    create: Callable[..., Model]
    update: Callable[..., Model]
    delete: Callable[..., None]
    lock: Callable[[str], Model]
