"""How many queries a request costs, however many rows there are. One of them authenticates."""

import pytest
from django.db import connection

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
        pytest.param("", 3, id="authenticate,count,rows"),
        pytest.param("?search=p&ordering=-updated_at", 3, id="search"),
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
        pytest.param("", 4, id="authenticate,exists,count,rows"),
        pytest.param("&outdated=false&ordering=status&status=active", 4, id="filters"),
        pytest.param("&page=9", 3, id="past-the-end"),
    ],
)
def test_the_list_of_deployments(api, rows, django_assert_num_queries, owner, query, queries):
    with django_assert_num_queries(queries):
        response = api.get(f"{DEPLOYMENTS}?{owner}_id={rows[owner]}{query.format(**rows)}")

    assert response.json()["total"] == rows["count"]


def test_the_list_of_deployments_of_an_artifact_in_a_project(api, rows, django_assert_num_queries):
    url = f"{DEPLOYMENTS}?artifact_id={rows['artifact']}&project_id={rows['project']}"

    with django_assert_num_queries(5):
        response = api.get(url)

    assert response.json()["total"] == 1


@pytest.mark.parametrize("owner", ["artifact", "project"])
def test_the_last_page_is_read_from_the_end(sent, rows, owner):
    url = f"{DEPLOYMENTS}?{owner}_id={rows[owner]}&page_size=1&page={rows['count']}"
    (page,) = sent(url, " IN (SELECT ")

    assert "OFFSET" not in page


def test_deployments_are_counted_without_what_is_only_shown(sent, rows):
    (count,) = sent(f"{DEPLOYMENTS}?evidence=declared", 'COUNT(*) AS "__count"')

    assert "JOIN" not in count


def test_deployments_that_artifacts_lead_to_are_found_before_what_is_shown_of_them(sent, rows):
    (page,) = sent(f"{DEPLOYMENTS}?artifact_type=skill", " IN (SELECT ")
    _, _, found = page.partition(" IN (SELECT ")

    assert "project" not in found


def plan_of(statement: str) -> str:
    """How the database would answer, if there were too many rows to read them all."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {'QUERY PLAN' if connection.vendor == 'sqlite' else ''} {statement}")
        return str(cursor.fetchall())


def test_comparisons_are_counted_in_an_index_alone(sent, rows):
    (count,) = sent(f"{DEPLOYMENTS}?outdated=true", 'COUNT(*) AS "__count"')

    how = "Index Only Scan using" if connection.vendor == "postgresql" else "COVERING INDEX"
    assert f"{how} deployment_counted" in plan_of(count)


@pytest.mark.skipif(connection.vendor == "postgresql", reason="which chooses by how many rows there are")
def test_when_an_artifact_was_last_deployed_is_found_past_its_old_deployments(sent, rows):
    (page,) = sent("/api/v1/artifacts", 'U0."deployed_at"')

    assert "deployment_artifact_active" in plan_of(page)


def test_the_detail_of_a_deployment(api, rows, django_assert_num_queries):
    with django_assert_num_queries(2):
        response = api.get(f"{DEPLOYMENTS}/{rows['deployment']}")

    assert response.json()["id"] == rows["deployment"]


@pytest.mark.parametrize(
    ("query", "queries"),
    [
        pytest.param("", 7, id="authenticate,totals,two-tables,their-names,recent"),
        pytest.param("?target=default", 7, id="counted"),
        pytest.param("?artifact_type=skill", 7, id="half-tallied"),
        pytest.param("?page_size=2", 9, id="totals-of-full-pages"),
    ],
)
def test_the_summary(api, rows, django_assert_num_queries, query, queries):
    with django_assert_num_queries(queries):
        response = api.get(f"{DEPLOYMENTS}/summary{query}")

    assert response.json()["artifact_total"] == response.json()["project_total"] == rows["count"]


def test_a_new_deployment_costs_the_same_however_many_there_are(api, rows, django_assert_num_queries):
    body = {"artifact_id": rows["artifact"], "project_id": rows["project"], "deployed_version": "9"}

    with django_assert_num_queries(14):
        response = api.post(DEPLOYMENTS, body)

    assert response.status_code == 201
