"""Filters and orders of the lists of projects and deployments."""

from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from collections_app.filters import ActiveFilter, Group, OutdatedFilter
from collections_app.models import Artifact, ArtifactType, Collection
from deployments_app.comparison import HAS_SYNC_STATUS, IS_OUTDATED, SyncStatus
from deployments_app.models import (
    DeploymentStatus,
    Evidence,
    Project,
)
from skillmeat_site.api.filters import (
    ChoiceFilter,
    ChoicesFilter,
    ConditionFilter,
    ExactFilter,
    PrefixedIdFilter,
    SearchFilter,
    StrictFilterSet,
    TextFilter,
    TimeFilter,
    TotalOrderingFilter,
)


class NotReportedSinceFilter(TimeFilter):
    """Projects whose last report is of that time or older, and those without one."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """The projects."""
        return qs.filter(Q(last_reported_at__lte=value) | Q(last_reported_at=None)) if value else qs


class SyncStatusFilter(ChoicesFilter):
    """Deployments that have one of several of `SyncStatus`."""

    def __init__(self) -> None:
        super().__init__(SyncStatus.values, "Only with one of these; several are alternatives.")

    def filter(self, qs: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        """The deployments."""
        conditions = (HAS_SYNC_STATUS[SyncStatus(status)] for status in value)
        return qs.filter(reduce(or_, conditions)) if value else qs


class ProjectFilterSet(StrictFilterSet):
    """Of ``GET /projects``."""

    search = SearchFilter("name", "description")
    artifact_id = ActiveFilter(
        Artifact, "project", "artifact", "Only projects in which this artifact is active."
    )
    outdated = OutdatedFilter("artifact_id")
    reported_before = NotReportedSinceFilter(
        "last_reported_at", "lte", "Only those whose last report is not newer, or that never had one."
    )
    ordering = TotalOrderingFilter("name", "created_at", "updated_at")


class SummaryFilterSet(StrictFilterSet):
    """Of ``GET /deployments/summary``, and a part of that of ``GET /deployments``."""

    artifact_id = PrefixedIdFilter(Artifact, "artifact", "Only of this artifact.")
    project_id = PrefixedIdFilter(Project, "project", "Only to this project.")
    artifact_type = ChoicesFilter(
        ArtifactType.values,
        "Only of artifacts of these kinds; several are alternatives.",
        field_name="artifact__type",
    )
    collection_id = PrefixedIdFilter(
        Collection,
        "artifact__collection_artifacts__collection",
        "Only of artifacts that this collection holds.",
    )
    group_id = PrefixedIdFilter(
        Group,
        "artifact__collection_artifacts__group_artifacts__group",
        "Only of artifacts that this group holds.",
    )
    target = ExactFilter("Only in exactly this target.", "target")


class DeploymentFilterSet(SummaryFilterSet):
    """Of ``GET /deployments``: at least one of the filters is required."""

    status = ChoicesFilter(DeploymentStatus.values, "Only with one of these; several are alternatives.")
    sync_status = SyncStatusFilter()
    evidence = ChoiceFilter(Evidence.values, "Only with this evidence.")
    deployed_version = TextFilter("Only at this version.")
    outdated = ConditionFilter(IS_OUTDATED, "Whether they are not the latest, whatever their status.")
    namespace = ExactFilter(
        "Only of artifacts of exactly this namespace; empty for those without one.", "artifact__namespace"
    )
    search = SearchFilter("artifact__name", "project__name")
    deployed_after = TimeFilter("deployed_at", "gte", "Only those deployed at this time or later.")
    deployed_before = TimeFilter("deployed_at", "lte", "Only those deployed at this time or earlier.")
    ordering = TotalOrderingFilter(
        *("deployed_at", "updated_at", "status", "artifact_name", "project_name"),
        default=("-deployed_at",),
        columns={"artifact_name": "artifact__name", "project_name": "project__name"},
    )

    def is_valid(self) -> bool:
        """Whether every parameter is valid and at least one filters."""
        filters = [name for name in self.filters if name != "ordering"]
        if not any(self._filters_by(name) for name in filters):
            self.form.add_error(
                None, ValidationError(f"Name one of these at least: {', '.join(filters)}.", code="required")
            )
        return super().is_valid()

    def _filters_by(self, name: str) -> bool:
        """Whether a parameter is sent. An empty search box is no filter; an empty namespace is one."""
        sent = self.data or {}
        is_text = isinstance(self.filters[name], TextFilter) and not isinstance(
            self.filters[name], ExactFilter
        )
        return bool(sent.get(name, "").strip()) if is_text else name in sent or f"{name}[]" in sent
