"""How many queries reading costs, however many rows there are. One of them authenticates."""

import pytest

from collections_app.tests.helpers import ARTIFACTS, COLLECTIONS, names

COUNTS = [2, 10]


@pytest.fixture(params=COUNTS, ids=lambda count: f"{count}-rows")
def rows(request, api, make_artifact, make_collection, make_group):
    """So many of each: artifacts, collections and groups that hold all of them."""
    count = request.param
    artifacts = [make_artifact(f"a{number}") for number in range(count)]
    collections = [make_collection(f"c{number}", *artifacts) for number in range(count)]
    groups = [make_group(collections[0], f"g{number}", *artifacts) for number in range(count)]
    # The first request of a token also writes down that it is in use.
    api.get("/api/v1/auth/me")
    return {
        "count": count,
        "collection": collections[0].pk,
        "group": groups[0].pk,
        "artifact": artifacts[0].pk,
    }


@pytest.mark.parametrize(
    ("query", "queries"),
    [
        pytest.param("", 3, id="authenticate,count,rows"),
        pytest.param("?search=C&ordering=-updated_at", 3, id="search"),
    ],
)
def test_the_list_of_collections(api, rows, django_assert_num_queries, query, queries):
    with django_assert_num_queries(queries):
        response = api.get(f"{COLLECTIONS}{query.format(**rows)}")

    assert len(names(response)) == response.json()["total"] == rows["count"]


def test_the_detail_of_a_collection(api, rows, django_assert_num_queries):
    with django_assert_num_queries(3):
        body = api.get(f"{COLLECTIONS}/{rows['collection']}").json()

    assert [group["artifact_count"] for group in body["groups"]] == [rows["count"]] * rows["count"]


@pytest.mark.parametrize(
    ("query", "queries"),
    [
        pytest.param("", 3, id="authenticate,count,rows"),
        pytest.param("?search=A&type=skill&ordering=-type", 3, id="search,type"),
        pytest.param("?collection_id={collection}", 4, id="exists-collection"),
        pytest.param("?group_id={group}", 4, id="exists-group"),
        pytest.param("?collection_id={collection}&group_id={group}", 5, id="exists-both"),
    ],
)
def test_the_list_of_artifacts(api, rows, django_assert_num_queries, query, queries):
    with django_assert_num_queries(queries):
        response = api.get(f"{ARTIFACTS}{query.format(**rows)}")

    assert len(names(response)) == response.json()["total"] == rows["count"]


def test_rows_are_counted_without_what_is_only_shown(sent, rows):
    (count,) = sent(ARTIFACTS, 'COUNT(*) AS "__count"')

    assert "tally" not in count


def test_what_is_shown_is_computed_for_no_row_before_the_page(sent, rows):
    (page,) = sent(f"{ARTIFACTS}?type=skill&page=2&page_size=1", " IN (SELECT ")
    _, found, order = page.partition(" IN (SELECT ")

    assert "tally" not in found + order


def test_the_last_page_is_read_from_the_end(sent, rows):
    (page,) = sent(f"{ARTIFACTS}?page_size=1&page={rows['count']}", " IN (SELECT ")

    assert "OFFSET" not in page


def test_members_of_a_collection_are_read_from_the_start(sent, rows):
    url = f"{COLLECTIONS}/{rows['collection']}/artifacts?page_size=1&page={rows['count']}"
    (page,) = sent(url, " IN (SELECT ")

    assert f"OFFSET {rows['count'] - 1}" in page


def test_the_detail_of_an_artifact(api, rows, django_assert_num_queries):
    with django_assert_num_queries(4):
        body = api.get(f"{ARTIFACTS}/{rows['artifact']}").json()

    assert body["collection_count"] == rows["count"]


@pytest.mark.parametrize(
    ("query", "queries"),
    [
        pytest.param("", 5, id="authenticate,collection,count,rows,group_ids"),
        pytest.param("?search=A&type=skill&ordering=added_at", 5, id="search,type"),
        pytest.param("?group_id={group}", 6, id="exists-group"),
    ],
)
def test_the_list_of_the_artifacts_of_a_collection(api, rows, django_assert_num_queries, query, queries):
    with django_assert_num_queries(queries):
        response = api.get(f"{COLLECTIONS}/{rows['collection']}/artifacts{query.format(**rows)}")

    listed = response.json()["artifacts"]
    assert [len(row["group_ids"]) for row in listed] == [rows["count"]] * rows["count"]


@pytest.mark.parametrize(
    ("path", "queries"),
    [
        pytest.param(COLLECTIONS, 2, id="collections"),
        pytest.param(ARTIFACTS, 2, id="artifacts"),
        pytest.param(f"{COLLECTIONS}/{{collection}}/artifacts", 3, id="members"),
    ],
)
def test_a_page_past_the_end_reads_no_rows(api, rows, django_assert_num_queries, path, queries):
    with django_assert_num_queries(queries):
        response = api.get(path.format(**rows), {"page": 9})

    assert (names(response), response.json()["total"]) == ([], rows["count"])
