"""Ids: a type prefix and the 32 hexadecimal digits of a UUIDv7, as in ``col-0192…``."""

import re
from typing import Any

from django.db import models
from uuid_utils.compat import uuid7

_HEX_DIGITS = 32


class IdField(models.CharField):
    """A text key that makes its own values; primary but in the audit trail.

    Version 7 UUIDs begin with the time, so ids sort by creation and stay together in an index.
    Text rather than a UUID column: nothing has to be converted per row, and a malformed id in
    a query matches nothing instead of raising.

    Args:
        prefix: what every id of the model begins with, such as ``col``.
    """

    def __init__(self, *args: Any, prefix: str, **kwargs: Any) -> None:
        self.prefix = prefix
        kwargs.setdefault("primary_key", True)
        kwargs |= {
            "editable": False,
            "max_length": len(prefix) + 1 + _HEX_DIGITS,
            "default": self.new_id,
        }
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Migrations need the prefix and what kind of key it is; the rest follows from that."""
        name, path, args, _ = super().deconstruct()
        kind = {} if self.primary_key else {"primary_key": False, "db_index": True}
        return name, path, args, {"prefix": self.prefix, **kind}

    def new_id(self) -> str:
        """An id that no row has yet."""
        return f"{self.prefix}-{uuid7().hex}"

    @property
    def pattern(self) -> str:
        """The shape of the ids, as a regular expression that JSON Schema understands too."""
        return rf"^{self.prefix}-[0-9a-f]{{{_HEX_DIGITS}}}$"

    def is_well_formed(self, value: str) -> bool:
        """Whether ``value`` could be an id of this model. Costs no query."""
        return re.fullmatch(self.pattern[1:-1], value) is not None


def id_field(model: type[models.Model]) -> IdField:
    """The field by which clients know the rows of one of our models: most often the primary key."""
    return next(field for field in (model._meta.pk, *model._meta.get_fields()) if isinstance(field, IdField))


def bad_id_message(model: type[models.Model]) -> str:
    """What to tell a client whose value is no id of ``model``."""
    return f"This is no {model._meta.verbose_name} id: it must match {id_field(model).pattern}"
