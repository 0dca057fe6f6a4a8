"""``POST /deployments/rollout``"""

from typing import Any

import pytest

from deployments_app.bulk import MAX_PAIRS
from deployments_app.models import Deployment

ROOT = "/api/v1/deployments"
URL = f"{ROOT}/rollout"
NOWHERE = "0" * 32


def error(response: Any) -> tuple[int, str, str | None]:
    (only,) = response.json()["errors"]
    return response.status_code, only["code"], only["attr"]


def roll_out(api: Any, **body: Any) -> dict[str, Any]:
    response = api.post(URL, body)
    assert response.status_code == 200, response.json()
    return response.json()


def active() -> dict[tuple[str, str, str], str | None]:
    """What is active: the version by artifact, project and target."""
    names = ("artifact__name", "project__name", "target", "deployed_version")
    return {(a, p, t): version for a, p, t, version in Deployment.objects.active().values_list(*names)}


@pytest.fixture
def pairs(pdf, docx, web, shop, deploy) -> dict[str, list[str]]:
    """Two artifacts and two projects: one pair is deployed, one outdated, two are missing."""
    deploy(pdf, web)
    deploy(docx, web, deployed_version="4")
    return {"artifact_ids": [pdf.pk, docx.pk], "project_ids": [web.pk, shop.pk]}


def test_what_is_missing_is_deployed_and_what_is_old_is_updated(api, pairs):
    body = roll_out(api, **pairs)

    steps = [
        tuple(
            step[name] for name in ("artifact_name", "project_name", "action", "from_version", "to_version")
        )
        for step in body["plan"]
    ]
    assert steps == [
        ("pdf", "web", "unchanged", "2.0.0", "2.0.0"),
        ("pdf", "shop", "deploy", None, "2.0.0"),
        ("docx", "web", "update", "4", "5.1"),
        ("docx", "shop", "deploy", None, "5.1"),
    ]
    assert (body["dry_run"], body["counts"]) == (False, {"deploy": 2, "update": 1, "unchanged": 1})
    assert active() == {
        (artifact, project, "default"): version
        for artifact, version in (("pdf", "2.0.0"), ("docx", "5.1"))
        for project in ("web", "shop")
    }
    shown = {step["deployment_id"] for step in body["plan"]}
    assert shown == set(Deployment.objects.active().values_list("pk", flat=True))
    assert Deployment.objects.filter(status="inactive", deployed_version="4").count() == 1


def test_a_dry_run_writes_nothing_and_tells_what_the_request_then_does(api, pairs):
    before = list(Deployment.objects.order_by("pk").values())

    planned = roll_out(api, **pairs, dry_run=True)

    assert list(Deployment.objects.order_by("pk").values()) == before
    assert {step["deployment_id"] for step in planned["plan"]} == {None}
    done = roll_out(api, **pairs)
    for step in done["plan"]:
        step["deployment_id"] = None
    assert (planned["plan"], planned["counts"]) == (done["plan"], done["counts"])


def test_a_second_rollout_changes_nothing(api, pairs):
    first = roll_out(api, **pairs)
    second = roll_out(api, **pairs)

    assert second["counts"] == {"deploy": 0, "update": 0, "unchanged": 4}
    assert [step["deployment_id"] for step in second["plan"]] == [
        step["deployment_id"] for step in first["plan"]
    ]
    assert Deployment.objects.count() == 5


def test_a_group_and_a_collection_stand_for_what_they_hold(
    api, pdf, docx, web, make_collection, make_group, make_artifact
):
    extra = make_artifact("extra", latest_version="1")
    office = make_collection("Office", pdf, docx, extra)
    group = make_group(office, "Some", docx, pdf)

    by_group = roll_out(api, group_id=group.pk, project_ids=[web.pk], dry_run=True)
    by_collection = roll_out(api, collection_id=office.pk, project_ids=[web.pk], dry_run=True)

    assert [step["artifact_name"] for step in by_group["plan"]] == ["docx", "pdf"]
    assert [step["artifact_name"] for step in by_collection["plan"]] == ["docx", "extra", "pdf"]


def test_an_empty_group_has_an_empty_plan(api, web, make_collection, make_group):
    group = make_group(make_collection("Office"), "Empty")

    body = roll_out(api, group_id=group.pk, project_ids=[web.pk])

    assert (body["plan"], body["counts"]) == ([], {"deploy": 0, "update": 0, "unchanged": 0})


def test_a_version_and_a_target_are_those_that_are_asked_for(api, pairs, pdf, web):
    body = {"artifact_ids": [pdf.pk], "project_ids": [web.pk], "deployed_version": "1", "target": "codex"}

    [step] = roll_out(api, **body)["plan"]

    assert (step["action"], step["target"], step["to_version"]) == ("deploy", "codex", "1")
    assert active()["pdf", "web", "codex"] == "1"
    assert active()["pdf", "web", "default"] == "2.0.0"


def test_where_the_latest_version_is_unknown_whatever_is_active_stays(api, web, shop, make_artifact, deploy):
    unknown = make_artifact("unknown")
    deploy(unknown, web, deployed_version="3")

    plan = roll_out(api, artifact_ids=[unknown.pk], project_ids=[web.pk, shop.pk])["plan"]

    assert [(step["action"], step["to_version"]) for step in plan] == [("unchanged", "3"), ("deploy", None)]


def test_what_is_pending_supersedes_nothing_yet(api, pairs):
    before = active()

    body = roll_out(api, **pairs, status="pending")

    assert body["counts"] == {"deploy": 2, "update": 1, "unchanged": 1}
    assert active() == before
    assert Deployment.objects.filter(status="pending").count() == 3


def test_every_change_is_recorded_with_its_reason(api, pairs):
    api.post(URL, pairs, HTTP_X_CHANGE_REASON="Release 7")

    records = Deployment.history.filter(history_change_reason="Release 7")
    assert sorted(records.values_list("history_type", flat=True)) == ["+", "+", "+", "~"]
    assert set(records.values_list("history_user_id", flat=True)) == {"editor"}


@pytest.mark.parametrize(
    ("name", "id", "kind"),
    [
        ("artifact_ids", f"art-{NOWHERE}", "Artifact"),
        ("group_id", f"grp-{NOWHERE}", "Group"),
        ("collection_id", f"col-{NOWHERE}", "Collection"),
    ],
)
def test_what_does_not_exist_is_named_and_nothing_is_deployed(api, web, name, id, kind):
    body = {name: [id] if name == "artifact_ids" else id, "project_ids": [web.pk]}

    response = api.post(URL, body)

    assert (response.status_code, response.json()["detail"]) == (404, f"{kind} '{id}' not found")
    assert not Deployment.objects.exists()


@pytest.mark.parametrize(
    ("change", "code", "attr"),
    [
        ({"artifact_ids": None}, "null", "artifact_ids"),
        ({"artifact_ids": []}, "min_length", "artifact_ids"),
        ({"project_ids": []}, "min_length", "project_ids"),
        ({"group_id": f"grp-{NOWHERE}"}, "required", None),
        ({"target": "a b"}, "invalid", "target"),
        ({"status": "gone"}, "invalid_choice", "status"),
        ({"dry_run": "false"}, "invalid", "dry_run"),
        ({"deployed_version": ""}, "blank", "deployed_version"),
        ({"versions": []}, "unknown_field", "versions"),
    ],
)
def test_what_makes_no_sense_is_refused(api, pairs, change, code, attr):
    assert error(api.post(URL, {**pairs, **change})) == (400, code, attr)


@pytest.mark.parametrize("missing", ["artifact_ids", "project_ids"])
def test_artifacts_and_projects_are_required(api, pairs, missing):
    del pairs[missing]

    assert api.post(URL, pairs).json()["errors"][0]["code"] == "required"


def test_more_pairs_than_the_limit_are_refused_with_the_way_out(
    api, web, make_artifact, make_project, monkeypatch
):
    monkeypatch.setattr("deployments_app.bulk.MAX_PAIRS", 3)
    body = {
        "artifact_ids": [make_artifact(name).pk for name in "ab"],
        "project_ids": [web.pk, make_project("x").pk],
    }

    response = api.post(URL, body)

    assert error(response) == (400, "too_many", None)
    assert "2 artifacts to 2 projects are 4 pairs" in response.json()["detail"]
    assert MAX_PAIRS == 10_000


@pytest.mark.parametrize("count", [1, 10])
def test_its_queries_do_not_grow_with_the_pairs(
    api, make_artifact, make_project, count_queries, deploy, count
):
    artifacts = [make_artifact(f"a{n}", latest_version="2") for n in range(count + 1)]
    projects = [make_project(f"p{n}") for n in range(2)]
    for artifact in artifacts:
        deploy(artifact, projects[0], deployed_version="1")
    body = {
        "artifact_ids": [artifact.pk for artifact in artifacts],
        "project_ids": [project.pk for project in projects],
    }
    api.get("/api/v1/auth/me")

    assert count_queries(lambda: api.post(URL, body)) == 14
