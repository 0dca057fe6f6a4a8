"""Expressions for annotations: counts of related rows, and times as RFC 3339.

Two ``Count`` over two joins multiply each other's rows, and grouping drops the default order;
subqueries do neither, and Django leaves them out where only the number of rows is asked for.
"""

from typing import Any

from django.db.models import CharField, Count, ForeignKey, Func, Model, OuterRef, Subquery
from django.db.models.fields.reverse_related import ManyToOneRel
from django.db.models.functions import Coalesce


def count_of(model: type[Model], relation: str) -> Coalesce:
    """How many rows point at each row of ``model``.

    Args:
        relation: the name by which ``model`` knows those rows, such as ``groups``; naming it
            spares ``model``'s app an import of theirs.
    """
    reverse = model._meta.get_field(relation)
    assert isinstance(reverse, ManyToOneRel)
    foreign_key = reverse.field
    assert isinstance(foreign_key, ForeignKey)
    rows = foreign_key.model._default_manager.filter(**{foreign_key.name: OuterRef("pk")}).order_by()
    return Coalesce(Subquery(rows.values(foreign_key.name).annotate(n=Count("*")).values("n")), 0)


def tallied(model: type[Model], column: str) -> Coalesce:
    """A column in the ``tally`` of each row of ``model``, or 0 where it has none."""
    tally = model._meta.get_field("tally").related_model
    assert isinstance(tally, type)
    return Coalesce(Subquery(tally._default_manager.filter(pk=OuterRef("pk")).order_by().values(column)), 0)


class Rfc3339(Func):
    """A time as JSON has it. Formatting it in Python is the most expensive part of a row."""

    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        """SQLite stores it as text, without the ``T`` and the ``Z``."""
        return self.as_sql(compiler, connection, template="REPLACE(%(expressions)s, ' ', 'T') || 'Z'")

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Any:
        """Without a fraction of zero, as `isoformat` leaves it out."""
        utc = "TO_CHAR(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"
        return self.as_sql(compiler, connection, template=f"REPLACE({utc}, '.000000', '') || 'Z'")
