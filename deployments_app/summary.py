"""The summary of deployments."""

from typing import Any

from django.db.models import Model, QuerySet

from collections_app.models import Artifact
from deployments_app.comparison import SyncStatus
from deployments_app.models import (
    STATUS_PRECEDENCE,
    Deployment,
    DeploymentQuerySet,
    DeploymentStatus,
    Evidence,
    Project,
    TallyQuerySet,
    amounts,
)
from deployments_app.serializers import DeploymentResponseSerializer
from skillmeat_site.db.transactions import snapshot

RECENT = 5
# What each row of a table shows.
COUNTS = ("count", *DeploymentStatus.values, "outdated")


def deployment_summary(
    rows: slice,
    deployments: DeploymentQuerySet,
    by_artifact: TallyQuerySet | None = None,
    by_project: TallyQuerySet | None = None,
) -> dict[str, Any]:
    """Deployments in one snapshot, counted by status, artifact and project.

    Args:
        rows: which rows of the two tables.
        deployments: those that are meant.
        by_artifact: the tallies of all artifacts that have any of them, if those tally nothing else.
        by_project: likewise of the projects.

    Returns:
        What `DeploymentSummaryResponseSerializer` shows, but the page. Costs six to eight queries. They read
        the tallies, however many deployments there are; without tallies they count.
    """
    if deployments.query.distinct:
        # Else what is counted for each owner would be distinct too.
        deployments = Deployment.objects.filter(pk__in=deployments.values("pk"))
    with snapshot():
        tallies = by_artifact if by_project is None else by_project
        totals = deployments.totals() if tallies is None else tallies.totals()
        artifacts, artifact_total = _table(Artifact, deployments, by_artifact, rows)
        projects, project_total = _table(Project, deployments, by_project, rows)
        newest = deployments.with_details().newest_first()[:RECENT]
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
    owners: type[Model], deployments: DeploymentQuerySet, tallies: TallyQuerySet | None, rows: slice
) -> tuple[list[dict[str, Any]], int]:
    """The counts of each of ``owners`` that has any, those with the most first, and how many there are."""
    owner = owners._meta.model_name
    id = f"{owner}_id"
    counted: QuerySet[Any, Any]
    if tallies is not None:
        having_any, counted = tallies, tallies.values(id, *COUNTS)
    else:
        having_any = deployments.order_by().values(id).distinct()
        counts = {key: count for key, count in amounts().items() if key in COUNTS}
        counted = deployments.order_by().values(id).annotate(**counts).order_by("-count", id)
    page = list(counted[rows])
    # Names are not joined, and totals counted only if need be: there may be a million rows to group.
    names = dict(owners._base_manager.filter(pk__in=[row[id] for row in page]).values_list("pk", "name"))
    for row in page:
        row[f"{owner}_name"] = names[row[id]]
    is_last = len(page) < rows.stop - rows.start and (page or not rows.start)
    return page, rows.start + len(page) if is_last else having_any.count()
