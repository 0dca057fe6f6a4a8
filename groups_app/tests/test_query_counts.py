"""How many queries each read of this app costs: the same for two rows and for ten.

One of them is the token's. A change here is a change of what the API costs: make it knowingly.
"""

import pytest

from groups_app.tests.helpers import URL


@pytest.fixture(params=[2, 10])
def size(request):
    return request.param


@pytest.fixture
def library(api, office, make_group, make_artifact, size):
    """As many groups, each with as many artifacts; the first group. The token has been used."""
    artifacts = [make_artifact(f"artifact {number}") for number in range(size)]
    groups = [make_group(office, f"group {number}", *artifacts) for number in range(size)]
    api.get(f"{URL}/{groups[0].pk}")
    return groups[0]


@pytest.fixture
def rows_within(api, django_assert_num_queries):
    """Read something within a number of queries and count its rows."""

    def read(queries, key, url, **parameters):
        with django_assert_num_queries(queries):
            response = api.get(url, parameters)
        assert response.status_code == 200
        return len(response.json()[key])

    return read


def test_the_list_of_groups(rows_within, library, office, size):
    assert rows_within(5, "groups", URL, collection_id=office.pk) == size


def test_a_search_in_the_list_of_groups(rows_within, library, office, size):
    assert rows_within(5, "groups", URL, collection_id=office.pk, search="group") == size


def test_the_list_of_groups_that_hold_an_artifact(rows_within, library, office, size):
    artifact_id = library.collection.collection_artifacts.first().artifact_id

    assert rows_within(6, "groups", URL, collection_id=office.pk, artifact_id=artifact_id) == size


def test_a_page_of_groups(rows_within, library, office):
    assert rows_within(5, "groups", URL, collection_id=office.pk, page=2, page_size=1) == 1


@pytest.mark.parametrize("path", ["?collection_id={collection}", "/{group}/artifacts?"])
def test_the_last_page_is_read_from_the_end(sent, library, office, size, path):
    url = URL + path.format(collection=office.pk, group=library.pk)
    (page,) = sent(f"{url}&page_size=1&page={size}", "ROW_NUMBER")

    assert "OFFSET" not in page


def test_the_detail_of_a_group(rows_within, library, size):
    assert rows_within(3, "artifacts", f"{URL}/{library.pk}") == size


def test_the_list_of_artifacts_of_a_group(rows_within, library, size):
    assert rows_within(5, "artifacts", f"{URL}/{library.pk}/artifacts") == size


@pytest.fixture
def statements(api, django_assert_num_queries):
    """Write something within a number of queries; the savepoints that a test adds are among them."""

    def write(queries, url, status, **body):
        with django_assert_num_queries(queries) as captured:
            response = api.post(url, body)
        assert response.status_code == status, response.content
        return [query["sql"].split()[0] for query in captured]

    return write


def test_a_new_group_at_the_front_moves_no_other(statements, library, office):
    sent = statements(12, URL, 201, collection_id=office.pk, name="new", position=0)
    assert "UPDATE" not in sent


def test_an_artifact_at_the_front_of_a_group_moves_no_other(statements, library, make_artifact, office):
    sent = statements(
        19, f"{URL}/{library.pk}/artifacts", 201, artifact_id=make_artifact("new").pk, position=0
    )
    assert "UPDATE" not in sent


def test_moving_artifacts_to_another_group(statements, library, office, make_group):
    artifact_id = library.collection.collection_artifacts.first().artifact_id
    target = make_group(office, "target")
    body = {"artifact_ids": [artifact_id], "target_group_id": target.pk}
    statements(19, f"{URL}/{library.pk}/move-artifacts", 200, **body)
