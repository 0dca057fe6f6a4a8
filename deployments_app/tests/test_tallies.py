"""The database tallies deployments by itself, whoever writes them."""

from typing import Any

import pytest
from django.core.management import call_command

from collections_app.models import Artifact
from deployments_app.models import ArtifactTally, Deployment, DeploymentStatus, ProjectTally

ROOT = "/api/v1"


@pytest.fixture(autouse=True)
def exact(db: None) -> Any:
    """Whatever a test does, the tallies are what anybody would count afterwards."""
    yield
    call_command("check_integrity")


def tally(owner: Any) -> dict[str, int]:
    kind = ArtifactTally if isinstance(owner, Artifact) else ProjectTally
    row = kind.objects.filter(pk=owner.pk).values().first() or {}
    known = ("count", *DeploymentStatus.values, "outdated")
    return {name: row[name] for name in known if row.get(name)}


def test_a_deployment_counts_for_its_artifact_and_its_project(deploy, pdf, docx, web):
    deploy(pdf, web)
    deploy(docx, web, status=DeploymentStatus.ERROR)
    assert tally(pdf) == {"count": 1, "active": 1}
    assert tally(web) == {"count": 2, "active": 1, "error": 1}


def test_a_new_deployment_makes_the_one_before_it_inactive_in_the_tallies_too(deploy, pdf, web):
    deploy(pdf, web, deployed_version="1.0")
    deploy(pdf, web)
    assert tally(pdf) == tally(web) == {"count": 2, "active": 1, "inactive": 1}


def test_an_active_deployment_of_another_version_is_outdated(deploy, pdf, web, shop):
    deploy(pdf, web, deployed_version="1.0")
    deploy(pdf, shop, deployed_version="1.0", status=DeploymentStatus.PENDING)
    assert tally(pdf) == {"count": 2, "active": 1, "pending": 1, "outdated": 1}


def test_a_new_version_of_an_artifact_outdates_its_deployments_everywhere(api, deploy, pdf, web, shop):
    deploy(pdf, web)
    deploy(pdf, shop, deployed_version="3.0")
    api.patch(f"{ROOT}/artifacts/{pdf.pk}", {"latest_version": "3.0"})
    assert (tally(web).get("outdated"), tally(shop).get("outdated")) == (1, None)
    assert tally(pdf)["outdated"] == 1


@pytest.mark.parametrize("versions", [(None, "2.0.0"), ("2.0.0", None), ("1", "2"), (None, None), ("2.0.0",)])
def test_an_unknown_latest_version_outdates_nothing(api, deploy, pdf, web, versions):
    deploy(pdf, web)
    for version in versions:
        api.patch(f"{ROOT}/artifacts/{pdf.pk}", {"latest_version": version})
    assert tally(web).get("outdated", 0) == (versions[-1] not in (None, "2.0.0"))


def test_where_the_last_deployment_is_deleted_no_tally_is_left(api, deploy, pdf, web):
    made = deploy(pdf, web)
    api.delete(f"{ROOT}/deployments/{made.pk}")
    assert not ArtifactTally.objects.exists()
    assert not ProjectTally.objects.exists()
    assert api.delete(f"{ROOT}/artifacts/{pdf.pk}").status_code == 204
    assert api.delete(f"{ROOT}/projects/{web.pk}").status_code == 204


def test_rows_that_are_written_past_the_services_count_too(pdf, docx, web, shop):
    Deployment.objects.bulk_create(
        Deployment(artifact=artifact, project=project, deployed_version="1", status=status)
        for artifact in (pdf, docx)
        for project in (web, shop)
        for status in DeploymentStatus
    )
    assert tally(web) == {"count": 8, "active": 2, "inactive": 2, "error": 2, "pending": 2, "outdated": 2}
    Deployment.objects.filter(status=DeploymentStatus.ACTIVE).update(status=DeploymentStatus.ERROR)
    Deployment.objects.filter(artifact=pdf).update(project=shop)
    assert tally(shop)["count"] == 12
    Artifact.objects.update(latest_version="4")
    Deployment.objects.filter(project=web).delete()
    assert tally(web) == {}
