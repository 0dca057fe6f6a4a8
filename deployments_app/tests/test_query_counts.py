"""How many queries a request costs, however many rows there are. One of them authenticates."""

import pytest

PROJECTS, DEPLOYMENTS = "/api/v1/projects", "/api/v1/deployments"


@pytest.fixture(params=[2, 10], ids=["2-rows", "10-rows"])
def rows(request, api, pdf, web, make_artifact, make_project, deploy):
    """So many deployments of one artifact, of one project, and projects; and one of each id."""
    count = request.param
    for number in range(count - 1):
        deploy(pdf, make_project(f"p{number}"))
        deploy(make_artifact(f"a{number}"), web)
    deployment = deploy(pdf, web)
    # The first request of a token also writes down that it is in use.
    api.get("/api/v1/auth/me")
    return {"count": count, "artifact": pdf.pk, "project": web.pk, "deployment": deployment.pk}


@pytest.mark.parametrize(
    ("query", "queries"),
    [
        pytest.param("", 2, id="authenticate,rows"),
        pytest.param("?search=p&ordering=-updated_at", 2, id="search"),
        pytest.param("?page=9", 2, id="past-the-end"),
    ],
)
def test_the_list_of_projects(api, rows, django_assert_num_queries, query, queries):
    with django_assert_num_queries(queries):
        response = api.get(f"{PROJECTS}{query}")

    assert response.json()["total"] == (
        rows["count"] if not query.startswith("?search") else rows["count"] - 1
    )


def test_the_detail_of_a_project(api, rows, django_assert_num_queries):
    with django_assert_num_queries(2):
        response = api.get(f"{PROJECTS}/{rows['project']}")

    assert response.json()["deployment_count"] == rows["count"]


@pytest.mark.parametrize("owner", ["artifact", "project"])
@pytest.mark.parametrize(
    ("query", "queries"),
    [
        pytest.param("", 3, id="authenticate,exists,rows"),
        pytest.param("&outdated=false&ordering=status&status=active", 3, id="filters"),
        pytest.param("&page_size={count}", 4, id="full,count"),
        pytest.param("&page=9", 3, id="past-the-end"),
    ],
)
def test_the_list_of_deployments(api, rows, django_assert_num_queries, owner, query, queries):
    with django_assert_num_queries(queries):
        response = api.get(f"{DEPLOYMENTS}?{owner}_id={rows[owner]}{query.format(**rows)}")

    assert response.json()["total"] == rows["count"]


def test_the_list_of_deployments_of_an_artifact_in_a_project(api, rows, django_assert_num_queries):
    url = f"{DEPLOYMENTS}?artifact_id={rows['artifact']}&project_id={rows['project']}"

    with django_assert_num_queries(4):
        response = api.get(url)

    assert response.json()["total"] == 1


@pytest.mark.parametrize("owner", ["artifact", "project"])
def test_deployments_are_counted_without_a_look_at_their_artifacts_and_projects(sent, rows, owner):
    (count,) = sent(f"{DEPLOYMENTS}?{owner}_id={rows[owner]}&page_size=1", "COUNT(*)")

    assert "JOIN" not in count


@pytest.mark.parametrize("owner", ["artifact", "project"])
def test_the_summary_joins_to_a_table_only_the_rows_of_its_page(sent, rows, owner):
    (table,) = sent(f"{DEPLOYMENTS}/summary?page_size=5", f'FROM "deployments_app_{owner}tally" INNER')

    assert "LIMIT 5 OFFSET 0)" in table


def test_the_detail_of_a_deployment(api, rows, django_assert_num_queries):
    with django_assert_num_queries(2):
        response = api.get(f"{DEPLOYMENTS}/{rows['deployment']}")

    assert response.json()["id"] == rows["deployment"]


def test_the_summary(api, rows, django_assert_num_queries):
    with django_assert_num_queries(5):
        response = api.get(f"{DEPLOYMENTS}/summary")

    assert len(response.json()["by_artifact"]) == len(response.json()["by_project"]) == rows["count"]


def test_a_new_deployment_costs_the_same_however_many_there_are(api, rows, django_assert_num_queries):
    body = {"artifact_id": rows["artifact"], "project_id": rows["project"], "deployed_version": "9"}

    with django_assert_num_queries(11):
        response = api.post(DEPLOYMENTS, body)

    assert response.status_code == 201
