"""``GET /deployments/summary``"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest

from deployments_app.models import Deployment

DEPLOYMENTS = "/api/v1/deployments"
SUMMARY = f"{DEPLOYMENTS}/summary"
STATUSES = ("active", "inactive", "error", "pending")
PRECEDENCE = ("active", "error", "pending", "inactive")
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def summary(api: Any, **query: Any) -> dict[str, Any]:
    response = api.get(SUMMARY, query)
    assert response.status_code == 200, response.json()
    return response.json()


def counts(**given: int) -> dict[str, int]:
    return dict.fromkeys(STATUSES, 0) | given


def test_an_empty_database_has_zeros_and_empty_tables(api, pdf, web):
    assert summary(api) == {
        "total_deployments": 0,
        "by_status": counts(),
        "by_sync_status": {"current": 0, "outdated": 0, "modified": 0, "unknown": 0},
        "by_evidence": {"reported": 0, "declared": 0},
        "by_artifact": [],
        "by_project": [],
        "artifact_total": 0,
        "project_total": 0,
        "page": 1,
        "page_size": 1000,
        "recent_deployments": [],
    }


def test_it_counts_by_status_by_artifact_and_by_project(api, pdf, docx, web, shop, deploy):
    deploy(pdf, web, deployed_version="1.0.0", status="error")
    deploy(pdf, web, deployed_version="1.0.0")
    deploy(pdf, shop)
    newest = deploy(docx, web, deployed_version="4", status="inactive")

    body = summary(api)

    recent = body.pop("recent_deployments")
    assert body == {
        "total_deployments": 4,
        "by_status": {"active": 2, "inactive": 1, "error": 1, "pending": 0},
        "by_sync_status": {"current": 1, "outdated": 1, "modified": 0, "unknown": 0},
        "by_evidence": {"reported": 0, "declared": 2},
        "by_artifact": [
            {
                "artifact_id": pdf.pk,
                "artifact_name": "pdf",
                "count": 3,
                "status": "active",
                **counts(active=2, error=1),
                "outdated": 1,
            },
            {
                "artifact_id": docx.pk,
                "artifact_name": "docx",
                "count": 1,
                "status": "inactive",
                **counts(inactive=1),
                "outdated": 0,
            },
        ],
        "by_project": [
            {
                "project_id": web.pk,
                "project_name": "web",
                "count": 3,
                **counts(active=1, inactive=1, error=1),
                "outdated": 1,
            },
            {
                "project_id": shop.pk,
                "project_name": "shop",
                "count": 1,
                **counts(active=1),
                "outdated": 0,
            },
        ],
        "artifact_total": 2,
        "project_total": 2,
        "page": 1,
        "page_size": 1000,
    }
    assert recent[0] == api.get(f"{DEPLOYMENTS}/{newest.pk}").json()
    assert len(recent) == 4


@pytest.mark.parametrize(
    "present",
    [some for size in range(1, 5) for some in combinations(STATUSES, size)],
    ids="+".join,
)
def test_the_status_of_an_artifact_is_the_first_that_any_deployment_has(api, pdf, web, deploy, present):
    for status in present:
        deploy(pdf, web, status=status)

    body = summary(api)

    (row,) = body["by_artifact"]
    assert row["status"] == next(status for status in PRECEDENCE if status in present)
    assert {status: row[status] for status in STATUSES} == counts(**dict.fromkeys(present, 1))
    assert body["by_status"] == counts(**dict.fromkeys(present, 1))


@pytest.mark.parametrize(
    ("status", "deployed", "latest", "outdated"),
    [
        ("active", "1", "2", 1),
        ("active", "2", "2", 0),
        ("active", None, "2", 0),
        ("active", "1", None, 0),
        ("active", None, None, 0),
        ("inactive", "1", "2", 0),
        ("error", "1", "2", 0),
        ("pending", "1", "2", 0),
    ],
)
def test_outdated_counts_only_active_deployments_that_are_not_the_latest(
    api, make_artifact, web, deploy, status, deployed, latest, outdated
):
    deploy(make_artifact("x", latest_version=latest), web, deployed_version=deployed, status=status)

    body = summary(api)

    assert body["by_artifact"][0]["outdated"] == outdated
    assert body["by_project"][0]["outdated"] == outdated


@pytest.fixture
def five_owners(make_artifact, make_project, deploy):
    """Five artifacts and projects, numbered; number 3 has three deployments, 1 has two."""
    artifacts = [make_artifact(f"a{number}") for number in range(5)]
    projects = [make_project(f"p{number}") for number in range(5)]
    for number in (0, 1, 2, 3, 4, 3, 1, 3):
        deploy(artifacts[number], projects[number])


@pytest.mark.usefixtures("five_owners")
def test_the_largest_counts_come_first_and_ties_are_in_the_order_of_ids(api):
    body = summary(api)

    assert [(row["artifact_name"], row["count"]) for row in body["by_artifact"]] == [
        ("a3", 3),
        ("a1", 2),
        ("a0", 1),
        ("a2", 1),
        ("a4", 1),
    ]
    assert [(row["project_name"], row["count"]) for row in body["by_project"]] == [
        ("p3", 3),
        ("p1", 2),
        ("p0", 1),
        ("p2", 1),
        ("p4", 1),
    ]


@pytest.mark.parametrize(
    ("page", "numbers"), [(1, "31"), (2, "02"), (3, "4"), (4, ""), (2**53 - 1, "")], ids=str
)
@pytest.mark.usefixtures("five_owners")
def test_the_page_applies_to_both_tables_and_to_nothing_else(api, page, numbers):
    whole = summary(api)

    body = summary(api, page=page, page_size=2)

    assert [row["artifact_name"] for row in body.pop("by_artifact")] == [f"a{n}" for n in numbers]
    assert [row["project_name"] for row in body.pop("by_project")] == [f"p{n}" for n in numbers]
    assert (body.pop("page"), body.pop("page_size")) == (page, 2)
    assert (body["artifact_total"], body["project_total"], body["total_deployments"]) == (5, 5, 8)
    assert body == {name: whole[name] for name in body}


def test_each_table_has_its_own_total(api, pdf, docx, web, deploy):
    deploy(pdf, web)
    deploy(docx, web)

    body = summary(api, page=2, page_size=1)

    assert (body["artifact_total"], body["project_total"]) == (2, 1)
    assert (len(body["by_artifact"]), len(body["by_project"])) == (1, 0)


def test_the_recent_deployments_are_the_five_newest_whatever_their_status(api, pdf, docx, web, shop, deploy):
    for hour in (3, 0, 6, 1, 5, 2, 4):
        artifact, project = (pdf, web) if hour % 2 else (docx, shop)
        at = NOON + timedelta(hours=hour)
        deploy(artifact, project, deployed_version=str(hour), status=STATUSES[hour % 4], deployed_at=at)

    recent = summary(api)["recent_deployments"]

    assert [row["deployed_version"] for row in recent] == ["6", "5", "4", "3", "2"]
    assert recent == [api.get(f"{DEPLOYMENTS}/{row['id']}").json() for row in recent]


def test_the_numbers_agree_with_each_other_and_with_the_rows(api, make_artifact, make_project, deploy):
    artifacts = [make_artifact(f"a{number}", latest_version="2") for number in range(4)]
    projects = [make_project(f"p{number}") for number in range(3)]
    for number in range(60):
        artifact, project = artifacts[number % 7 % 4], projects[number % 5 % 3]
        version = ("1", "2", None)[number % 11 % 3]
        deploy(artifact, project, deployed_version=version, status=STATUSES[number % 13 % 4])

    body = summary(api)
    rows = [
        row
        for project in projects
        for row in api.get(f"{DEPLOYMENTS}?project_id={project.pk}").json()["deployments"]
    ]

    assert body["total_deployments"] == len(rows) == 60
    assert body["by_status"] == counts(**Counter(row["status"] for row in rows))
    for table, id in (("by_artifact", "artifact_id"), ("by_project", "project_id")):
        assert sum(line["count"] for line in body[table]) == 60
        for line in body[table]:
            own = [row for row in rows if row[id] == line[id]]
            assert line["count"] == len(own)
            assert {status: line[status] for status in STATUSES} == counts(
                **Counter(row["status"] for row in own)
            )
            assert line["outdated"] == sum(row["is_outdated"] and row["status"] == "active" for row in own)


@pytest.mark.parametrize(
    ("query", "code", "attr"),
    [
        ("artifact_id=art-1", "invalid", "artifact_id"),
        ("artifact_type=rumour", "unknown_parameter", "artifact_type"),
        ("status=active", "unknown_parameter", "status"),
        ("page=0", "invalid", "page"),
        ("page=x", "invalid", "page"),
        ("page_size=0", "invalid", "page_size"),
        ("page_size=1001", "invalid", "page_size"),
    ],
)
def test_a_query_that_the_summary_does_not_know_is_refused(api, query, code, attr):
    response = api.get(f"{SUMMARY}?{query}")

    assert response.status_code == 400
    assert [(error["code"], error["attr"]) for error in response.json()["errors"]] == [(code, attr)]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_summary_can_only_be_read(api, pdf, web, deploy, method):
    deploy(pdf, web)

    assert getattr(api, method)(SUMMARY, {}).status_code == 405
    assert Deployment.objects.count() == 1
