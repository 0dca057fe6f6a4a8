"""Counts of related rows, each in a subquery of its own.

Two ``Count`` over two joins multiply each other's rows, and grouping drops the default order;
subqueries do neither, and Django leaves them out where only the number of rows is asked for.
"""

from django.db.models import Count, ForeignKey, Model, OuterRef, Subquery
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


def tallied(model: type[Model]) -> Coalesce:
    """The ``count`` in the ``tally`` of each row of ``model``, or 0 where it has none."""
    tally = model._meta.get_field("tally").related_model
    assert isinstance(tally, type)
    return Coalesce(Subquery(tally._default_manager.filter(pk=OuterRef("pk")).order_by().values("count")), 0)
