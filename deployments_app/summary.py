"""The summary of all deployments."""

from functools import partial
from typing import Any

from deployments_app.models import ArtifactTally, Deployment, DeploymentStatus, ProjectTally
from deployments_app.serializers import (
    ArtifactDeploymentsResponseSerializer,
    DeploymentResponseSerializer,
    ProjectDeploymentsResponseSerializer,
)
from skillmeat_site.api.rows import ListQuery, RowQuery
from skillmeat_site.db.compiled import CompiledQuery, compiled
from skillmeat_site.db.transactions import snapshot

RECENT = 5


def deployment_summary(rows: slice) -> dict[str, Any]:
    """All deployments at one moment, counted by status, artifact and project.

    Args:
        rows: which rows of the two tables.

    Returns:
        What `DeploymentSummaryResponseSerializer` shows, but the page. Costs four queries, and one
        for each table that is longer than the page. They read tallies: however many deployments
        there are.
    """
    by_artifact, by_project, totals, recent = compiled(deployment_summary, _queries)
    with snapshot():
        by_status = dict(zip(DeploymentStatus.values, *totals.rows({}), strict=True))
        artifacts, artifact_total = by_artifact.page({}, rows)
        projects, project_total = by_project.page({}, rows)
        return {
            "total_deployments": sum(by_status.values()),
            "by_status": by_status,
            "by_artifact": artifacts,
            "by_project": projects,
            "artifact_total": artifact_total,
            "project_total": project_total,
            "recent_deployments": recent.shown({}),
        }


_table = partial(ListQuery, ids_first=True, planned_once=True)


def _queries() -> tuple[ListQuery, ListQuery, CompiledQuery, RowQuery]:
    newest = Deployment.objects.with_details().newest_first()[:RECENT]
    return (
        _table(ArtifactTally.objects.with_status(), ArtifactDeploymentsResponseSerializer),
        _table(ProjectTally.objects.all(), ProjectDeploymentsResponseSerializer),
        CompiledQuery(ProjectTally.objects.totals()),
        RowQuery(newest, DeploymentResponseSerializer),
    )
