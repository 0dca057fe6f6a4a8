"""``POST /deployments`` and ``/deployments/{id}``"""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from deployments_app.models import Deployment

DEPLOYMENTS = "/api/v1/deployments"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
UNKNOWN = {kind: f"{kind}-{'0' * 32}" for kind in ("art", "proj", "dep")}


def only_error(response: Any, status: int) -> tuple[str, str | None]:
    assert response.status_code == status, response.content
    (error,) = response.json()["errors"]
    return error["code"], error["attr"]


@pytest.fixture
def ids(pdf, web):
    return {"artifact_id": pdf.pk, "project_id": web.pk}


@pytest.fixture
def url(pdf, web, deploy):
    """Of a deployment of version 1.0.0, made long ago and never changed since."""
    deployment = deploy(pdf, web, deployed_version="1.0.0", deployed_at=LONG_AGO)
    Deployment.objects.filter(pk=deployment.pk).update(updated_at=LONG_AGO)
    return f"{DEPLOYMENTS}/{deployment.pk}"


def test_a_new_deployment_is_active_at_the_latest_version_unless_told(api, ids):
    response = api.post(DEPLOYMENTS, ids)

    body = response.json()
    assert response.status_code == 201
    assert re.fullmatch(r"dep-[0-9a-f]{32}", body["id"])
    assert TIME.fullmatch(body["deployed_at"])
    assert TIME.fullmatch(body["updated_at"])
    assert body == {
        "id": body["id"],
        **ids,
        "artifact_name": "pdf",
        "artifact_type": "skill",
        "project_name": "web",
        "target": "default",
        "deployed_version": "2.0.0",
        "deployed_digest": None,
        "latest_version": "2.0.0",
        "latest_digest": None,
        "is_outdated": False,
        "is_modified": False,
        "sync_status": "current",
        "evidence": "declared",
        "last_reported_at": None,
        "status": "active",
        "deployed_at": body["deployed_at"],
        "updated_at": body["updated_at"],
    }
    assert response["Location"] == f"http://testserver{DEPLOYMENTS}/{body['id']}"
    assert api.get(response["Location"]).json() == body


@pytest.mark.parametrize("version", ["1.0.0", "main@3f2c", "v" * 255, None])
def test_a_version_that_is_sent_is_taken_null_included(api, ids, version):
    response = api.post(DEPLOYMENTS, {**ids, "deployed_version": version})

    assert response.status_code == 201
    assert response.json()["deployed_version"] == version
    assert Deployment.objects.get().deployed_version == version


def test_the_version_is_unknown_when_the_artifacts_latest_is(api, make_artifact, web):
    sent = {"artifact_id": make_artifact("notes").pk, "project_id": web.pk}

    assert api.post(DEPLOYMENTS, sent).json()["deployed_version"] is None


@pytest.mark.parametrize("status", ["active", "inactive", "error", "pending"])
def test_a_deployment_may_begin_in_any_status(api, ids, status):
    response = api.post(DEPLOYMENTS, {**ids, "status": status})

    assert (response.status_code, response.json()["status"]) == (201, status)


@pytest.mark.parametrize(
    ("changes", "code", "attr"),
    [
        ({"status": "running"}, "invalid_choice", "status"),
        ({"status": "ACTIVE"}, "invalid_choice", "status"),
        ({"status": None}, "null", "status"),
        ({"deployed_version": "v" * 256}, "max_length", "deployed_version"),
        ({"deployed_version": 2}, "invalid", "deployed_version"),
        ({"artifact_id": "pdf"}, "invalid", "artifact_id"),
        ({"artifact_id": UNKNOWN["proj"]}, "invalid", "artifact_id"),
        ({"project_id": UNKNOWN["art"]}, "invalid", "project_id"),
        ({"project_id": None}, "null", "project_id"),
        ({"version": "1.0.0"}, "unknown_field", "version"),
    ],
)
def test_a_deployment_that_breaks_a_rule_is_refused(api, ids, changes, code, attr):
    assert only_error(api.post(DEPLOYMENTS, {**ids, **changes}), 400) == (code, attr)
    assert not Deployment.objects.exists()


@pytest.mark.parametrize("missing", ["artifact_id", "project_id"])
def test_a_deployment_needs_an_artifact_and_a_project(api, ids, missing):
    del ids[missing]

    assert only_error(api.post(DEPLOYMENTS, ids), 400) == ("required", missing)


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"artifact_id": UNKNOWN["art"]}, f"Artifact '{UNKNOWN['art']}' not found"),
        ({"project_id": UNKNOWN["proj"]}, f"Project '{UNKNOWN['proj']}' not found"),
    ],
)
def test_an_artifact_or_project_that_does_not_exist_is_404(api, ids, changes, detail):
    response = api.post(DEPLOYMENTS, {**ids, **changes})

    assert only_error(response, 404)[0] == "not_found"
    assert response.json()["detail"] == detail
    assert not Deployment.objects.exists()


def test_fields_that_only_the_server_sets_are_accepted_and_ignored(api, ids, url):
    sent = api.get(url).json()

    body = api.post(DEPLOYMENTS, {**sent, "artifact_name": "x", "is_outdated": False}).json()

    assert body["id"] != sent["id"]
    assert body["deployed_at"] > sent["deployed_at"]
    assert (body["artifact_name"], body["is_outdated"]) == ("pdf", True)


@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_new_status_changes_only_the_status(api, url, method):
    before = api.get(url).json()

    response = getattr(api, method)(url, {"status": "error"})

    after = response.json()
    assert response.status_code == 200
    assert after == {**before, "status": "error", "updated_at": after["updated_at"]}
    assert after["updated_at"] > before["updated_at"]
    assert api.get(url).json() == after


@pytest.mark.parametrize("method", ["put", "patch"])
@pytest.mark.parametrize("version", ["1.0.1", None])
def test_a_new_version_sets_the_time_of_deployment(api, url, method, version):
    before = api.get(url).json()

    response = getattr(api, method)(url, {"deployed_version": version})

    after = response.json()
    assert response.status_code == 200
    assert (after["deployed_version"], after["status"]) == (version, "active")
    assert after["deployed_at"] > before["deployed_at"]
    assert after["updated_at"] > before["updated_at"]
    assert api.get(url).json() == after


def test_a_version_that_becomes_known_sets_the_time_of_deployment(api, pdf, web, deploy):
    deployment = deploy(pdf, web, deployed_version=None, deployed_at=LONG_AGO)

    body = api.put(f"{DEPLOYMENTS}/{deployment.pk}", {"deployed_version": "2.0.0"}).json()

    assert body["deployed_version"] == "2.0.0"
    assert not body["deployed_at"].startswith("2026-01-01")


@pytest.mark.parametrize("method", ["put", "patch"])
def test_the_same_version_leaves_the_time_of_deployment(api, url, method):
    before = api.get(url).json()

    response = getattr(api, method)(url, {"deployed_version": "1.0.0", "status": "pending"})

    assert response.status_code == 200
    assert response.json()["status"] == "pending"
    assert response.json()["deployed_at"] == before["deployed_at"] == "2026-01-01T00:00:00Z"


@pytest.mark.parametrize("method", ["put", "patch"])
def test_nothing_and_what_the_client_got_change_nothing(api, url, method):
    before = api.get(url).json()

    for body in ({}, before, {"artifact_id": before["artifact_id"], "project_id": before["project_id"]}):
        response = getattr(api, method)(url, body)
        assert (response.status_code, response.json()) == (200, before)


@pytest.mark.parametrize("method", ["put", "patch"])
@pytest.mark.parametrize("name", ["artifact_id", "project_id"])
def test_the_artifact_and_the_project_cannot_be_changed(api, url, docx, shop, method, name):
    before = api.get(url).json()
    other = {"artifact_id": docx.pk, "project_id": shop.pk}[name]

    response = getattr(api, method)(url, {"status": "error", name: other})

    assert only_error(response, 400) == ("immutable", name)
    assert api.get(url).json() == before


@pytest.mark.parametrize(
    ("changes", "code", "attr"),
    [
        ({"status": "gone"}, "invalid_choice", "status"),
        ({"deployed_version": "v" * 256}, "max_length", "deployed_version"),
        ({"project_id": "web"}, "invalid", "project_id"),
        ({"version": "1.0.1"}, "unknown_field", "version"),
    ],
)
def test_an_update_that_breaks_a_rule_changes_nothing(api, url, changes, code, attr):
    before = api.get(url).json()

    assert only_error(api.patch(url, changes), 400) == (code, attr)
    assert api.get(url).json() == before


def test_a_deleted_deployment_is_gone_and_others_stay(api, url, docx, web, deploy):
    other = deploy(docx, web)

    response = api.delete(url)

    assert (response.status_code, response.content) == (204, b"")
    assert only_error(api.get(url), 404) == ("not_found", None)
    assert only_error(api.delete(url), 404) == ("not_found", None)
    assert list(Deployment.objects.values_list("pk", "status")) == [(other.pk, "active")]


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
@pytest.mark.parametrize("id", [UNKNOWN["dep"], UNKNOWN["art"], "dep-1"])
def test_an_id_that_names_nothing_is_404(api, method, id):
    response = getattr(api, method)(f"{DEPLOYMENTS}/{id}")

    assert only_error(response, 404) == ("not_found", None)
    assert response.json()["detail"] == f"Deployment '{id}' not found"
