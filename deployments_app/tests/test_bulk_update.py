"""``POST /deployments/bulk-update``"""

from typing import Any

import pytest

from deployments_app.models import Deployment

ROOT = "/api/v1/deployments"
URL = f"{ROOT}/bulk-update"
NOWHERE = f"dep-{'0' * 32}"


def error(response: Any) -> tuple[int, str, str | None]:
    (only,) = response.json()["errors"]
    return response.status_code, only["code"], only["attr"]


def statuses(*deployments: Deployment) -> list[str]:
    return [Deployment.objects.get(pk=row.pk).status for row in deployments]


def test_all_of_them_change_and_come_back_in_request_order(api, pdf, docx, web, deploy):
    rows = [deploy(pdf, web), deploy(docx, web)]

    ids = [rows[1].pk, rows[0].pk, rows[1].pk]
    response = api.post(URL, {"deployment_ids": ids, "status": "error", "deployed_version": "7"})

    body = response.json()["deployments"]
    assert (response.status_code, [row["id"] for row in body]) == (200, [rows[1].pk, rows[0].pk])
    assert {(row["status"], row["deployed_version"]) for row in body} == {("error", "7")}
    assert body == [api.get(f"{ROOT}/{row['id']}").json() for row in body]


def test_each_gets_the_latest_version_of_its_artifact(api, pdf, docx, web, deploy):
    rows = [deploy(artifact, web, deployed_version="1") for artifact in (pdf, docx)]

    body = api.post(URL, {"deployment_ids": [row.pk for row in rows], "to_latest": True}).json()

    assert [row["deployed_version"] for row in body["deployments"]] == ["2.0.0", "5.1"]
    assert not any(row["is_outdated"] for row in body["deployments"])
    assert body["deployments"][0]["deployed_at"] > rows[0].deployed_at.isoformat()


@pytest.mark.parametrize("version", ["1.5", None])
def test_to_latest_false_is_as_good_as_left_out(api, pdf, web, deploy, version):
    row = deploy(pdf, web, deployed_version="1")

    body = {"deployment_ids": [row.pk], "to_latest": False, "deployed_version": version}
    [changed] = api.post(URL, body).json()["deployments"]

    assert changed["deployed_version"] == version


def test_without_a_known_latest_version_nothing_changes_and_the_artifact_is_named(
    api, pdf, web, deploy, make_artifact
):
    unknown = make_artifact("unknown")
    rows = [deploy(pdf, web, deployed_version="1"), deploy(unknown, web, deployed_version="1")]

    response = api.post(URL, {"deployment_ids": [row.pk for row in rows], "to_latest": True})

    assert error(response) == (400, "latest_unknown", "to_latest")
    assert unknown.pk in response.json()["detail"]
    assert set(Deployment.objects.values_list("deployed_version", flat=True)) == {"1"}


def test_those_that_become_active_supersede_those_that_are(api, pdf, docx, web, shop, deploy):
    old = [deploy(artifact, web, deployed_version="1") for artifact in (pdf, docx)]
    elsewhere = [deploy(pdf, shop), deploy(pdf, web, target="codex")]
    active = [deploy(artifact, web) for artifact in (pdf, docx)]

    response = api.post(URL, {"deployment_ids": [row.pk for row in old], "status": "active"})

    assert response.status_code == 200, response.json()
    assert statuses(*old, *active, *elsewhere) == ["active"] * 2 + ["inactive"] * 2 + ["active"] * 2


def test_two_of_one_place_cannot_both_become_active(api, pdf, web, deploy):
    rows = [deploy(pdf, web, status="error"), deploy(pdf, web, status="pending")]
    ids = [row.pk for row in rows]

    assert error(api.post(URL, {"deployment_ids": ids, "status": "active"})) == (
        400,
        "repeated",
        "deployment_ids",
    )
    assert statuses(*rows) == ["error", "pending"]
    assert api.post(URL, {"deployment_ids": ids, "status": "inactive"}).status_code == 200


def test_one_that_does_not_exist_leaves_all_as_they_are(api, pdf, web, deploy):
    row = deploy(pdf, web)

    response = api.post(URL, {"deployment_ids": [row.pk, NOWHERE], "status": "error"})

    assert (response.status_code, response.json()["detail"]) == (404, f"Deployment '{NOWHERE}' not found")
    assert statuses(row) == ["active"]


def test_only_what_changes_leaves_a_record_and_says_why(api, pdf, docx, web, deploy):
    rows = [deploy(pdf, web, status="error"), deploy(docx, web)]

    ids = [row.pk for row in rows]
    api.post(URL, {"deployment_ids": ids, "status": "error"}, HTTP_X_CHANGE_REASON="Outage")

    histories = [api.get(f"{ROOT}/{row.pk}/history").json() for row in rows]
    assert [history["total"] for history in histories] == [1, 2]
    change = histories[1]["history"][0]
    assert (change["reason"], change["values"]) == ("Outage", {"status": "error"})


def test_a_changed_version_clears_the_digest_and_the_evidence(api, pdf, web, deploy):
    row = deploy(pdf, web, deployed_digest="sha256:aa")
    Deployment.objects.update(evidence="reported", is_modified=True)

    [changed] = api.post(URL, {"deployment_ids": [row.pk], "deployed_version": "1"}).json()["deployments"]

    shown = [changed[name] for name in ("deployed_digest", "evidence", "is_modified")]
    assert shown == [None, "declared", False]


@pytest.mark.parametrize(
    ("body", "code", "attr"),
    [
        ({}, "required", "deployment_ids"),
        ({"deployment_ids": []}, "min_length", "deployment_ids"),
        ({"deployment_ids": [NOWHERE] * 1001}, "max_length", "deployment_ids"),
        ({"deployment_ids": ["x"]}, "invalid", "deployment_ids.0"),
        ({"deployment_ids": [NOWHERE], "status": "gone"}, "invalid_choice", "status"),
        ({"deployment_ids": [NOWHERE], "to_latest": "true"}, "invalid", "to_latest"),
        ({"deployment_ids": [NOWHERE], "to_latest": True, "deployed_version": "1"}, "repeated", "to_latest"),
        ({"deployment_ids": [NOWHERE], "target": "codex"}, "unknown_field", "target"),
    ],
)
def test_what_makes_no_sense_is_refused(api, body, code, attr):
    assert error(api.post(URL, body)) == (400, code, attr)


def test_it_is_executed_once_for_an_idempotency_key(api, pdf, web, deploy):
    body = {"deployment_ids": [deploy(pdf, web).pk], "status": "error"}
    first = api.post(URL, body, HTTP_IDEMPOTENCY_KEY="k")
    again = api.post(URL, body, HTTP_IDEMPOTENCY_KEY="k")

    assert (again.json(), again["Idempotent-Replayed"]) == (first.json(), "true")


@pytest.mark.parametrize("count", [2, 20])
def test_its_queries_do_not_grow_with_the_deployments(api, web, deploy, make_artifact, count_queries, count):
    rows = [
        deploy(make_artifact(f"a{n}", latest_version="2"), web, deployed_version="1") for n in range(count)
    ]
    body = {"deployment_ids": [row.pk for row in rows], "status": "active", "to_latest": True}
    api.get("/api/v1/auth/me")

    assert count_queries(lambda: api.post(URL, body)) == 17
