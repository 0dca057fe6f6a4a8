"""``GET /deployments``"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rest_framework.pagination import PageNumberPagination

from deployments_app.models import Deployment
from deployments_app.views import DeploymentViewSet
from skillmeat_site.api.pagination import PagePagination

DEPLOYMENTS = "/api/v1/deployments"
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
NO_ARTIFACT, NO_PROJECT = f"art-{'0' * 32}", f"proj-{'0' * 32}"


def only_error(response: Any, status: int) -> tuple[str, str | None]:
    assert response.status_code == status, response.content
    (error,) = response.json()["errors"]
    return error["code"], error["attr"]


@pytest.fixture
def versions(api) -> Callable[..., list[str | None]]:
    """Read the versions, which name the rows in these tests, in the order of the list."""

    def read(**query: Any) -> list[str | None]:
        response = api.get(DEPLOYMENTS, query)
        assert response.status_code == 200, response.json()
        rows = response.json()["deployments"]
        assert response.json()["total"] == len(rows)
        return [row["deployed_version"] for row in rows]

    return read


@pytest.fixture
def history(pdf, docx, web, shop, deploy):
    """Six deployments, an hour apart."""
    rows = [
        (pdf, web, "1", "error"),
        (docx, web, "2", "active"),
        (pdf, shop, "3", "pending"),
        (pdf, web, "4", "inactive"),
        (docx, shop, "5", "error"),
        (pdf, web, "2.0.0", "active"),
    ]
    for hour, (artifact, project, version, status) in enumerate(rows):
        at = NOON + timedelta(hours=hour)
        deploy(artifact, project, deployed_version=version, status=status, deployed_at=at)


@pytest.mark.usefixtures("history")
def test_it_lists_the_deployments_of_an_artifact_newest_first(versions, pdf, docx):
    assert versions(artifact_id=pdf.pk) == ["2.0.0", "4", "3", "1"]
    assert versions(artifact_id=docx.pk) == ["5", "2"]


@pytest.mark.usefixtures("history")
def test_it_lists_the_deployments_to_a_project_newest_first(versions, web, shop):
    assert versions(project_id=web.pk) == ["2.0.0", "4", "2", "1"]
    assert versions(project_id=shop.pk) == ["5", "3"]


@pytest.mark.usefixtures("history")
def test_artifact_and_project_narrow_each_other(versions, pdf, docx, web, shop):
    assert versions(artifact_id=pdf.pk, project_id=web.pk) == ["2.0.0", "4", "1"]
    assert versions(artifact_id=docx.pk, project_id=shop.pk) == ["5"]


def test_rows_are_what_the_detail_shows(api, pdf, web, deploy):
    deployment = deploy(pdf, web, deployed_version="1")

    body = api.get(f"{DEPLOYMENTS}?artifact_id={pdf.pk}").json()

    detail = api.get(f"{DEPLOYMENTS}/{deployment.pk}").json()
    assert body == {"deployments": [detail], "total": 1, "page": 1, "page_size": 1000}


def test_an_artifact_without_deployments_has_an_empty_list(api, pdf):
    response = api.get(f"{DEPLOYMENTS}?artifact_id={pdf.pk}")

    assert response.status_code == 200
    assert response.json() == {"deployments": [], "total": 0, "page": 1, "page_size": 1000}


@pytest.mark.parametrize(
    "query", ["", "page=1&page_size=10", "ordering=status", "search=", "search=%20", "deployed_version="]
)
def test_a_filter_is_required(api, query):
    response = api.get(f"{DEPLOYMENTS}?{query}")

    assert only_error(response, 400) == ("required", None)
    assert response.json()["detail"].startswith("Name one of these at least: artifact_id, project_id, ")


@pytest.mark.parametrize(
    ("name", "id", "detail"),
    [
        ("artifact_id", NO_ARTIFACT, f"Artifact '{NO_ARTIFACT}' not found"),
        ("project_id", NO_PROJECT, f"Project '{NO_PROJECT}' not found"),
    ],
)
def test_an_id_in_the_query_that_names_nothing_is_404(api, pdf, web, name, id, detail):
    known = {"artifact_id": pdf.pk, "project_id": web.pk}

    for query in ({name: id}, {**known, name: id}):
        response = api.get(DEPLOYMENTS, query)
        assert only_error(response, 404) == ("not_found", None)
        assert response.json()["detail"] == detail


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"status": "active"}, ["2.0.0"]),
        ({"status": "inactive"}, ["4"]),
        ({"status": ["error", "pending"]}, ["3", "1"]),
        ({"status": ["active", "inactive", "error", "pending"]}, ["2.0.0", "4", "3", "1"]),
        ({"deployed_version": "4"}, ["4"]),
        ({"deployed_version": "2.0"}, []),
        ({"outdated": "true"}, ["4", "3", "1"]),
        ({"outdated": "false"}, ["2.0.0"]),
        ({"outdated": "true", "status": ["error", "active"]}, ["1"]),
        ({"deployed_version": "3", "status": "active"}, []),
    ],
    ids=str,
)
@pytest.mark.usefixtures("history")
def test_filters_narrow_the_list(versions, pdf, query, expected):
    assert versions(artifact_id=pdf.pk, **query) == expected


@pytest.mark.parametrize(
    ("ordering", "expected"),
    [
        ("deployed_at", ["1", "3", "4", "2.0.0"]),
        ("-deployed_at", ["2.0.0", "4", "3", "1"]),
        ("updated_at", ["3", "4", "1", "2.0.0"]),
        ("-updated_at", ["2.0.0", "1", "4", "3"]),
        ("status", ["2.0.0", "1", "4", "3"]),
        ("-status", ["3", "4", "1", "2.0.0"]),
    ],
)
def test_the_list_is_in_the_order_asked_for(versions, pdf, web, deploy, ordering, expected):
    rows = [("1", "error", 3), ("3", "pending", 1), ("4", "inactive", 2), ("2.0.0", "active", 4)]
    for hour, (version, status, changed) in enumerate(rows):
        at = NOON + timedelta(hours=hour)
        row = deploy(pdf, web, deployed_version=version, status=status, deployed_at=at)
        Deployment.objects.filter(pk=row.pk).update(updated_at=NOON + timedelta(days=changed))

    assert versions(artifact_id=pdf.pk, ordering=ordering) == expected


@pytest.mark.parametrize(
    ("ordering", "expected"),
    [
        ("-deployed_at", ["4", "3", "2", "1", "0"]),
        ("deployed_at", ["0", "1", "2", "3", "4"]),
        ("status", ["0", "1", "2", "3", "4"]),
        ("-status", ["4", "3", "2", "1", "0"]),
    ],
)
def test_ties_are_broken_by_id_so_that_pages_never_repeat(api, pdf, web, deploy, ordering, expected):
    rows = [deploy(pdf, web, status="error", deployed_at=NOON) for _ in range(5)]
    for number, id in enumerate(sorted(row.pk for row in rows)):
        Deployment.objects.filter(pk=id).update(deployed_version=str(number))

    query = {"project_id": web.pk, "ordering": ordering, "page_size": 2}
    pages = [api.get(DEPLOYMENTS, {**query, "page": page}).json() for page in (1, 2, 3, 4)]

    assert [len(page["deployments"]) for page in pages] == [2, 2, 1, 0]
    assert {page["total"] for page in pages} == {5}
    assert [row["deployed_version"] for page in pages for row in page["deployments"]] == expected


@pytest.mark.parametrize(
    ("query", "code", "attr"),
    [
        ("artifact_id=art-1", "invalid", "artifact_id"),
        (f"project_id={NO_ARTIFACT}", "invalid", "project_id"),
        ("status=running", "unknown_parameter", "status"),
        ("status=active&status=running", "unknown_parameter", "status"),
        ("outdated=maybe", "unknown_parameter", "outdated"),
        ("outdated=", "blank", "outdated"),
        ("ordering=artifact_id", "unknown_parameter", "ordering"),
        ("ordering=status,deployed_at", "unknown_parameter", "ordering"),
        ("is_outdated=true", "unknown_parameter", "is_outdated"),
        ("page=0", "invalid", "page"),
        ("page_size=1001", "invalid", "page_size"),
    ],
)
def test_a_query_that_the_list_does_not_know_is_refused(api, pdf, web, query, code, attr):
    known = f"artifact_id={pdf.pk}" if "project_id" in query else f"project_id={web.pk}"

    assert only_error(api.get(f"{DEPLOYMENTS}?{known}&{query}"), 400) == (code, attr)


@pytest.mark.parametrize("query", ["status=", "status=active&status=", "status=&status=active"])
def test_an_empty_status_is_refused(api, web, query):
    response = api.get(f"{DEPLOYMENTS}?project_id={web.pk}&{query}")

    assert response.status_code == 400
    assert {error["attr"] for error in response.json()["errors"]} == {"status"}


class StockPagination(PageNumberPagination):
    page_size = 2


class InstancesPagination(PagePagination):
    def paginate_queryset(self, *args: Any, **kwargs: Any) -> Any:
        return list(super().paginate_queryset(*args, **kwargs))


@pytest.mark.parametrize("pagination_class", [PagePagination, InstancesPagination, StockPagination, None])
def test_rows_have_their_details_whatever_pages_them(api, pdf, web, deploy, monkeypatch, pagination_class):
    deployment = deploy(pdf, web, deployed_version="1.0.0")
    expected = api.get(f"{DEPLOYMENTS}/{deployment.pk}").json()

    monkeypatch.setattr(DeploymentViewSet, "pagination_class", pagination_class)
    body = api.get(DEPLOYMENTS, {"artifact_id": pdf.pk}).json()

    rows = body if pagination_class is None else body.get("deployments", body.get("results"))
    assert rows == [expected]
    assert rows[0]["is_outdated"] is True
