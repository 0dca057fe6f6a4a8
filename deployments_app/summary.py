"""The summary of all deployments."""

from typing import Any

from deployments_app.models import ArtifactTally, Deployment, DeploymentStatus, ProjectTally
from deployments_app.serializers import (
    ArtifactDeploymentsResponseSerializer,
    DeploymentResponseSerializer,
    ProjectDeploymentsResponseSerializer,
)
from skillmeat_site.api.pagination import page_of
from skillmeat_site.db.transactions import snapshot

RECENT = 5


def deployment_summary(rows: slice) -> dict[str, Any]:
    """All deployments in one snapshot, counted by status, artifact and project.

    Args:
        rows: which rows of the two tables.

    Returns:
        What `DeploymentSummaryResponseSerializer` shows, but the page. Costs six queries, which read
        tallies: however many deployments there are.
    """
    with snapshot():
        by_status = dict(zip(DeploymentStatus.values, ProjectTally.objects.totals().get(), strict=True))
        artifacts, artifact_total = _table(ArtifactTally.objects.with_status(), rows)
        projects, project_total = _table(ProjectTally.objects.all(), rows)
        newest = Deployment.objects.with_details().newest_first()[:RECENT]
        return {
            "total_deployments": sum(by_status.values()),
            "by_status": by_status,
            "by_artifact": ArtifactDeploymentsResponseSerializer(artifacts, many=True).data,
            "by_project": ProjectDeploymentsResponseSerializer(projects, many=True).data,
            "artifact_total": artifact_total,
            "project_total": project_total,
            "recent_deployments": DeploymentResponseSerializer(newest, many=True).data,
        }


def _table(tallies: Any, rows: slice) -> tuple[Any, int]:
    total = tallies.count()
    return page_of(tallies, rows.start, min(rows.stop, total), total), total
