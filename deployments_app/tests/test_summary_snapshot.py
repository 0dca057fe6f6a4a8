"""The summary shows one moment, also while others write."""

from threading import Thread
from typing import Any

import pytest
from django.db import connection

from deployments_app.models import Deployment, Project

SUMMARY = "/api/v1/deployments/summary"


@pytest.mark.django_db(transaction=True)
def test_the_connection_can_write_again_after_a_summary(api, pdf, web, deploy):
    deploy(pdf, web)

    first = api.get(SUMMARY).json()
    created = api.post("/api/v1/deployments", {"artifact_id": pdf.pk, "project_id": web.pk})
    second = api.get(SUMMARY).json()

    assert (created.status_code, connection.in_atomic_block) == (201, False)
    assert (first["total_deployments"], second["total_deployments"]) == (1, 2)
    assert second["by_status"] == {"active": 1, "inactive": 1, "error": 0, "pending": 0}


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_what_is_written_between_its_queries_is_not_counted(api, pdf, web, deploy):
    deploy(pdf, web)
    before = api.get(SUMMARY).json()
    written: list[str] = []

    def write() -> None:
        project = Project.objects.create(name=f"late {len(written)}")
        written.append(deploy(pdf, project).pk)
        connection.close()

    def write_after_each_query(execute: Any, sql: str, *args: Any) -> Any:
        result = execute(sql, *args)
        if 'FROM "deployments_app_' in sql:
            writer = Thread(target=write)
            writer.start()
            writer.join()
        return result

    with connection.execute_wrapper(write_after_each_query):
        during = api.get(SUMMARY).json()

    assert during == before
    assert Deployment.objects.count() == len(written) + 1 > 2
    assert api.get(SUMMARY).json()["total_deployments"] == len(written) + 1
