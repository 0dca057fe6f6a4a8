"""The snapshot of a summary ends with it; that it is one is tested in `tests.test_one_moment`."""

import pytest
from django.db import connection

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
