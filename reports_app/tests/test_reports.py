"""``POST /reports``: what becomes of deployments."""

from datetime import timedelta

import pytest
from django.utils import timezone

from deployments_app.models import Deployment, Project
from reports_app.tests.helpers import KEY, ROOT, error, item, outcomes, report, rows
from tests.calls import unchanged


def test_what_is_there_is_active_with_its_version_and_digest(api):
    body = report(api, item(version="2.0", digest="sha256:aa", is_modified=True), item("ocr"))

    assert outcomes(body) == {"created": 2}
    assert body["artifacts"] == {"created": 2, "updated": 0, "unchanged": 0}
    assert rows() == [
        ("pdf", "2.0", "sha256:aa", "active", "reported"),
        ("ocr", None, None, "active", "reported"),
    ]
    assert list(Deployment.objects.order_by("pk").values_list("is_modified", flat=True)) == [True, False]


@pytest.mark.parametrize(
    "after", [{"version": "2", "digest": "sha256:aa"}, {"version": "1", "digest": "sha256:bb"}]
)
def test_another_version_or_digest_is_a_new_row_that_supersedes(api, after):
    report(api, item(version="1", digest="sha256:aa"))

    body = report(api, item(**after))

    assert outcomes(body) == {"superseded": 1}
    assert [(row[3], row[4]) for row in rows()] == [("inactive", "declared"), ("active", "reported")]


def test_what_is_missing_becomes_inactive_and_typed_in_ones_too(api, web, pdf, deploy):
    report(api, item("ocr"), project={"id": web.pk})
    deploy(pdf, web)

    body = report(api, project={"id": web.pk})

    assert outcomes(body) == {"retired": 2}
    assert {row[3] for row in rows()} == {"inactive"}


@pytest.mark.parametrize("status", ["pending", "error"])
def test_what_is_pending_or_went_wrong_stays_where_it_is_not_reported(api, web, pdf, deploy, status):
    deploy(pdf, web, status=status)

    assert outcomes(report(api, project={"id": web.pk})) == {}
    assert [row[3] for row in rows()] == [status]


@pytest.mark.parametrize("version", ["2.0.0", None])
def test_the_newest_of_what_was_pending_at_that_version_or_at_none_has_arrived(
    api, web, pdf, deploy, version
):
    older, newer = (deploy(pdf, web, status="pending", deployed_version=version) for _ in range(2))
    deploy(pdf, web, status="pending", deployed_version="9")

    body = report(api, item(version="2.0.0", digest="sha256:aa"), project={"id": web.pk})

    assert outcomes(body) == {"updated": 1}
    arrived = Deployment.objects.get(status="active")
    assert (arrived.pk, arrived.deployed_digest, arrived.evidence) == (newer.pk, "sha256:aa", "reported")
    assert Deployment.objects.get(pk=older.pk).status == "pending"


def test_what_arrives_supersedes_what_was_there(api, web, pdf, deploy):
    before = deploy(pdf, web, deployed_version="1")
    pending = deploy(pdf, web, status="pending", deployed_version="2.0.0")

    report(api, item(version="2.0.0"), project={"id": web.pk})

    status = dict(Deployment.objects.values_list("pk", "status"))
    assert status == {before.pk: "inactive", pending.pk: "active"}


def test_what_comes_back_is_a_new_row(api):
    for artifacts in ([item(version="1")], [], [item(version="1")]):
        body = report(api, *artifacts)

    assert outcomes(body) == {"created": 1}
    assert [row[3] for row in rows()] == ["inactive", "active"]


def test_a_claim_is_confirmed_in_its_place_and_learns_its_digest(api, web, pdf, deploy):
    claim = deploy(pdf, web)

    body = report(api, item(version="2.0.0", digest="sha256:aa"), project={"id": web.pk})

    assert outcomes(body) == {"unchanged": 1}
    assert Deployment.objects.get().pk == claim.pk
    assert rows() == [("pdf", "2.0.0", "sha256:aa", "active", "reported")]


def test_only_a_local_change_updates_the_row(api):
    report(api, item(version="1", digest="sha256:aa"))

    body = report(api, item(version="1", digest="sha256:aa", is_modified=True))

    assert outcomes(body) == {"updated": 1}
    assert api.get(f"{ROOT}/deployments?sync_status=modified").json()["total"] == 1


def test_other_targets_and_other_projects_are_not_touched(api, web, shop, pdf, deploy):
    deploy(pdf, shop)
    deploy(pdf, web, target="codex")

    report(api, item("ocr"), project={"id": web.pk}, target="claude_code")
    report(api, project={"id": web.pk}, target="claude_code")

    assert Deployment.objects.filter(artifact=pdf.pk, status="active").count() == 2


def test_a_person_s_change_makes_it_declared_until_the_next_report(api):
    report(api, item(version="1"))
    id = Deployment.objects.get().pk

    api.put(f"{ROOT}/deployments/{id}", {"deployed_version": "2"})
    assert rows()[0][4] == "declared"
    assert outcomes(report(api, item(version="1"))) == {"superseded": 1}
    assert rows(status="active") == [("pdf", "1", None, "active", "reported")]


def test_when_it_was_deployed_is_what_the_report_says(api):
    report(api, item(deployed_at="2026-11-20T10:00:00Z"))

    [shown] = api.get(f"{ROOT}/deployments?target=default").json()["deployments"]
    assert shown["deployed_at"] == "2026-11-20T10:00:00Z"
    assert shown["last_reported_at"] is not None


def test_the_same_report_again_writes_nothing_but_when_that_was(api):
    first = report(api, item(version="1"), problems=[{"path": "x", "code": "y", "detail": "z"}])
    long_ago = timezone.now() - timedelta(hours=1)
    for model in (Project, Deployment):
        model.objects.update(last_reported_at=long_ago)  # type: ignore[attr-defined]

    with unchanged(but={"last_reported_at"}):
        again = report(api, item(version="1"), problems=[{"path": "x", "code": "y", "detail": "z"}])

    assert (first["unchanged"], again["unchanged"]) == (False, True)
    assert (again["report_id"], again["problems"]) == (first["report_id"], first["problems"])
    assert outcomes(again) == {"unchanged": 1}
    assert Project.objects.get().last_reported_at > long_ago
    assert Deployment.objects.get().last_reported_at > long_ago


def test_the_order_of_the_artifacts_does_not_matter(api):
    report(api, item(version="1"), item("ocr"))

    assert report(api, item("ocr"), item(version="1"))["unchanged"] is True


def test_within_a_minute_not_even_that_is_written(api):
    report(api, item(version="1"))

    with unchanged():
        assert report(api, item(version="1"))["unchanged"] is True


def test_the_same_report_after_somebody_changed_something_puts_it_right(api):
    report(api, item(version="1"))
    api.delete(f"{ROOT}/deployments/{Deployment.objects.get().pk}")

    body = report(api, item(version="1"))

    assert (body["unchanged"], outcomes(body)) == (False, {"created": 1})


def test_a_dry_run_writes_nothing_and_answers_the_same(api, web, pdf, deploy):
    deploy(pdf, web, deployed_version="1")
    artifacts = [item(version="1.5"), item("new", version="1")]
    project = {"id": web.pk}

    with unchanged():
        planned = report(api, *artifacts, project=project, dry_run=True, status=200)
    done = report(api, *artifacts, project=project)

    assert planned["report_id"] is None
    for name in ("project_id", "artifacts", "deployments", "unchanged", "problems"):
        assert planned[name] == done[name]
    [row] = planned["outdated"]
    assert (row["id"], row["artifact_id"], row["deployed_version"]) == (None, pdf.pk, "1.5")


def test_a_dry_run_of_the_same_report_names_the_one_that_it_confirms(api):
    first = report(api, item(version="1"))

    planned = report(api, item(version="1"), dry_run=True)

    assert (planned["unchanged"], planned["report_id"]) == (True, first["report_id"])


@pytest.mark.parametrize(
    "deployed_at", ["2026-11-20", "2026-11-20T10:00:00", "0001-01-01T00:00:00+14:00", "then", 7, ["2026"]]
)
def test_a_time_without_a_zone_is_refused(api, deployed_at):
    body = {"project": {"key": KEY}, "artifacts": [item(deployed_at=deployed_at)]}
    assert error(api.post(f"{ROOT}/reports", body)) == (400, "invalid", "artifacts.0.deployed_at")


def test_a_time_may_have_another_zone_and_small_letters(api):
    report(api, item(deployed_at="2026-11-20t12:00:00+02:00"))
    shown = api.get(f"{ROOT}/deployments/{Deployment.objects.get().pk}").json()
    assert shown["deployed_at"] == "2026-11-20T10:00:00Z"


def test_a_dry_run_of_an_unknown_project_has_no_ids(api):
    with unchanged():
        body = report(api, item(version="1"), dry_run=True, status=200)

    assert (body["project_id"], body["report_id"]) == (None, None)


def test_what_is_outdated_is_in_the_answer(api, make_artifact):
    make_artifact("pdf", latest_version="3")

    body = report(api, item(version="2"), item("ocr", version="1"))

    assert [(row["artifact_name"], row["latest_version"]) for row in body["outdated"]] == [("pdf", "3")]
    assert report(api, item(version="2"), item("ocr", version="1"))["outdated"] == body["outdated"]


def test_it_is_executed_once_for_an_idempotency_key(api):
    body = {"project": {"key": KEY}, "artifacts": [item(version="1")]}
    first, again = (api.post(f"{ROOT}/reports", body, HTTP_IDEMPOTENCY_KEY="k") for _ in range(2))

    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert again["Idempotent-Replayed"] == "true"
