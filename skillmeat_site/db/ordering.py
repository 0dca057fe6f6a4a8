"""Order without gaps: a row stores a rank, and its position is counted when it is read.

A rank only orders. Ranks may have gaps, so a delete by any road (a cascade, an admin) leaves
the positions dense without any renumbering. Whoever writes ranks holds the lock on the parent
of the siblings, so no two rows ever get the same one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Count, F, Model, OuterRef, Q, QuerySet, Subquery, TextField, Value, Window
from django.db.models.functions import Coalesce, RowNumber

from skillmeat_site.db.compiled import CompiledQuery, Param, compiled
from skillmeat_site.exceptions import PositionOutOfRange

M = TypeVar("M", bound=Model)
RANK_ORDER = ("rank", "pk")
# How many ranks are left free where siblings have to make way.
SPACE = 1_000
# More than any parent has, and no more than a database counts to.
MANY = 2**31


def position_in_whole(parent: str) -> Any:
    """The position as an expression, for a query that reads all siblings: one pass over them.

    Args:
        parent: the foreign key that siblings share.
    """
    return Window(RowNumber(), partition_by=[F(parent)], order_by=[F("rank"), F("pk")]) - 1


def position_of_each(model: type[Model], parent: str) -> Any:
    """The position as an expression, for a query that reads some siblings: a count for each."""
    # The second half alone would do; the first is what an index can be searched for.
    before = Q(rank__lte=OuterRef("rank")) & (Q(rank__lt=OuterRef("rank")) | Q(pk__lt=OuterRef("pk")))
    siblings = model._default_manager.filter(before, **{parent: OuterRef(parent)}).order_by()
    return Coalesce(Subquery(siblings.values(parent).annotate(n=Count("*")).values("n")), 0)


@dataclass(frozen=True)
class Siblings:
    """Rows that are in an order among those of the same parent.

    Attributes:
        parent: their foreign key to it.
        key: what tells them apart, before they have an id too.
    """

    model: type[Model]
    parent: str
    key: str = "pk"

    def make_room(
        self, parent_id: str, position: int | None, *, count: int = 1, besides: Sequence[str] = ()
    ) -> tuple[int, int | None]:
        """Free ``count`` ranks before the sibling at ``position``. Costs at most two queries.

        Args:
            position: where the first of them should stand; past the end or None means last.
            besides: the keys of those that are about to be put there, and do not count.

        Returns:
            The first of the free ranks, and the position that it will have, or None for last, which
            nobody has counted: see `position_of`.
        """
        values = {"parent": parent_id, "besides": list(besides)}
        place = MANY if position is None else min(position, MANY)
        if place == 0:
            first = self._ranks(values, limit=1)
            return (first[0] - count if first else 0), 0
        around = self._ranks(values, limit=2, offset=place - 1) if place < MANY else []
        if len(around) < 2:  # Nothing follows.
            last = self._ranks(values, limit=1, backwards=True)
            return (last[0] + 1 if last else 0), None
        preceding, following = around
        if (room := following - preceding - 1) < count:
            # More than is needed, so that what comes next need not move them again.
            moved = self._rows(parent_id, besides, "in").filter(rank__gte=following)
            moved.update(rank=F("rank") + count + SPACE)
            room += count + SPACE
        return preceding + 1 + (room - count) // 2, place

    def position_of(self, parent_id: str, rank: int) -> int:
        """How many siblings stand before the one with this rank. Costs one query."""

        def make() -> CompiledQuery:
            before = Value(Param("rank"), output_field=TextField())
            rows = self.model._default_manager.filter(**{self.parent: Param("parent"), "rank__lt": before})
            return CompiledQuery(
                rows.order_by().values_list("pk"), template="SELECT COUNT(*) FROM ({}) AS preceding"
            )

        ((position,),) = compiled((self, "position"), make).rows({"parent": parent_id, "rank": rank})
        return position

    def _ranks(
        self, values: Mapping[str, Any], *, limit: int, offset: int = 0, backwards: bool = False
    ) -> list[int]:
        def make() -> CompiledQuery:
            rows = self._rows(Param("parent"), Param("besides"), "any_of").order_by(*RANK_ORDER)
            ranks = (rows.reverse() if backwards else rows).values_list("rank")
            params = [Param("limit"), Param("offset")]
            return CompiledQuery(ranks, template="{} LIMIT %s OFFSET %s", params=params)

        query = compiled((self, backwards), make)
        return [rank for (rank,) in query.rows({**values, "limit": limit, "offset": offset})]

    def _rows(self, parent: str, besides: Any, lookup: str) -> QuerySet[Any]:
        rows = self.model._default_manager.filter(**{self.parent: parent})
        return rows.exclude(**{f"{self.key}__{lookup}": besides})


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
