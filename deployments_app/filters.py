"""Filters and orders of the lists of projects and deployments."""

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field

from collections_app.models import Artifact
from deployments_app.models import IS_OUTDATED, Deployment, DeploymentStatus, Project
from skillmeat_site.api.filters import (
    ChoicesFilter,
    PrefixedIdFilter,
    SearchFilter,
    StrictFilterSet,
    TextFilter,
    TotalOrderingFilter,
    known_values,
)


class ProjectFilterSet(StrictFilterSet):
    """Of ``GET /projects``."""

    search = SearchFilter("name", "description")
    ordering = TotalOrderingFilter("name", "created_at", "updated_at")


@extend_schema_field({"type": "boolean", "description": "Whether both versions are known and differ."})
class OutdatedFilter(filters.TypedChoiceFilter):
    """``outdated=true`` or ``outdated=false``."""

    def __init__(self) -> None:
        super().__init__(coerce=lambda value: value == "true", **known_values(["true", "false"]))

    def filter(self, qs: QuerySet[Deployment], value: bool | str) -> QuerySet[Deployment]:
        """The deployments that are outdated, or those that are not."""
        if value == "":
            return qs
        return qs.filter(IS_OUTDATED if value else ~IS_OUTDATED)


class DeploymentFilterSet(StrictFilterSet):
    """Of ``GET /deployments``: those of an artifact, of a project, or of both."""

    artifact_id = PrefixedIdFilter(
        Artifact, "artifact", "Only of this artifact. This or `project_id` is required."
    )
    project_id = PrefixedIdFilter(
        Project, "project", "Only to this project. This or `artifact_id` is required."
    )
    status = ChoicesFilter(DeploymentStatus.values, "Only with one of these; several are alternatives.")
    deployed_version = TextFilter("Only at this version.")
    outdated = OutdatedFilter()
    ordering = TotalOrderingFilter("deployed_at", "updated_at", "status", default=("-deployed_at",))

    def is_valid(self) -> bool:
        """Whether every parameter is valid and one of the two that are required is there."""
        sent = self.data or {}
        if not sent.get("artifact_id") and not sent.get("project_id"):
            self.form.add_error(
                None, ValidationError("Name an artifact_id or a project_id.", code="required")
            )
        return super().is_valid()
