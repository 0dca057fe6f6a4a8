"""``GET /deployments/{id}/history``: what a deployment was, and who made it so."""

from typing import Any

import pytest

from deployments_app.services import create_deployment

ROOT = "/api/v1/deployments"


@pytest.fixture
def body(make_artifact, make_project) -> dict[str, str]:
    return {"artifact_id": make_artifact("pdf", latest_version="1").pk, "project_id": make_project("web").pk}


@pytest.fixture
def bob_api(make_user, client_of) -> Any:
    return client_of(make_user("bob", "Editors"))


def history(api: Any, id: str, query: str = "") -> list[tuple[str | None, str, str | None]]:
    """Who made it what, the newest first."""
    answer = api.get(f"{ROOT}/{id}/history{query}")
    assert answer.status_code == 200, answer.content
    return [(row["by"], row["status"], row["deployed_version"]) for row in answer.json()["history"]]


def test_every_change_is_shown_with_its_author_and_time(api, bob_api, body):
    deployment = api.post(ROOT, body).json()
    bob_api.put(f"{ROOT}/{deployment['id']}", {"status": "error"})
    changed = api.patch(f"{ROOT}/{deployment['id']}", {"deployed_version": "2", "status": "pending"}).json()

    answer = api.get(f"{ROOT}/{deployment['id']}/history").json()

    assert history(api, deployment["id"]) == [
        ("editor", "pending", "2"),
        ("bob", "error", "1"),
        ("editor", "active", "1"),
    ]
    assert {key: answer[key] for key in ("total", "page", "page_size")} == {
        "total": 3,
        "page": 1,
        "page_size": 1000,
    }
    shown = {"at", "by", "change", "reason", "values", "status", "deployed_version"}
    assert all(row.keys() == shown for row in answer["history"])
    times = [row["at"] for row in answer["history"]]
    assert deployment["deployed_at"] <= times[2] < times[1] < times[0]
    assert times[0] >= changed["updated_at"]
    assert all(time.endswith("Z") for time in times)


def test_whoever_deploys_the_next_one_has_made_the_one_before_inactive(api, bob_api, body):
    first = api.post(ROOT, body).json()["id"]
    second = bob_api.post(ROOT, {**body, "deployed_version": "2"}).json()["id"]
    api.put(f"{ROOT}/{first}", {"status": "active"})

    assert history(api, first) == [
        ("editor", "active", "1"),
        ("bob", "inactive", "1"),
        ("editor", "active", "1"),
    ]
    assert history(api, second) == [("editor", "inactive", "2"), ("bob", "active", "2")]


def test_what_changes_nothing_leaves_no_trace(api, body):
    id = api.post(ROOT, body).json()["id"]
    api.put(f"{ROOT}/{id}", {})
    api.put(f"{ROOT}/{id}", {"status": "active", "deployed_version": "1"})
    api.put(f"{ROOT}/{id}", {"status": "nonsense"})
    api.put(f"{ROOT}/{id}", {"artifact_id": "art-" + "0" * 32})

    assert history(api, id) == [("editor", "active", "1")]


def test_what_nobody_in_particular_did_has_no_author(api, body):
    id = create_deployment(**body).pk

    assert history(api, id) == [(None, "active", "1")]


def test_the_author_stays_when_the_account_is_gone(api, bob_api, body, django_user_model):
    id = bob_api.post(ROOT, body).json()["id"]
    django_user_model.objects.get(username="bob").delete()

    assert history(api, id) == [("bob", "active", "1")]


def test_it_comes_in_pages(api, body):
    id = api.post(ROOT, body).json()["id"]
    for version in "23":
        api.put(f"{ROOT}/{id}", {"deployed_version": version})

    assert history(api, id, "?page_size=2") == [("editor", "active", "3"), ("editor", "active", "2")]
    assert history(api, id, "?page_size=2&page=2") == [("editor", "active", "1")]
    assert history(api, id, "?page=2") == []


@pytest.mark.parametrize("query", ["?status=active", "?artifact_id=x", "?page=0", "?page_size=1001"])
def test_it_knows_no_parameters_but_those_of_pages(api, body, query):
    id = api.post(ROOT, body).json()["id"]

    assert api.get(f"{ROOT}/{id}/history{query}").status_code == 400


@pytest.mark.parametrize("changes", [1, 5])
def test_it_costs_five_queries_however_long_it_is(api, body, count_queries, changes):
    id = api.post(ROOT, body).json()["id"]
    for version in range(changes):
        api.put(f"{ROOT}/{id}", {"deployed_version": f"v{version}"})

    # The token, the deployment, how many changes, the changes, and what was before the last of them.
    assert count_queries(lambda: api.get(f"{ROOT}/{id}/history")) == 5
