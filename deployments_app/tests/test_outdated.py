"""``is_outdated`` and ``latest_version``: derived from the artifact whenever they are read."""

import pytest

DEPLOYMENTS = "/api/v1/deployments"


@pytest.mark.parametrize(
    ("deployed", "latest", "outdated"),
    [
        ("1.0", "1.0", False),
        ("1.0", "1.1", True),
        ("1.1", "1.0", True),
        ("1.0", "1.00", True),
        ("v1", "V1", True),
        (None, "1.0", False),
        ("1.0", None, False),
        (None, None, False),
    ],
)
@pytest.mark.parametrize("status", ["active", "inactive", "error", "pending"])
def test_outdated_means_both_versions_are_known_and_differ(
    api, make_artifact, web, deploy, deployed, latest, outdated, status
):
    artifact = make_artifact("pdf", latest_version=latest)
    deployment = deploy(artifact, web, deployed_version=deployed, status=status)

    detail = api.get(f"{DEPLOYMENTS}/{deployment.pk}").json()
    listed = api.get(f"{DEPLOYMENTS}?project_id={web.pk}").json()["deployments"]
    by_filter = {
        wanted: api.get(f"{DEPLOYMENTS}?project_id={web.pk}&outdated={wanted}").json()["total"]
        for wanted in ("true", "false")
    }

    assert (detail["deployed_version"], detail["latest_version"]) == (deployed, latest)
    assert detail["is_outdated"] is outdated
    assert listed == [detail]
    assert by_filter == {"true": int(outdated), "false": int(not outdated)}


def test_a_new_version_of_the_artifact_shows_at_once_and_touches_no_deployment(api, pdf, web, deploy):
    url = f"{DEPLOYMENTS}/{deploy(pdf, web).pk}"
    before = api.get(url).json()

    api.patch(f"/api/v1/artifacts/{pdf.pk}", {"latest_version": "3.0.0"})

    assert (before["latest_version"], before["is_outdated"]) == ("2.0.0", False)
    after = {"latest_version": "3.0.0", "is_outdated": True, "sync_status": "outdated"}
    assert api.get(url).json() == {**before, **after}


def test_deploying_the_latest_version_ends_being_outdated(api, pdf, web, deploy):
    deployment = deploy(pdf, web, deployed_version="1.0.0")

    response = api.patch(f"{DEPLOYMENTS}/{deployment.pk}", {"deployed_version": "2.0.0"})

    assert response.json()["is_outdated"] is False


def test_a_new_deployment_of_an_old_version_is_outdated_from_the_start(api, pdf, web):
    sent = {"artifact_id": pdf.pk, "project_id": web.pk, "deployed_version": "1.0.0"}

    assert api.post(DEPLOYMENTS, sent).json()["is_outdated"] is True


def test_the_artifacts_new_name_and_type_show_at_once(api, pdf, web, deploy):
    url = f"{DEPLOYMENTS}/{deploy(pdf, web).pk}"

    api.patch(f"/api/v1/artifacts/{pdf.pk}", {"name": "pdf-tools", "type": "agent"})
    api.patch(f"/api/v1/projects/{web.pk}", {"name": "website"})

    body = api.get(url).json()
    assert (body["artifact_name"], body["artifact_type"]) == ("pdf-tools", "agent")
    assert body["project_name"] == "website"
