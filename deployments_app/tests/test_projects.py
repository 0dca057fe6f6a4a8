"""``/projects`` and ``/projects/{id}``"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deployments_app.models import Deployment, Project

PROJECTS = "/api/v1/projects"
UNKNOWN = f"proj-{'0' * 32}"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def names(response: Any) -> list[str]:
    assert response.status_code == 200, response.json()
    return [project["name"] for project in response.json()["projects"]]


def only_error(response: Any, status: int) -> tuple[str, str | None]:
    assert response.status_code == status, response.content
    (error,) = response.json()["errors"]
    return error["code"], error["attr"]


def test_a_created_project_is_answered_and_stands_at_its_location(api):
    response = api.post(PROJECTS, {"name": "  web ", "description": "The shop."})

    body = response.json()
    assert response.status_code == 201
    assert re.fullmatch(r"proj-[0-9a-f]{32}", body["id"])
    assert TIME.fullmatch(body["created_at"])
    assert TIME.fullmatch(body["updated_at"])
    assert body == {
        "id": body["id"],
        "name": "web",
        "description": "The shop.",
        "key": None,
        "deployment_count": 0,
        "active_deployment_count": 0,
        "outdated_count": 0,
        "last_reported_at": None,
        "created_at": body["created_at"],
        "updated_at": body["updated_at"],
    }
    assert response["Location"] == f"http://testserver{PROJECTS}/{body['id']}"
    assert api.get(response["Location"]).json() == body


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({}, None),
        ({"description": None}, None),
        ({"description": ""}, ""),
        ({"description": " x "}, " x "),
        ({"description": "d" * 10_000}, "d" * 10_000),
    ],
    ids=["left-out", "null", "empty", "spaces", "longest"],
)
def test_a_description_is_kept_as_it_was_sent(api, sent, kept):
    response = api.post(PROJECTS, {"name": "web", **sent})

    assert (response.status_code, response.json()["description"]) == (201, kept)
    assert Project.objects.get().description == kept


@pytest.mark.parametrize(
    ("body", "code", "attr"),
    [
        ({}, "required", "name"),
        ({"name": None}, "null", "name"),
        ({"name": " \t"}, "blank", "name"),
        ({"name": 7}, "invalid", "name"),
        ({"name": "n" * 256}, "max_length", "name"),
        ({"name": "web", "description": "d" * 10_001}, "max_length", "description"),
        ({"name": "web", "description": ["d"]}, "invalid", "description"),
        ({"name": "web", "colour": "red"}, "unknown_field", "colour"),
    ],
)
def test_a_project_that_breaks_a_rule_is_refused(api, body, code, attr):
    assert only_error(api.post(PROJECTS, body), 400) == (code, attr)
    assert not Project.objects.exists()


def test_a_name_may_have_255_characters(api):
    assert api.post(PROJECTS, {"name": "n" * 255}).json()["name"] == "n" * 255


def test_fields_that_only_the_server_sets_are_accepted_and_ignored(api):
    sent = {
        "id": UNKNOWN,
        "name": "web",
        "deployment_count": 9,
        "created_at": "1999-01-01T00:00:00Z",
        "updated_at": "1999-01-01T00:00:00Z",
    }

    body = api.post(PROJECTS, sent).json()

    assert body["id"] != UNKNOWN
    assert body["deployment_count"] == 0
    assert not body["created_at"].startswith("1999")


def test_a_name_that_is_taken_is_refused_on_create_and_on_update(api, web, shop):
    created = api.post(PROJECTS, {"name": " web "})
    renamed = api.put(f"{PROJECTS}/{shop.pk}", {"name": "web", "description": "lost"})

    for response in (created, renamed):
        assert only_error(response, 400) == ("unique", "name")
        assert response.json()["type"] == "validation_error"
        assert response.json()["detail"] == "name: A project with this name already exists."
    shop.refresh_from_db()
    assert (shop.name, shop.description, Project.objects.count()) == ("shop", None, 2)


@pytest.mark.parametrize("method", ["put", "patch"])
def test_an_update_changes_only_what_is_sent(api, make_project, method):
    web = make_project("web", description="The shop.")
    send = getattr(api, method)

    renamed = send(f"{PROJECTS}/{web.pk}", {"name": "site"})
    described = send(f"{PROJECTS}/{web.pk}", {"description": None})

    assert (renamed.status_code, described.status_code) == (200, 200)
    assert (renamed.json()["name"], renamed.json()["description"]) == ("site", "The shop.")
    assert (described.json()["name"], described.json()["description"]) == ("site", None)
    assert described.json() == api.get(f"{PROJECTS}/{web.pk}").json()
    assert described.json()["updated_at"] > renamed.json()["updated_at"] > described.json()["created_at"]


@pytest.mark.parametrize("method", ["put", "patch"])
def test_an_update_with_nothing_new_changes_nothing(api, web, method):
    before = api.get(f"{PROJECTS}/{web.pk}").json()

    for body in ({}, before, {"name": "web"}):
        response = getattr(api, method)(f"{PROJECTS}/{web.pk}", body)
        assert (response.status_code, response.json()) == (200, before)


def test_an_update_refuses_unknown_fields_and_blank_names(api, web):
    assert only_error(api.put(f"{PROJECTS}/{web.pk}", {"titel": "x"}), 400) == ("unknown_field", "titel")
    assert only_error(api.patch(f"{PROJECTS}/{web.pk}", {"name": ""}), 400) == ("blank", "name")


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
@pytest.mark.parametrize("id", [UNKNOWN, "proj-1", f"art-{'0' * 32}", f"proj-{'A' * 32}"])
def test_an_id_that_names_nothing_is_404(api, method, id):
    response = getattr(api, method)(f"{PROJECTS}/{id}")

    assert only_error(response, 404) == ("not_found", None)
    assert response.json()["detail"] == f"Project '{id}' not found"


def test_a_deleted_project_is_gone(api, web, shop):
    response = api.delete(f"{PROJECTS}/{web.pk}")

    assert (response.status_code, response.content) == (204, b"")
    assert api.get(f"{PROJECTS}/{web.pk}").status_code == 404
    assert names(api.get(PROJECTS)) == ["shop"]


@pytest.mark.parametrize("status", ["active", "inactive", "error", "pending"])
def test_a_project_with_deployments_cannot_be_deleted(api, web, pdf, deploy, status):
    deployment = deploy(pdf, web, status=status)

    refused = api.delete(f"{PROJECTS}/{web.pk}")

    assert only_error(refused, 409) == ("conflict", None)
    assert refused.json()["type"] == "client_error"
    assert "1 deployment" in refused.json()["detail"]
    assert Deployment.objects.filter(project=web).count() == 1
    api.delete(f"/api/v1/deployments/{deployment.pk}")
    assert api.delete(f"{PROJECTS}/{web.pk}").status_code == 204


def test_deployments_are_counted_whatever_their_status(api, web, shop, pdf, docx, deploy):
    for artifact, status in [(pdf, "active"), (pdf, "active"), (docx, "error")]:
        deploy(artifact, web, status=status)

    counts = {
        project["name"]: project["deployment_count"] for project in api.get(PROJECTS).json()["projects"]
    }

    assert counts == {"web": 3, "shop": 0}
    assert api.get(f"{PROJECTS}/{web.pk}").json()["deployment_count"] == 3
    assert api.patch(f"{PROJECTS}/{web.pk}", {"name": "site"}).json()["deployment_count"] == 3


def test_the_list_is_paged_by_50_and_at_most_100(api):
    Project.objects.bulk_create(Project(name=f"p{number:03}") for number in range(101))

    first = api.get(PROJECTS).json()
    third = api.get(f"{PROJECTS}?page=3").json()
    largest = api.get(f"{PROJECTS}?page_size=100").json()
    past = api.get(f"{PROJECTS}?page=4")

    assert [len(page["projects"]) for page in (first, third, largest)] == [50, 1, 100]
    assert (first["total"], first["page"], first["page_size"]) == (101, 1, 50)
    assert third["projects"][0]["name"] == "p100"
    assert past.status_code == 200
    assert past.json() == {"projects": [], "total": 101, "page": 4, "page_size": 50}


@pytest.mark.parametrize(
    ("query", "code", "attr"),
    [
        ("page=0", "invalid", "page"),
        ("page=abc", "invalid", "page"),
        ("page_size=101", "invalid", "page_size"),
        ("ordering=deployment_count", "unknown_parameter", "ordering"),
        ("name=web", "unknown_parameter", "name"),
    ],
)
def test_a_query_that_the_list_does_not_know_is_refused(api, query, code, attr):
    assert only_error(api.get(f"{PROJECTS}?{query}"), 400) == (code, attr)


@pytest.mark.parametrize(
    ("ordering", "expected"),
    [
        (None, ["alpha", "beta", "gamma"]),
        ("name", ["alpha", "beta", "gamma"]),
        ("-name", ["gamma", "beta", "alpha"]),
        ("created_at", ["gamma", "alpha", "beta"]),
        ("-created_at", ["beta", "alpha", "gamma"]),
        ("updated_at", ["beta", "gamma", "alpha"]),
        ("-updated_at", ["alpha", "gamma", "beta"]),
    ],
)
def test_the_list_is_in_the_order_asked_for(api, make_project, ordering, expected):
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    for name, created, updated in [("gamma", 0, 5), ("alpha", 1, 6), ("beta", 2, 4)]:
        times = {"created_at": noon + timedelta(hours=created), "updated_at": noon + timedelta(hours=updated)}
        Project.objects.filter(pk=make_project(name).pk).update(**times)

    assert names(api.get(PROJECTS, {"ordering": ordering} if ordering else {})) == expected


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("äpfel", ["ÄPFEL"]),
        ("WEB", ["100% web", "snake_case"]),
        ("%", ["100% web"]),
        ("_", ["snake_case"]),
        ("", ["100% web", "snake_case", "ÄPFEL"]),
        ("nowhere", []),
    ],
)
def test_search_looks_into_names_and_descriptions_in_any_case(api, make_project, search, expected):
    make_project("ÄPFEL", description="fruit")
    make_project("snake_case", description="All about the Web")
    make_project("100% web")

    response = api.get(PROJECTS, {"search": search})

    assert names(response) == expected
    assert response.json()["total"] == len(expected)
