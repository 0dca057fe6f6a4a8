"""At most one deployment of an artifact in a project is active."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from deployments_app.models import Deployment

DEPLOYMENTS = "/api/v1/deployments"


def url_of(deployment: Deployment) -> str:
    return f"{DEPLOYMENTS}/{deployment.pk}"


def statuses(*deployments: Deployment) -> list[str]:
    by_id = dict(Deployment.objects.values_list("pk", "status"))
    return [by_id[deployment.pk] for deployment in deployments]


def post(api: Any, artifact: Any, project: Any, **fields: Any) -> Any:
    return api.post(DEPLOYMENTS, {"artifact_id": artifact.pk, "project_id": project.pk, **fields})


@pytest.mark.parametrize("sent", [{}, {"status": "active"}])
def test_a_new_active_deployment_makes_the_one_before_it_inactive(api, pdf, web, deploy, sent):
    older = deploy(pdf, web, deployed_version="1.0.0")
    before = api.get(url_of(older)).json()

    response = post(api, pdf, web, **sent)

    after = api.get(url_of(older)).json()
    assert (response.status_code, response.json()["status"]) == (201, "active")
    assert after == {**before, "status": "inactive", "updated_at": after["updated_at"]}
    assert after["updated_at"] > before["updated_at"]


@pytest.mark.parametrize("method", ["put", "patch"])
@pytest.mark.parametrize("status", ["inactive", "error", "pending"])
def test_a_deployment_that_becomes_active_makes_the_one_before_it_inactive(
    api, pdf, web, deploy, method, status
):
    waiting = deploy(pdf, web, status=status)
    running = deploy(pdf, web)
    before = api.get(url_of(running)).json()

    response = getattr(api, method)(url_of(waiting), {"status": "active"})

    after = api.get(url_of(running)).json()
    assert (response.status_code, response.json()["status"]) == (200, "active")
    assert after == {**before, "status": "inactive", "updated_at": after["updated_at"]}
    assert after["updated_at"] > before["updated_at"]


def test_the_history_stays(api, pdf, web):
    versions = ["1.0", "1.1", "1.0", "2.0"]
    for version in versions:
        post(api, pdf, web, deployed_version=version)

    rows = api.get(f"{DEPLOYMENTS}?artifact_id={pdf.pk}&ordering=deployed_at").json()["deployments"]

    assert [row["deployed_version"] for row in rows] == versions
    assert [row["status"] for row in rows] == ["inactive", "inactive", "inactive", "active"]


@pytest.mark.parametrize("status", ["pending", "error", "inactive"])
def test_a_new_deployment_that_is_not_active_leaves_the_active_one(api, pdf, web, deploy, status):
    running = deploy(pdf, web)
    before = api.get(url_of(running)).json()

    assert post(api, pdf, web, status=status).json()["status"] == status

    assert api.get(url_of(running)).json() == before


@pytest.mark.parametrize("status", ["pending", "error"])
def test_a_deployment_that_changes_to_something_else_leaves_the_active_one(api, pdf, web, deploy, status):
    other = deploy(pdf, web, status="inactive")
    running = deploy(pdf, web)

    assert api.put(url_of(other), {"status": status}).status_code == 200

    assert statuses(other, running) == [status, "active"]


def test_only_the_active_one_is_superseded(api, pdf, web, deploy):
    rows = [deploy(pdf, web, status=status) for status in ("error", "pending", "inactive", "active")]
    untouched = list(Deployment.objects.exclude(status="active").order_by("pk").values())

    post(api, pdf, web)

    assert statuses(*rows) == ["error", "pending", "inactive", "inactive"]
    assert list(Deployment.objects.filter(pk__in=[row.pk for row in rows[:3]]).order_by("pk").values()) == (
        untouched
    )


def test_other_projects_and_other_artifacts_stay_active(api, pdf, docx, web, shop, deploy):
    elsewhere, another = deploy(pdf, shop), deploy(docx, web)
    waiting = deploy(pdf, web, status="pending")
    before = [api.get(url_of(row)).json() for row in (elsewhere, another)]

    post(api, pdf, web)
    api.put(url_of(waiting), {"status": "active"})

    assert [api.get(url_of(row)).json() for row in (elsewhere, another)] == before


def test_an_active_deployment_may_be_told_again_that_it_is_active(api, pdf, web, deploy):
    running = deploy(pdf, web)
    before = api.get(url_of(running)).json()

    response = api.put(url_of(running), {"status": "active"})

    assert (response.status_code, response.json()) == (200, before)


def test_a_new_version_of_the_active_one_keeps_it_active(api, pdf, web, deploy):
    older, running = deploy(pdf, web), deploy(pdf, web)

    api.patch(url_of(running), {"deployed_version": "9.9", "status": "active"})

    assert statuses(older, running) == ["inactive", "active"]


def test_a_refused_update_supersedes_nothing(api, pdf, web, shop, deploy):
    waiting, running = deploy(pdf, web, status="pending"), deploy(pdf, web)

    response = api.put(url_of(waiting), {"status": "active", "project_id": shop.pk})

    assert response.status_code == 400
    assert statuses(waiting, running) == ["pending", "active"]


def test_deleting_the_active_one_revives_nothing(api, pdf, web, deploy):
    older, running = deploy(pdf, web), deploy(pdf, web)

    api.delete(url_of(running))

    assert statuses(older) == ["inactive"]


def test_the_database_refuses_to_insert_a_second_active_row(pdf, web, deploy):
    running = deploy(pdf, web)

    with pytest.raises(IntegrityError), transaction.atomic():
        Deployment.objects.create(artifact=pdf, project=web, status="active")

    assert list(Deployment.objects.values_list("pk", "status")) == [(running.pk, "active")]


def test_the_database_refuses_to_update_a_second_row_to_active(pdf, web, deploy):
    older, running = deploy(pdf, web), deploy(pdf, web)

    with pytest.raises(IntegrityError), transaction.atomic():
        Deployment.objects.filter(pk=older.pk).update(status="active")

    assert statuses(older, running) == ["inactive", "active"]


def test_the_database_refuses_a_status_that_does_not_exist(pdf, web, deploy):
    running = deploy(pdf, web)

    with pytest.raises(IntegrityError), transaction.atomic():
        Deployment.objects.filter(pk=running.pk).update(status="broken")

    assert statuses(running) == ["active"]


def test_the_database_allows_any_number_of_other_rows(pdf, web):
    for status in ("inactive", "error", "pending"):
        Deployment.objects.create(artifact=pdf, project=web, status=status)
        Deployment.objects.create(artifact=pdf, project=web, status=status)

    assert Deployment.objects.count() == 6
