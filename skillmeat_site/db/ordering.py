"""Order without gaps: a row stores a rank, and its position is counted when it is read.

A rank only orders. Ranks may have gaps, so a delete by any code path (a cascade, an admin) leaves
the positions dense without any renumbering. A writer of ranks holds the lock on the parent
of the siblings, so no two rows ever get the same one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Count, F, Model, OuterRef, Q, QuerySet, Subquery, Value, Window
from django.db.models.functions import Coalesce, RowNumber

from skillmeat_site.exceptions import PositionOutOfRange

M = TypeVar("M", bound=Model)
RANK_ORDER = ("rank", "pk")
# How many ranks are left free where siblings have to make room.
SPACE = 1_000
# More than any parent has, and no more than a database counts to.
MANY = 2**31


def enumerated_position(parent: str, first: int) -> Any:
    """The position as an expression, for a query that reads consecutive siblings: one pass over them.

    Args:
        parent: the foreign key that siblings share.
        first: the position of the first of them.
    """
    return Window(RowNumber(), partition_by=[F(parent)], order_by=[F("rank"), F("pk")]) + Value(first - 1)


def counted_position(model: type[Model], parent: str) -> Any:
    """The position as an expression, for a query that reads any rows: a count for each.

    Args:
        parent: the foreign key that siblings share.
    """
    # The second half alone would do; the first is what an index can be searched for.
    before = Q(rank__lte=OuterRef("rank")) & (Q(rank__lt=OuterRef("rank")) | Q(pk__lt=OuterRef("pk")))
    siblings = model._default_manager.filter(before, **{parent: OuterRef(parent)}).order_by()
    return Coalesce(Subquery(siblings.values(parent).annotate(n=Count("*")).values("n")), 0)


@dataclass(frozen=True)
class Siblings:
    """Rows that are in an order among those of the same parent.

    Attributes:
        parent: their foreign key to it.
    """

    model: type[Model]
    parent: str

    def make_room(
        self, parent_id: str, position: int | None, *, count: int = 1, excluding: Sequence[Model] = ()
    ) -> int:
        """Free ``count`` consecutive ranks before the sibling at ``position``. Costs at most two queries.

        Args:
            position: where the first of them should be; past the end or None means last.
            excluding: siblings that are about to be put there, and do not count.

        Returns:
            The first of the free ranks.
        """
        siblings = self._of(parent_id).exclude(pk__in=[row.pk for row in excluding])
        ranks = siblings.order_by(*RANK_ORDER).values_list("rank", flat=True)
        if position == 0:
            first = ranks.first()
            return 0 if first is None else first - count
        place = min(MANY if position is None else position, MANY)
        around = list(ranks[place - 1 : place + 1]) if place < MANY else []
        if len(around) < 2:  # Nothing follows.
            last = ranks.last()
            return 0 if last is None else last + 1
        preceding, following = around
        if (room := following - preceding - 1) < count:
            # More than is needed, so that the next insertions need not move them again.
            siblings.filter(rank__gte=following).update(rank=F("rank") + count + SPACE)
            room += count + SPACE
        return preceding + 1 + (room - count) // 2

    def position_of(self, parent_id: str, rank: int) -> int:
        """How many siblings come before the one with this rank. Costs one query."""
        return self._of(parent_id).filter(rank__lt=rank).count()

    def _of(self, parent_id: str) -> QuerySet[Any]:
        return self.model._default_manager.filter(**{self.parent: parent_id})


def check_position(position: int, count: int, *, attr: str = "position") -> None:
    """Raise unless ``position`` is one of ``count`` places.

    Raises:
        PositionOutOfRange: it is not.
    """
    if not 0 <= position < count:
        raise PositionOutOfRange(f"The position must be from 0 to {count - 1}.", attr=attr)


def rearrange(siblings: Sequence[M], positions: Mapping[str, int], *, attr: str) -> list[M]:
    """Put some siblings at the places asked for; the others keep their order in what is left.

    Args:
        siblings: all of them, in their present order.
        positions: the place of each named sibling by its id.
        attr: the field to blame.

    Returns:
        The siblings in their new order. Nothing is saved; see `save_order`.

    Raises:
        PositionOutOfRange: there is no such place.
    """
    by_id = {row.pk: row for row in siblings}
    taken: dict[int, M] = {}
    for id, position in positions.items():
        check_position(position, len(siblings), attr=attr)
        taken[position] = by_id[id]
    others = iter([row for row in siblings if row.pk not in positions])
    return [taken[place] if place in taken else next(others) for place in range(len(siblings))]


def save_order(model: type[M], siblings: Sequence[Any]) -> bool:
    """Store the order of ``siblings``, which are all there are. Writes the rows that moved.

    Returns:
        Whether any did.
    """
    moved = [row for rank, row in enumerate(siblings) if row.rank != rank]
    for rank, row in enumerate(siblings):
        row.rank = rank
    model._default_manager.bulk_update(moved, ["rank"], batch_size=500)
    return bool(moved)
