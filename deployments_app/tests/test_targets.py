"""Which agent or profile of a project has an artifact, and what is known of its content."""

from typing import Any

import pytest

from collections_app.models import Artifact
from deployments_app.models import Deployment, Evidence

DEPLOYMENTS = "/api/v1/deployments"


@pytest.fixture
def body(pdf, web) -> dict[str, str]:
    return {"artifact_id": pdf.pk, "project_id": web.pk}


def error(response: Any) -> tuple[int, str, str | None]:
    (only,) = response.json()["errors"]
    return response.status_code, only["code"], only["attr"]


def test_each_target_of_a_project_has_an_active_deployment_of_its_own(api, body):
    first = api.post(DEPLOYMENTS, {**body, "target": "codex", "deployed_version": "1"}).json()
    other = api.post(DEPLOYMENTS, {**body, "deployed_version": "1"}).json()
    second = api.post(DEPLOYMENTS, {**body, "target": "codex"}).json()

    status = {row.pk: row.status for row in Deployment.objects.all()}
    assert (first["target"], other["target"]) == ("codex", "default")
    assert status == {first["id"]: "inactive", other["id"]: "active", second["id"]: "active"}


@pytest.mark.parametrize("verb", ["put", "patch"])
def test_a_target_is_fixed_at_creation(api, body, verb):
    made = api.post(DEPLOYMENTS, {**body, "target": "codex"}).json()
    url = f"{DEPLOYMENTS}/{made['id']}"

    assert getattr(api, verb)(url, {"target": "codex"}).status_code == 200
    assert error(getattr(api, verb)(url, {"target": "cursor"})) == (400, "immutable", "target")


@pytest.mark.parametrize("target", ["", "a b", "claude.code", "ä", "x" * 51, 7, None, ["codex"], "a/b"])
def test_a_target_is_a_slug(api, body, target):
    assert error(api.post(DEPLOYMENTS, {**body, "target": target}))[::2] == (400, "target")


@pytest.mark.parametrize(
    "digest", ["", "abc", ":abc", "sha256:", "SHA256:ab", "sha256:a b", "sha256:" + "a" * 249, 7]
)
def test_a_digest_is_a_scheme_and_a_value(api, body, digest):
    assert error(api.post(DEPLOYMENTS, {**body, "deployed_digest": digest}))[::2] == (400, "deployed_digest")


def test_another_version_has_another_digest_which_is_unknown_unless_sent(api, body):
    made = api.post(DEPLOYMENTS, {**body, "deployed_digest": "sha256:aa"}).json()
    url = f"{DEPLOYMENTS}/{made['id']}"

    assert made["deployed_digest"] == "sha256:aa"
    assert api.put(url, {"status": "active"}).json()["deployed_digest"] == "sha256:aa"
    assert api.put(url, {"deployed_version": "1"}).json()["deployed_digest"] is None
    changed = api.put(url, {"deployed_version": "2", "deployed_digest": "sha256:bb"}).json()
    assert changed["deployed_digest"] == "sha256:bb"


@pytest.mark.parametrize(
    ("sent", "evidence"),
    [
        ({"status": "error"}, "declared"),
        ({"deployed_version": "9"}, "declared"),
        ({"deployed_digest": "sha256:bb"}, "declared"),
        ({"status": "active"}, "reported"),
        ({}, "reported"),
    ],
)
def test_what_was_reported_is_only_declared_once_a_person_changes_it(api, body, sent, evidence):
    made = api.post(DEPLOYMENTS, body).json()
    Deployment.objects.update(evidence=Evidence.REPORTED)

    assert api.put(f"{DEPLOYMENTS}/{made['id']}", sent).json()["evidence"] == evidence


@pytest.mark.parametrize(
    ("deployed", "latest", "is_modified", "is_outdated", "sync_status"),
    [
        (("1", None), ("1", None), False, False, "current"),
        (("1", None), ("2", None), False, True, "outdated"),
        (("1", "sha256:aa"), ("1", "sha256:aa"), False, False, "current"),
        (("1", "sha256:aa"), ("1", "sha256:bb"), False, False, "modified"),
        (("1", "sha256:aa"), ("1", "git:bb"), False, False, "current"),
        (("1", "sha256:aa"), ("2", "sha256:aa"), False, True, "outdated"),
        ((None, "sha256:aa"), (None, "sha256:aa"), False, False, "current"),
        ((None, "sha256:aa"), ("2", "sha256:bb"), False, True, "outdated"),
        (("1", "sha256:aa"), (None, "sha256:bb"), False, True, "outdated"),
        ((None, "sha256:aa"), (None, "git:bb"), False, False, "unknown"),
        ((None, "sha256:aa"), ("sha256:bb", None), False, False, "unknown"),
        (("1", None), (None, "sha256:aa"), False, False, "unknown"),
        ((None, None), (None, None), False, False, "unknown"),
        ((None, None), ("2", "sha256:aa"), False, False, "unknown"),
        (("1", None), ("2", None), True, True, "modified"),
        ((None, None), (None, None), True, False, "modified"),
    ],
)
def test_versions_are_compared_with_versions_and_digests_of_one_scheme_with_digests(
    api, body, pdf, deployed, latest, is_modified, is_outdated, sync_status
):
    made = api.post(
        DEPLOYMENTS, {**body, "deployed_version": deployed[0], "deployed_digest": deployed[1]}
    ).json()
    Artifact.objects.filter(pk=pdf.pk).update(latest_version=latest[0], latest_digest=latest[1])
    Deployment.objects.update(is_modified=is_modified)

    shown = api.get(f"{DEPLOYMENTS}/{made['id']}").json()

    assert (shown["is_outdated"], shown["sync_status"]) == (is_outdated, sync_status)
    assert [row["id"] for row in api.get(f"{DEPLOYMENTS}?outdated=true").json()["deployments"]] == (
        [made["id"]] if is_outdated else []
    )
    assert api.get(f"{DEPLOYMENTS}?outdated=false").json()["total"] == int(not is_outdated)
    for status in ("current", "outdated", "modified", "unknown"):
        assert api.get(f"{DEPLOYMENTS}?sync_status={status}").json()["total"] == int(status == sync_status)
    summary = api.get(f"{DEPLOYMENTS}/summary").json()
    assert [status for status, n in summary["by_sync_status"].items() if n] == [sync_status]
    assert summary["by_artifact"][0]["outdated"] == int(is_outdated)
    narrowed = api.get(f"{DEPLOYMENTS}/summary?target=default").json()
    assert narrowed == summary


def test_a_latest_version_that_a_person_types_has_no_digest_yet(api, pdf):
    Artifact.objects.filter(pk=pdf.pk).update(latest_digest="sha256:aa")

    same = api.put(f"/api/v1/artifacts/{pdf.pk}", {"latest_version": "2.0.0"}).json()
    other = api.put(f"/api/v1/artifacts/{pdf.pk}", {"latest_version": "3.0.0"}).json()

    assert (same["latest_digest"], other["latest_digest"]) == ("sha256:aa", None)
