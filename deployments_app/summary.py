"""The summary of all deployments."""

from typing import Any

from deployments_app.models import STATUS_PRECEDENCE, Deployment, DeploymentStatus
from skillmeat_site.common.db import snapshot

RECENT = 5


def deployment_summary(rows: slice) -> dict[str, Any]:
    """All deployments at one moment, counted by status, artifact and project.

    Args:
        rows: which rows of the two tables.

    Returns:
        What `DeploymentSummaryResponseSerializer` shows, but the page. Costs six queries.
    """
    deployments = Deployment.objects.all()
    with snapshot():
        by_artifact = list(deployments.counted_by("artifact")[rows])
        by_project = list(deployments.counted_by("project")[rows])
        by_status = {status.value: 0 for status in DeploymentStatus} | deployments.count_by_status()
        recent = list(deployments.with_details().newest_first()[:RECENT])
        totals = {f"{owner}_total": deployments.owners(owner) for owner in ("artifact", "project")}
    return {
        "total_deployments": sum(by_status.values()),
        "by_status": by_status,
        "by_artifact": [{**row, "status": _status(row)} for row in by_artifact],
        "by_project": by_project,
        "recent_deployments": recent,
        **totals,
    }


def _status(counts: dict[str, Any]) -> DeploymentStatus:
    return next(status for status in STATUS_PRECEDENCE if counts[status])
