"""Questions across everything: of deployments, artifacts, projects, and the narrowed summary."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from rest_framework.generics import GenericAPIView

from collections_app.models import Artifact
from deployments_app.models import Deployment, Evidence, Project
from deployments_app.views import DeploymentViewSet
from skillmeat_site.api.filters import ListFilterBackend

ROOT = "/api/v1"
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
NOWHERE = "0" * 32


@pytest.fixture
def world(pdf, docx, web, shop, deploy, make_artifact, make_collection, make_group) -> dict[str, str]:
    """Two artifacts in two projects, some outdated, and one artifact that is nowhere."""
    spare = make_artifact("spare", type="agent", latest_version="1")
    Artifact.objects.filter(pk=docx.pk).update(namespace="acme/skills")
    office = make_collection("Office", pdf, docx)
    group = make_group(office, "Forms", pdf)
    old = deploy(pdf, web, deployed_version="1", deployed_at=NOON)
    codex = deploy(pdf, web, target="codex", deployed_at=NOON + timedelta(hours=1))
    deploy(pdf, shop, deployed_at=NOON + timedelta(hours=2))
    deploy(docx, shop, deployed_at=NOON + timedelta(hours=3))
    deploy(docx, web, status="error", deployed_version="4", deployed_at=NOON + timedelta(hours=4))
    Deployment.objects.filter(pk=codex.pk).update(evidence=Evidence.REPORTED)
    return {
        "pdf": pdf.pk,
        "docx": docx.pk,
        "spare": spare.pk,
        "web": web.pk,
        "shop": shop.pk,
        "office": office.pk,
        "group": group.pk,
        "old": old.pk,
    }


def rows(api: Any, path: str, kind: str) -> list[dict[str, Any]]:
    response = api.get(f"{ROOT}{path}")
    assert response.status_code == 200, response.content
    assert response.json()["total"] == len(response.json()[kind])
    return response.json()[kind]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("outdated=true", ["docx web 4", "pdf web 1"]),
        ("status=active", ["docx shop 5.1", "pdf shop 2.0.0", "pdf web 2.0.0", "pdf web 1"]),
        ("status=active&outdated=true", ["pdf web 1"]),
        ("collection_id={office}&status=error", ["docx web 4"]),
        ("group_id={group}", ["pdf shop 2.0.0", "pdf web 2.0.0", "pdf web 1"]),
        ("artifact_type=command", ["docx web 4", "docx shop 5.1"]),
        ("artifact_type=command,skill&project_id={shop}", ["docx shop 5.1", "pdf shop 2.0.0"]),
        ("artifact_type[]=agent", []),
        ("namespace=acme/skills", ["docx web 4", "docx shop 5.1"]),
        ("namespace=&target=codex", ["pdf web 2.0.0"]),
        ("namespace=acme", []),
        ("target=codex", ["pdf web 2.0.0"]),
        ("target=", []),
        ("sync_status=outdated", ["docx web 4", "pdf web 1"]),
        ("sync_status=current&sync_status=modified&target=codex", ["pdf web 2.0.0"]),
        ("evidence=reported", ["pdf web 2.0.0"]),
        ("evidence=declared&artifact_id={pdf}", ["pdf shop 2.0.0", "pdf web 1"]),
        ("search=DOC", ["docx web 4", "docx shop 5.1"]),
        ("search=we&status=active", ["pdf web 2.0.0", "pdf web 1"]),
        ("deployed_version=4", ["docx web 4"]),
        ("deployed_after=2026-05-01T15:00:00Z", ["docx web 4", "docx shop 5.1"]),
        ("deployed_before=2026-05-01T14:00:00%2B02:00", ["pdf web 1"]),
        (
            "deployed_after=2026-05-01T13:00:00Z&deployed_before=2026-05-01T14:00:00Z",
            ["pdf shop 2.0.0", "pdf web 2.0.0"],
        ),
        (
            "target=default&ordering=artifact_name",
            ["docx shop 5.1", "docx web 4", "pdf web 1", "pdf shop 2.0.0"],
        ),
        (
            "target=default&ordering=-project_name&status=active",
            ["pdf web 1", "docx shop 5.1", "pdf shop 2.0.0"],
        ),
    ],
)
def test_any_filter_of_deployments_suffices(api, world, query, expected):
    found = rows(api, f"/deployments?{query.format(**world)}", "deployments")

    assert [
        f"{row['artifact_name']} {row['project_name']} {row['deployed_version']}" for row in found
    ] == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("deployed=true", ["docx", "pdf"]),
        ("deployed=false", ["spare"]),
        ("outdated=true", ["pdf"]),
        ("outdated=false", ["docx", "spare"]),
        ("varies=true", ["pdf"]),
        ("varies=false", ["docx", "spare"]),
        ("project_id={web}", ["pdf"]),
        ("project_id={shop}", ["docx", "pdf"]),
        ("project_id={web}&outdated=true", ["pdf"]),
        ("project_id={shop}&outdated=true", []),
        ("project_id={shop}&outdated=false", ["docx", "pdf"]),
        ("project_id={web}&outdated=false", []),
        ("namespace=acme/skills", ["docx"]),
        ("namespace=", ["pdf", "spare"]),
        ("withdrawn=true", []),
        ("withdrawn=false&type=agent", ["spare"]),
        ("collection_id={office}&deployed=true&search=p", ["pdf"]),
    ],
)
def test_artifacts_are_found_by_where_they_are_active(api, world, query, expected):
    found = rows(api, f"/artifacts?{query.format(**world)}", "artifacts")

    assert [row["name"] for row in found] == expected


def test_an_artifact_that_its_catalogue_no_longer_has_is_withdrawn(api, world):
    Artifact.objects.filter(pk=world["spare"]).update(withdrawn_at=NOON)

    [found] = rows(api, "/artifacts?withdrawn=true", "artifacts")

    assert (found["name"], found["withdrawn_at"]) == ("spare", "2026-05-01T12:00:00Z")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("artifact_id={docx}", ["shop"]),
        ("artifact_id={pdf}", ["shop", "web"]),
        ("artifact_id={pdf}&outdated=true", ["web"]),
        ("artifact_id={pdf}&outdated=false", ["shop"]),
        ("outdated=true", ["web"]),
        ("outdated=false", ["shop"]),
        ("reported_before=2026-05-02T00:00:00Z", ["shop", "web"]),
        ("reported_before=2026-05-01T11:59:59Z", ["shop"]),
        ("reported_before=2026-05-01T12:00:00Z", ["shop", "web"]),
    ],
)
def test_projects_are_found_by_what_is_active_there(api, world, query, expected):
    Project.objects.filter(pk=world["web"]).update(last_reported_at=NOON)

    found = rows(api, f"/projects?{query.format(**world)}", "projects")

    assert [row["name"] for row in found] == expected


def test_collections_are_found_by_what_they_hold(api, world):
    [office] = rows(api, f"/collections?artifact_id={world['pdf']}", "collections")

    assert (office["id"], office["artifact_count"]) == (world["office"], 2)
    assert rows(api, f"/collections?artifact_id={world['spare']}", "collections") == []


def test_an_artifact_and_a_project_show_what_is_active(api, world):
    pdf = api.get(f"{ROOT}/artifacts/{world['pdf']}").json()
    web = api.get(f"{ROOT}/projects/{world['web']}").json()

    shown = ("deployment_count", "active_deployment_count", "outdated_count")
    assert [pdf[name] for name in shown] == [3, 3, 1]
    assert (pdf["variant_count"], pdf["last_deployed_at"]) == (2, "2026-05-01T14:00:00Z")
    assert [web[name] for name in shown] == [3, 2, 1]


def test_an_artifact_shows_which_collections_and_groups_hold_it(api, world, make_collection, pdf):
    attic = make_collection("Attic", pdf)

    assert api.get(f"{ROOT}/artifacts/{world['pdf']}").json()["collections"] == [
        {"id": attic.pk, "name": "Attic", "groups": []},
        {
            "id": world["office"],
            "name": "Office",
            "groups": [{"id": world["group"], "name": "Forms", "position": 0}],
        },
    ]


def test_variants_are_pairs_of_version_and_digest_and_null_is_a_value(api, pdf, make_project, deploy):
    known = [
        ("1", None),
        ("1", "sha256:a"),
        ("1", "sha256:b"),
        (None, None),
        (None, "sha256:a"),
        (None, None),
    ]
    made = [
        deploy(pdf, make_project(f"p{number}"), deployed_version=version, deployed_digest=digest)
        for number, (version, digest) in enumerate(known)
    ]
    count = lambda: api.get(f"{ROOT}/artifacts/{pdf.pk}").json()["variant_count"]  # noqa: E731

    assert count() == 5
    api.delete(f"{ROOT}/deployments/{made[-1].pk}")
    assert count() == 5
    api.put(f"{ROOT}/deployments/{made[0].pk}", {"status": "inactive"})
    assert count() == 4
    api.put(f"{ROOT}/deployments/{made[1].pk}", {"deployed_version": None, "deployed_digest": "sha256:a"})
    assert count() == 3
    call_command("check_integrity")


@pytest.mark.parametrize(
    ("query", "total", "active", "artifacts", "projects"),
    [
        ("project_id={web}", 3, 2, ["pdf", "docx"], ["web"]),
        ("artifact_id={docx}", 2, 1, ["docx"], ["shop", "web"]),
        ("artifact_type=command", 2, 1, ["docx"], ["shop", "web"]),
        ("collection_id={office}", 5, 4, ["pdf", "docx"], ["web", "shop"]),
        ("group_id={group}", 3, 3, ["pdf"], ["web", "shop"]),
        ("target=codex", 1, 1, ["pdf"], ["web"]),
        ("target=codex&artifact_type=command", 0, 0, [], []),
    ],
)
def test_the_summary_is_narrowed_in_all_its_numbers_alike(
    api, world, query, total, active, artifacts, projects
):
    body = api.get(f"{ROOT}/deployments/summary?{query.format(**world)}").json()

    assert (body["total_deployments"], body["by_status"]["active"]) == (total, active)
    assert sum(body["by_status"].values()) == sum(row["count"] for row in body["by_artifact"]) == total
    assert sum(body["by_sync_status"].values()) == sum(body["by_evidence"].values()) == active
    assert [row["artifact_name"] for row in body["by_artifact"]] == artifacts
    assert sorted(row["project_name"] for row in body["by_project"]) == sorted(projects)
    assert (body["artifact_total"], body["project_total"]) == (len(artifacts), len(projects))
    assert len(body["recent_deployments"]) == total


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?project_id={web}",
        "?artifact_type=command&artifact_type=skill",
        "?artifact_type[]=skill",
        "?group_id={group}&artifact_type=skill",
        "?artifact_id={pdf}&project_id={web}",
    ],
)
def test_a_summary_from_tallies_is_what_counting_says(api, world, monkeypatch, query):
    url = f"{ROOT}/deployments/summary{query.format(**world)}"
    tallied = api.get(url).json()

    monkeypatch.setattr(DeploymentViewSet, "_tallies", lambda *_: None)

    assert tallied == api.get(url).json()
    assert tallied["total_deployments"] > 0


class OfWebBackend(ListFilterBackend):
    def filter_queryset(self, request: Any, queryset: Any, view: Any) -> Any:
        return super().filter_queryset(request, queryset, view).filter(project__name="web")


HOOKS = {
    "get_queryset": lambda _: Deployment.objects.filter(project__name="web"),
    "get_queryset, distinct": lambda _: Deployment.objects.filter(
        project__name="web", artifact__collection_artifacts__isnull=False
    ).distinct(),
    "filter_queryset": lambda view, rows: GenericAPIView.filter_queryset(view, rows).filter(
        project__name="web"
    ),
    "filter_backends": [OfWebBackend],
}


@pytest.mark.parametrize("hook", HOOKS)
def test_a_summary_counts_only_what_the_view_shows(api, world, pdf, make_collection, monkeypatch, hook):
    make_collection("Another", pdf)
    expected = api.get(f"{ROOT}/deployments/summary?project_id={world['web']}").json()

    monkeypatch.setattr(DeploymentViewSet, hook.partition(",")[0], HOOKS[hook])

    assert api.get(f"{ROOT}/deployments/summary").json() == expected


def test_the_tables_of_a_narrowed_summary_are_paged(api, world):
    url = f"{ROOT}/deployments/summary?collection_id={world['office']}&page_size=1"

    first, second = (api.get(f"{url}&page={page}").json() for page in (1, 2))

    assert [body["by_artifact"][0]["artifact_name"] for body in (first, second)] == ["pdf", "docx"]
    assert first["artifact_total"] == second["artifact_total"] == 2


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/deployments?collection_id=col-" + NOWHERE, 404),
        ("/deployments?group_id=grp-" + NOWHERE, 404),
        ("/deployments/summary?artifact_id=art-" + NOWHERE, 404),
        ("/artifacts?project_id=proj-" + NOWHERE, 404),
        ("/projects?artifact_id=art-" + NOWHERE, 404),
        ("/collections?artifact_id=art-" + NOWHERE, 404),
        ("/artifacts?deployed=yes", 400),
        ("/artifacts?varies=", 400),
        ("/artifacts?namespace=a&namespace=b", 400),
        ("/deployments?sync_status=rotten", 400),
        ("/deployments?artifact_type=skill,", 400),
        ("/deployments?deployed_after=yesterday", 400),
        ("/deployments?deployed_after=2026-05-01", 400),
        ("/deployments?deployed_after=2026-05-01T12:00:00", 400),
        ("/deployments?deployed_before=0001-01-01T00:00:00%2B23:59", 400),
        ("/deployments?deployed_before=2026-13-01T00:00:00Z", 400),
        ("/projects?reported_before=", 400),
    ],
)
def test_what_names_nothing_is_404_and_what_makes_no_sense_is_400(api, path, status):
    assert api.get(f"{ROOT}{path}").status_code == status
