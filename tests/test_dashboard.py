import json

import pytest

from deployments_app.services import create_deployment


@pytest.fixture
def page(admin_client, make_artifact, make_collection, make_project):
    pdf = make_artifact("pdf", latest_version="2")
    make_collection("Office", pdf)
    for version, project in (("1", "web"), ("2", "shop")):
        create_deployment(artifact_id=pdf.pk, project_id=make_project(project).pk, deployed_version=version)
    return admin_client.get("/admin/")


def test_it_counts_what_there_is(page):
    counts = {card["title"]: card["count"] for card in page.context["cards"]}
    assert counts == {"Artifacts": 1, "Collections": 1, "Groups": 0, "Projects": 2}
    assert "2 deployments; 1 active ones are not at the latest version." in page.content.decode()


def test_it_draws_the_deployments_by_project_and_artifact(page):
    by_project, by_artifact = (json.loads(chart["data"]) for chart in page.context["charts"])
    assert sorted(by_project["labels"]) == ["shop", "web"]
    assert (by_artifact["labels"], by_artifact["datasets"][0]["data"]) == (["pdf"], [2])


def test_a_viewer_who_is_no_staff_is_asked_to_log_in(client, make_user):
    client.force_login(make_user("viewer", "Viewers"))
    assert client.get("/admin/").url == "/admin/login/?next=/admin/"
