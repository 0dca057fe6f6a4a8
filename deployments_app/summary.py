"""The summary of deployments."""

from typing import Any

from django.db.models import F

from deployments_app.comparison import SyncStatus
from deployments_app.models import (
    STATUS_PRECEDENCE,
    ArtifactTally,
    Deployment,
    DeploymentQuerySet,
    DeploymentStatus,
    Evidence,
    ProjectTally,
    TallyQuerySet,
    amounts,
)
from deployments_app.serializers import DeploymentResponseSerializer
from skillmeat_site.api.pagination import page_of
from skillmeat_site.db.transactions import snapshot

RECENT = 5
# What each row of a table shows.
COUNTS = ("count", *DeploymentStatus.values, "outdated")


def deployment_summary(rows: slice, narrowed: DeploymentQuerySet | None = None) -> dict[str, Any]:
    """Deployments in one snapshot, counted by status, artifact and project.

    Args:
        rows: which rows of the two tables.
        narrowed: the deployments that are meant; all of them when None.

    Returns:
        What `DeploymentSummaryResponseSerializer` shows, but the page. Costs six queries. Those of all
        deployments read tallies, however many deployments there are; others count what is meant.
    """
    with snapshot():
        totals = _totals(narrowed)
        artifacts, artifact_total = _table("artifact", ArtifactTally.objects.all(), narrowed, rows)
        projects, project_total = _table("project", ProjectTally.objects.all(), narrowed, rows)
        meant = Deployment.objects.all() if narrowed is None else narrowed
        newest = meant.with_details().newest_first()[:RECENT]
        return {
            "total_deployments": totals["count"],
            "by_status": {status: totals[status] for status in DeploymentStatus.values},
            "by_sync_status": _by_sync_status(totals),
            "by_evidence": _by_evidence(totals),
            "by_artifact": [{**row, "status": _status(row)} for row in artifacts],
            "by_project": projects,
            "artifact_total": artifact_total,
            "project_total": project_total,
            "recent_deployments": DeploymentResponseSerializer(newest, many=True).data,
        }


def _totals(narrowed: DeploymentQuerySet | None) -> dict[str, int]:
    """`amounts` of all deployments that are meant, by name."""
    if narrowed is None:
        return ProjectTally.objects.totals()
    return narrowed.order_by().aggregate(**amounts())


def _by_sync_status(totals: dict[str, int]) -> dict[str, int]:
    known = {
        status.value: totals[f"sync_{status}"] for status in SyncStatus if status is not SyncStatus.UNKNOWN
    }
    return {**known, SyncStatus.UNKNOWN.value: totals["active"] - sum(known.values())}


def _by_evidence(totals: dict[str, int]) -> dict[str, int]:
    reported = totals["reported"]
    return {Evidence.REPORTED.value: reported, Evidence.DECLARED.value: totals["active"] - reported}


def _status(counts: dict[str, Any]) -> str:
    """The status that stands for all deployments of an artifact."""
    return next(status.value for status in STATUS_PRECEDENCE if counts[status])


def _table(
    owner: str, tallies: TallyQuerySet, narrowed: DeploymentQuerySet | None, rows: slice
) -> tuple[list[dict[str, Any]], int]:
    """The counts of each ``owner`` that has any, those with the most first, and how many there are."""
    id, name = f"{owner}_id", {f"{owner}_name": F(f"{owner}__name")}
    counted: Any
    if narrowed is None:
        counted = tallies.values(id, *COUNTS, **name)
    else:
        counts = {key: count for key, count in amounts().items() if key in COUNTS}
        counted = narrowed.order_by().values(id, **name).annotate(**counts).order_by("-count", id)
    total = counted.count()
    return list(page_of(counted, rows.start, min(rows.stop, total), total)), total
