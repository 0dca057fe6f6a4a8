"""``GET /collections``"""

import pytest

from collections_app.models import Collection
from collections_app.tests.helpers import (
    BAD_PAGES,
    COLLECTIONS,
    NAMES,
    SEARCHES,
    failure,
    names,
    pages,
)


@pytest.fixture
def collections(api, make_collection):
    """Made in the order b, a, c; then b was changed."""
    made = {name: make_collection(name) for name in "bac"}
    api.patch(f"{COLLECTIONS}/{made['b'].pk}", {"description": "changed"})
    return made


def test_the_list_shows_what_the_detail_shows_but_the_groups(api, make_collection, make_group, make_artifact):
    pdf, zip_ = make_artifact("pdf"), make_artifact("zip")
    office, home = make_collection("Office", pdf, zip_), make_collection("Home", pdf, description="")
    for name in "abc":
        make_group(office, name, pdf, zip_)

    body = api.get(COLLECTIONS).json()

    details = [api.get(f"{COLLECTIONS}/{row.pk}").json() for row in (home, office)]
    counts = [(row["group_count"], row["artifact_count"]) for row in body["collections"]]
    assert counts == [(0, 1), (3, 2)]
    assert [len(detail.pop("groups")) for detail in details] == [0, 3]
    assert body == {"collections": details, "total": 2, "page": 1, "page_size": 50}


def test_without_collections_the_list_is_empty(api):
    assert api.get(COLLECTIONS).json() == {"collections": [], "total": 0, "page": 1, "page_size": 50}


@pytest.mark.parametrize(
    ("ordering", "order"),
    [
        (None, "abc"),
        ("name", "abc"),
        ("-name", "cba"),
        ("created_at", "bac"),
        ("-created_at", "cab"),
        ("updated_at", "acb"),
        ("-updated_at", "bca"),
    ],
)
def test_it_can_be_ordered(api, collections, ordering, order):
    response = api.get(COLLECTIONS, {"ordering": ordering} if ordering else {})

    assert names(response) == list(order)


@pytest.mark.parametrize("ordering", ["created_at", "-created_at", "updated_at", "-updated_at"])
def test_ties_are_broken_by_id(api, make_collection, ordering):
    ids = sorted(make_collection(name).pk for name in "dbeac")
    moment = Collection.objects.first().created_at
    Collection.objects.update(created_at=moment, updated_at=moment)

    expected = ids[::-1] if ordering.startswith("-") else ids
    assert pages(api, COLLECTIONS, "collections", ordering=ordering) == expected


@pytest.mark.parametrize("ordering", ["description", "--name", "id", "artifact_count", ""])
def test_an_unknown_order_is_refused(api, collections, ordering):
    response = api.get(COLLECTIONS, {"ordering": ordering})

    assert response.status_code == 400
    assert [error["attr"] for error in response.json()["errors"]] == ["ordering"]


@pytest.mark.parametrize(("text", "name"), SEARCHES)
def test_search_finds_a_part_of_the_name_in_any_case(api, make_collection, text, name):
    for each in NAMES:
        make_collection(each)

    body = api.get(COLLECTIONS, {"search": text}).json()

    assert ([row["name"] for row in body["collections"]], body["total"]) == ([name], 1)


@pytest.mark.parametrize(("text", "description"), SEARCHES)
def test_search_finds_a_part_of_the_description_in_any_case(api, make_collection, text, description):
    make_collection("nameless")
    for number, each in enumerate(NAMES):
        make_collection(f"c{number}", description=f"… {each} …")

    body = api.get(COLLECTIONS, {"search": text}).json()

    assert [row["description"] for row in body["collections"]] == [f"… {description} …"]


def test_an_empty_search_finds_everything(api, collections):
    assert names(api.get(COLLECTIONS, {"search": ""})) == ["a", "b", "c"]


def test_a_search_without_a_match_finds_nothing(api, collections):
    body = api.get(COLLECTIONS, {"search": "zzz"}).json()

    assert (body["collections"], body["total"]) == ([], 0)


def test_search_order_and_pages_work_together(api, make_collection):
    for name in ("x1", "y", "x2", "x3"):
        make_collection(name)

    parameters = {"search": "X", "ordering": "-name", "page": 2, "page_size": 2}
    body = api.get(COLLECTIONS, parameters).json()

    assert [row["name"] for row in body.pop("collections")] == ["x1"]
    assert body == {"total": 3, "page": 2, "page_size": 2}


def test_a_page_has_50_rows_unless_told_and_at_most_100(api):
    Collection.objects.bulk_create(Collection(name=f"c{number:03}") for number in range(101))

    default, most = api.get(COLLECTIONS).json(), api.get(COLLECTIONS, {"page_size": 100}).json()

    assert (len(default["collections"]), default["total"], default["page_size"]) == (50, 101, 50)
    assert (len(most["collections"]), most["total"], most["page_size"]) == (100, 101, 100)
    assert names(api.get(COLLECTIONS, {"page": 2, "page_size": 100})) == ["c100"]


@pytest.mark.parametrize("page", [3, 10**12])
def test_a_page_past_the_end_is_empty(api, collections, page):
    response = api.get(COLLECTIONS, {"page": page, "page_size": 2})

    assert response.status_code == 200
    assert response.json() == {"collections": [], "total": 3, "page": page, "page_size": 2}


@pytest.mark.parametrize(("parameter", "value"), BAD_PAGES)
def test_a_page_that_cannot_be_is_refused(api, collections, parameter, value):
    assert failure(api.get(COLLECTIONS, {parameter: value})) == (400, "invalid", parameter)


@pytest.mark.parametrize("parameter", ["name", "type", "Search", "collection_id"])
def test_an_unknown_parameter_is_refused(api, collections, parameter):
    assert failure(api.get(COLLECTIONS, {parameter: "a"})) == (400, "unknown_parameter", parameter)
