"""Order without gaps: ranks have holes, positions never do."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skillmeat_site.db.ordering import RANK_ORDER, Siblings, check_position, rearrange, save_order
from skillmeat_site.exceptions import PositionOutOfRange

Group: Any = apps.get_model("groups_app.Group")
GROUPS = Siblings(Group, parent="collection")

pytestmark = pytest.mark.django_db


def rows(names: str) -> list[Any]:
    return [SimpleNamespace(pk=name) for name in names]


def names(siblings: list[Any]) -> str:
    return "".join(row.pk for row in siblings)


def by_hand(names: str, positions: dict[str, int]) -> str:
    """What `rearrange` promises, the long way: take the named ones out, put them back in order."""
    rest = [name for name in names if name not in positions]
    for position, name in sorted((position, name) for name, position in positions.items()):
        rest.insert(position, name)
    return "".join(rest)


@pytest.fixture
def ranked(make_collection: Any) -> Callable[[list[int]], Any]:
    """Make groups with these ranks, named by them, and return the siblings."""

    def make(ranks: list[int]) -> Any:
        collection = make_collection("ranked")
        Group.objects.bulk_create(Group(collection=collection, name=str(rank), rank=rank) for rank in ranks)
        return collection.groups

    return make


def insert(siblings: Any, name: str, position: int | None) -> None:
    """Put a new group before the one at ``position``."""
    siblings.create(name=name, rank=GROUPS.make_room(siblings.instance.pk, position))


def in_order(siblings: Any) -> list[str]:
    """The names by position, after checking that both ways to count positions agree."""
    whole = [(row.name, row.position) for row in siblings.order_by(*RANK_ORDER).enumerated()]
    each = sorted((row.position, row.name) for row in siblings.with_positions())
    assert each == [(position, name) for name, position in whole]
    assert [position for _, position in whole] == list(range(len(whole)))
    return [name for name, _ in whole]


@pytest.mark.parametrize(
    ("positions", "expected"),
    [
        ({}, "abcde"),
        ({"a": 0}, "abcde"),
        ({"a": 4}, "bcdea"),
        ({"e": 0}, "eabcd"),
        ({"c": 1}, "acbde"),
        ({"a": 1, "b": 0}, "bacde"),
        ({"a": 4, "e": 0}, "ebcda"),
        ({"d": 1, "b": 3}, "adcbe"),
        ({"e": 2, "a": 3}, "bcead"),
        ({"e": 0, "d": 1, "c": 2, "b": 3, "a": 4}, "edcba"),
    ],
)
def test_named_siblings_take_their_places_and_the_others_fill_what_is_left_in_order(positions, expected):
    assert names(rearrange(rows("abcde"), positions, attr="groups")) == expected


@pytest.mark.parametrize("position", [-1, 5, 10**30])
def test_a_place_that_there_is_not_is_blamed_on_the_field(position):
    with pytest.raises(PositionOutOfRange) as caught:
        rearrange(rows("abcde"), {"a": 0, "b": position}, attr="groups")

    assert caught.value.detail == "The position must be from 0 to 4."
    assert caught.value.attr == "groups"


@given(st.data())
def test_any_rearrangement_is_what_one_gets_by_hand(data):
    present = "abcdefgh"[: data.draw(st.integers(1, 8))]
    places = data.draw(st.permutations(range(len(present))))
    named = data.draw(st.lists(st.sampled_from(present), unique=True))
    positions = dict(zip(named, places, strict=False))

    assert names(rearrange(rows(present), positions, attr="x")) == by_hand(present, positions)


@pytest.mark.parametrize(("position", "count"), [(0, 1), (4, 5)])
def test_the_first_and_the_last_place_are_places(position, count):
    assert check_position(position, count) is None


@pytest.mark.parametrize(("position", "count"), [(0, 0), (1, 1), (5, 5), (-1, 5)])
def test_before_the_first_and_after_the_last_there_is_no_place(position, count):
    with pytest.raises(PositionOutOfRange):
        check_position(position, count)


@pytest.mark.parametrize(
    ("ranks", "position", "expected"),
    [
        ([10, 20, 30], 0, ["new", "10", "20", "30"]),
        ([10, 20, 30], 1, ["10", "new", "20", "30"]),
        ([10, 20, 30], 2, ["10", "20", "new", "30"]),
        ([10, 20, 30], 3, ["10", "20", "30", "new"]),
        ([10, 20, 30], 99, ["10", "20", "30", "new"]),
        ([10, 20, 30], 10**30, ["10", "20", "30", "new"]),
        ([10, 20, 30], None, ["10", "20", "30", "new"]),
        ([0, 1, 2], 1, ["0", "new", "1", "2"]),
        ([-7, 0, 1], 0, ["new", "-7", "0", "1"]),
    ],
)
def test_a_row_lands_before_the_sibling_at_its_position(ranked, ranks, position, expected):
    siblings = ranked(ranks)
    insert(siblings, "new", position)

    assert in_order(siblings) == expected


@pytest.mark.parametrize("position", [None, 0, 3])
def test_the_first_row_of_a_parent_gets_the_first_rank(ranked, position):
    assert GROUPS.make_room(ranked([]).instance.pk, position) == 0


def test_room_is_made_for_several_rows_at_once_and_only_there(ranked):
    siblings = ranked([0, 1, 2])
    first = GROUPS.make_room(siblings.instance.pk, 1, count=3)

    ranks = list(siblings.order_by("rank").values_list("name", "rank"))
    assert ranks[0] == ("0", 0)
    assert [name for name, _ in ranks] == ["0", "1", "2"]
    assert {first, first + 1, first + 2}.isdisjoint(rank for _, rank in ranks)
    assert first > 0
    assert first + 2 < ranks[1][1]


def test_those_that_are_about_to_move_do_not_count(ranked):
    siblings = ranked([0, 1, 2, 3])
    moving = siblings.get(name="1")
    moving.rank = GROUPS.make_room(siblings.instance.pk, 1, excluding=[moving])
    moving.save()

    assert in_order(siblings) == ["0", "1", "2", "3"]
    assert moving.rank == 1


@pytest.mark.parametrize(("asked", "position"), [(0, 0), (1, 1), (2, 2), (3, 2), (None, 2)])
def test_room_is_at_the_position_asked_for_or_behind_the_last(ranked, asked, position):
    siblings = ranked([0, 5, 6])
    moving = siblings.get(name="5")

    moving.rank = GROUPS.make_room(siblings.instance.pk, asked, excluding=[moving])
    moving.save()

    assert in_order(siblings).index("5") == position
    assert GROUPS.position_of(siblings.instance.pk, moving.rank) == position


def test_room_in_one_parent_leaves_the_others_alone(ranked, make_collection, make_group):
    other = make_group(make_collection("other"), "elsewhere")
    insert(ranked([0, 1]), "new", 0)

    other.refresh_from_db()
    assert other.rank == 0


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ranks=st.lists(st.integers(-50, 50), unique=True, min_size=1, max_size=6),
    changes=st.lists(
        st.tuples(st.sampled_from(["insert", "insert", "delete"]), st.none() | st.integers(0, 8)),
        min_size=3,
        max_size=6,
    ),
)
def test_any_inserts_and_deletes_do_what_they_do_to_a_list(ranked, ranks, changes):
    with transaction.atomic():
        siblings = ranked(ranks)
        expected = [str(rank) for rank in sorted(ranks)]
        for number, (change, position) in enumerate(changes):
            if change == "insert":
                insert(siblings, f"new {number}", position)
                expected.insert(len(expected) if position is None else position, f"new {number}")
            elif len(expected) > 1:
                siblings.get(name=expected.pop((position or 0) % len(expected))).delete()
        assert in_order(siblings) == expected
        transaction.set_rollback(True)


def test_an_order_is_stored_as_it_is_given(ranked):
    siblings = ranked([3, 5, 9, 12])
    first, second, third, fourth = siblings.order_by("rank")
    save_order(Group, [fourth, first, third, second])

    assert in_order(siblings) == ["12", "3", "9", "5"]


def test_storing_the_order_that_there_is_writes_nothing(ranked):
    siblings = ranked([0, 1, 2])
    present = list(siblings.order_by("rank"))
    with CaptureQueriesContext(connection) as captured:
        save_order(Group, present)

    assert [query["sql"] for query in captured.captured_queries if "UPDATE" in query["sql"]] == []
