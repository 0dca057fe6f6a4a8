"""``POST /reports``: what a project really has."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from collections_app.models import Artifact, Collection
from deployments_app.models import Deployment, Project
from groups_app.models import Group
from reports_app.models import KEPT, Report
from tests.calls import unchanged

ROOT = "/api/v1"
KEY = "github.com/acme/web"
NOWHERE = "0" * 32


@pytest.fixture(autouse=True)
def intact(db: None) -> Any:
    """Whatever is reported, the rules of the stored data hold afterwards."""
    yield
    call_command("check_integrity")


def item(name: str = "pdf", **fields: Any) -> dict[str, Any]:
    return {"type": "skill", "name": name, **fields}


def report(api: Any, *artifacts: dict[str, Any], status: int | None = None, **body: Any) -> dict[str, Any]:
    response = api.post(f"{ROOT}/reports", {"project": {"key": KEY}, "artifacts": list(artifacts), **body})
    assert response.status_code in ((200, 201) if status is None else (status,)), response.content
    return response.json()


def outcomes(body: dict[str, Any]) -> dict[str, int]:
    """The outcomes of deployments that there were any of."""
    return {name: count for name, count in body["deployments"].items() if count}


def rows(**filters: Any) -> list[tuple[str, str | None, str | None, str, str]]:
    found = Deployment.objects.filter(**filters).order_by("pk")
    shown = ("artifact__name", "deployed_version", "deployed_digest", "status", "evidence")
    return list(found.values_list(*shown))


def error(response: Any) -> tuple[int, str, str | None]:
    (only,) = response.json()["errors"]
    return response.status_code, only["code"], only["attr"]


# The project


def test_an_unknown_key_makes_a_project_that_is_called_after_its_last_part(api):
    body = report(api, item(version="1"), status=201)

    project = api.get(f"{ROOT}/projects/{body['project_id']}").json()
    assert (project["key"], project["name"], project["active_deployment_count"]) == (KEY, "web", 1)
    assert project["last_reported_at"] is not None
    assert report(api, item(version="1"), status=200)["project_id"] == body["project_id"]


def test_a_name_that_is_taken_is_numbered(api, web):
    Project.objects.filter(pk=web.pk).update(key="github.com/other/web")

    for key, name in ((KEY, "web (2)"), ("github.com/third/web", "web (3)")):
        made = report(api, project={"key": key}, status=201)["project_id"]
        assert Project.objects.get(pk=made).name == name


def test_a_project_of_that_name_that_nobody_knows_the_key_of_is_taken_over(api, web):
    assert report(api, status=200)["project_id"] == web.pk
    assert Project.objects.get().key == KEY


def test_a_project_that_was_reported_by_its_id_is_not_taken_over(api, web):
    report(api, project={"id": web.pk}, status=200)

    assert report(api, status=201)["project_id"] != web.pk


def test_a_name_that_is_sent_is_that_of_a_project_that_is_made(api):
    made = report(api, project={"key": KEY, "name": "Shop"}, status=201)["project_id"]
    again = report(api, project={"key": KEY, "name": "Other"}, status=200)["project_id"]

    assert made == again
    assert Project.objects.get().name == "Shop"


def test_without_create_an_unknown_key_is_not_found(api):
    body = report(api, create=False, status=404)

    assert KEY in body["detail"]
    assert not Project.objects.exists()


def test_an_id_that_names_no_project_is_not_found(api):
    id = f"proj-{NOWHERE}"

    assert report(api, project={"id": id}, status=404)["detail"] == f"Project '{id}' not found"


# One state


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


# Artifacts


def test_with_a_namespace_it_is_that_one_of_the_type_and_name(api, make_artifact):
    make_artifact("pdf")

    report(api, item(namespace="acme/skills"), item(), {"type": "agent", "name": "pdf"})

    made = Artifact.objects.order_by("namespace", "type").values_list("namespace", "type")
    assert list(made) == [("", "agent"), ("", "skill"), ("acme/skills", "skill")]


def test_without_a_namespace_it_is_the_only_one_of_that_name(api, make_artifact):
    known = make_artifact("pdf", namespace="acme/skills")

    report(api, item(version="1"))

    assert Deployment.objects.get().artifact_id == known.pk


def test_of_several_it_is_the_one_that_is_known_to_have_had_the_digest(api, make_artifact, web, deploy):
    make_artifact("pdf")
    one, other = (make_artifact("pdf", namespace=name) for name in ("a", "b"))
    deploy(one, web, deployed_digest="sha256:aa", status="inactive")
    Artifact.objects.filter(pk=other.pk).update(latest_digest="sha256:bb")

    for digest, artifact in (("sha256:aa", one), ("sha256:bb", other)):
        report(api, item(digest=digest))
        assert Deployment.objects.get(status="active").artifact_id == artifact.pk


def test_of_several_without_a_known_digest_it_is_the_one_with_an_empty_namespace(api, make_artifact):
    make_artifact("pdf", namespace="a")
    homeless = make_artifact("pdf")

    report(api, item(digest="sha256:cc"))

    assert Deployment.objects.get().artifact_id == homeless.pk


@pytest.mark.parametrize("second", [item(), item(namespace="acme")])
def test_the_same_one_twice_is_refused(api, make_artifact, second):
    make_artifact("pdf", namespace="acme")

    response = api.post(f"{ROOT}/reports", {"project": {"key": KEY}, "artifacts": [item(), second]})

    assert error(response) == (400, "repeated", "artifacts.1")
    assert not Project.objects.exists()


@pytest.mark.parametrize(
    ("known", "seen", "latest"),
    [
        (None, "1.0", "1.0"),
        ("1.0", "1.1", "1.1"),
        ("1.10", "1.9", "1.10"),
        ("2.0", "2.0rc1", "2.0"),
        ("2.0rc1", "2.0", "2.0"),
        ("1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta"),
        ("1.0.0-x.7", "1.0.0-x.10", "1.0.0-x.10"),
        ("spring", "summer", "spring"),
        ("1.0", "summer", "1.0"),
        ("1.0", None, "1.0"),
        (None, "sha256:aa", None),
        ("1.0", "9f3c2a1d", "1.0"),
        ("20240101", "20250101", "20250101"),
    ],
)
def test_the_greatest_version_that_was_seen_or_typed_in_is_the_latest(
    api, make_artifact, known, seen, latest
):
    pdf = make_artifact("pdf", latest_version=known)

    report(api, item(version=seen))

    assert Artifact.objects.get(pk=pdf.pk).latest_version == latest


def test_a_new_artifact_has_the_version_that_was_seen_and_a_description(api):
    report(api, item(version="1.2", description="Reads forms."), item("x", version="sha256:aa"))

    made = dict(Artifact.objects.values_list("name", "latest_version"))
    assert made == {"pdf": "1.2", "x": None}
    assert Artifact.objects.get(name="pdf").description == "Reads forms."


def test_what_a_person_wrote_about_an_artifact_stays(api, make_artifact):
    make_artifact("pdf", description="Ours.")

    assert report(api, item(description="Theirs."))["artifacts"]["unchanged"] == 1
    assert Artifact.objects.get().description == "Ours."


def test_collections_and_groups_are_made_and_only_ever_added_to(api, make_artifact, make_collection):
    make_collection("office", make_artifact("old"))

    for _ in range(2):
        report(api, item(collection="office", group="docs"), item("ocr", collection="lab"), tool=str(_))

    office = api.get(f"{ROOT}/artifacts?search=pdf").json()["artifacts"][0]
    held = api.get(f"{ROOT}/artifacts/{office['id']}").json()["collections"]
    assert [(one["name"], [group["name"] for group in one["groups"]]) for one in held] == [
        ("office", ["docs"])
    ]
    counts = {c.name: c.artifact_count for c in Collection.objects.with_counts()}
    assert counts == {"office": 2, "lab": 1}


# Again, and a dry run


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


# Limits and privacy


@pytest.mark.parametrize(
    ("change", "code", "attr"),
    [
        ({"artifacts": None}, "null", "artifacts"),
        ({"artifacts": [item(content="secret")]}, "unknown_field", "artifacts.0.content"),
        ({"artifacts": [item(env={"KEY": "secret"})]}, "unknown_field", "artifacts.0.env"),
        ({"artifacts": [item(type="plugin")]}, "invalid_choice", "artifacts.0.type"),
        ({"artifacts": [item(name="")]}, "blank", "artifacts.0.name"),
        ({"artifacts": [item(version=2)]}, "invalid", "artifacts.0.version"),
        ({"artifacts": [item(digest="aa")]}, "invalid", "artifacts.0.digest"),
        ({"artifacts": [item(is_modified="no")]}, "invalid", "artifacts.0.is_modified"),
        ({"artifacts": [item(path="x" * 1001)]}, "max_length", "artifacts.0.path"),
        ({"artifacts": [item(group="docs")]}, "required", "artifacts.0.collection"),
        ({"artifacts": [item()] * 1001}, "max_length", "artifacts"),
        ({"project": {}}, "required", "project"),
        ({"project": {"key": KEY, "id": f"proj-{NOWHERE}"}}, "required", "project"),
        ({"project": {"key": "x" * 256}}, "max_length", "project.key"),
        ({"project": {"key": KEY, "path": "/home/ada"}}, "unknown_field", "project.path"),
        ({"target": "a b"}, "invalid", "target"),
        ({"tool": "x" * 101}, "max_length", "tool"),
        ({"commit": "x" * 101}, "max_length", "commit"),
        ({"problems": [{"path": "x", "code": "y"}]}, "required", "problems.0.detail"),
        ({"problems": [{"path": "x", "code": "y", "detail": "z"}] * 1001}, "max_length", "problems"),
        ({"user": "ada"}, "unknown_field", "user"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_written(api, change, code, attr):
    response = api.post(f"{ROOT}/reports", {"project": {"key": KEY}, "artifacts": [], **change})

    (first, *_) = response.json()["errors"]
    found = (first["attr"] or "").removesuffix(".non_field_errors")
    assert (response.status_code, first["code"], found) == (400, code, attr)
    assert not Project.objects.exists()


def test_artifacts_are_required(api):
    response = api.post(f"{ROOT}/reports", {"project": {"key": KEY}})

    assert error(response) == (400, "required", "artifacts")


@pytest.mark.parametrize("count", [2, 30])
def test_its_queries_do_not_grow_with_the_artifacts(api, count_queries, count):
    artifacts = [item(f"a{n}", version="1", collection="c", group="g") for n in range(count)]
    report(api, *artifacts)

    assert count_queries(lambda: report(api, *artifacts)) == 15
    for artifact in artifacts:
        artifact["version"] = "2"
    assert count_queries(lambda: report(api, *artifacts)) < 60


def test_what_a_group_holds_already_keeps_its_place_and_is_not_looked_up_again(
    api, django_assert_max_num_queries
):
    artifacts = [item(f"a{n}", version="1", collection="c", group="g") for n in range(3)]
    report(api, *artifacts)
    [group] = Group.objects.all()
    artifacts[0]["version"] = "2"

    with django_assert_max_num_queries(60) as queries:
        report(api, *reversed(artifacts), item("new", collection="c", group="g"))
    names = group.ordered_artifacts().values_list("collection_artifact__artifact__name", flat=True)

    assert list(names) == ["a0", "a1", "a2", "new"]
    # Which would count, for each of them, those that stand before it.
    assert not any('AS "position"' in query["sql"] for query in queries)


# Reading reports, and who may send them


def test_reports_are_listed_newest_first_with_what_they_did(api, shop):
    problems = [{"path": "x.md", "code": "broken_front_matter", "detail": "Line 3."}]
    first = report(api, item(version="1"), tool="skillmeat 1.0", commit="9f3c", problems=problems)
    second = report(api, target="codex")
    report(api, project={"id": shop.pk})

    body = api.get(f"{ROOT}/reports?project_id={first['project_id']}").json()

    assert (body["total"], [row["id"] for row in body["reports"]]) == (
        2,
        [second["report_id"], first["report_id"]],
    )
    shown = api.get(f"{ROOT}/reports/{first['report_id']}").json()
    assert shown == body["reports"][1]
    expected = {"target": "default", "tool": "skillmeat 1.0", "commit": "9f3c", "by": "editor"}
    assert {name: shown[name] for name in expected} == expected
    assert (shown["problems"], shown["counts"]["deployments"]["created"]) == (problems, 1)
    assert api.get(f"{ROOT}/reports").json()["total"] == 3


def test_the_last_hundred_of_each_project_and_target_are_kept(api):
    report(api, target="codex")
    for number in range(KEPT + 2):
        last = report(api, commit=str(number))

    kept = Report.objects.filter(target="default").order_by("pk")
    assert (kept.count(), kept[0].commit) == (KEPT, "2")
    assert kept.last().pk == last["report_id"]
    assert Report.objects.filter(target="codex").count() == 1


def test_a_reporter_sends_reports_and_nothing_else(make_user, client_of, api):
    ci = client_of(make_user("ci", "Reporters"))

    assert report(ci, item(version="1", collection="c", group="g"))["deployments"]["created"] == 1
    assert ci.post(f"{ROOT}/projects", {"name": "x"}).status_code == 403
    assert ci.post(f"{ROOT}/catalogs", {"namespace": "a", "artifacts": []}).status_code == 403
    assert Report.objects.get().by == "ci"


def test_a_viewer_sends_no_reports(viewer_api):
    response = viewer_api.post(f"{ROOT}/reports", {"project": {"key": KEY}, "artifacts": []})

    assert response.status_code == 403


def test_a_project_with_nothing_but_reports_can_be_deleted(api):
    project = report(api)["project_id"]

    assert api.delete(f"{ROOT}/projects/{project}").status_code == 204
    assert not Report.objects.exists()
