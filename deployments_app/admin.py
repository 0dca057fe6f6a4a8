"""Projects and deployments in Django admin."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter, DropdownFilter, FieldTextFilter
from unfold.decorators import display

from deployments_app import services
from deployments_app.comparison import SyncStatus
from deployments_app.models import (
    Deployment,
    DeploymentQuerySet,
    DeploymentStatus,
    Project,
    ProjectQuerySet,
)
from skillmeat_site.admin.base import ServiceAdmin, list_filter_value
from skillmeat_site.admin.forms import UpToDateForm
from skillmeat_site.admin.links import list_link

STATUS_COLOURS = {
    DeploymentStatus.ACTIVE: "success",
    DeploymentStatus.ERROR: "danger",
    DeploymentStatus.PENDING: "info",
}
SYNC_COLOURS = {
    SyncStatus.CURRENT: "success",
    SyncStatus.OUTDATED: "warning",
    SyncStatus.MODIFIED: "info",
}
UNKNOWN = "unknown"
# What is known when a deployment is created, and never changes.
_FIXED = ["artifact", "project", "target"]


@admin.register(Project)
class ProjectAdmin(ServiceAdmin):
    """Projects."""

    list_display = ["name", "key", "deployment_count", "last_reported_at", "created_at", "updated_at"]
    search_fields = ["name", "description", "key"]
    date_hierarchy = "created_at"
    readonly_fields = ["deployment_count", "last_reported_at", "id", "created_at", "updated_at"]
    fields = ["name", "key", "description", *readonly_fields]

    def get_queryset(self, request: HttpRequest) -> ProjectQuerySet:
        """With what the list counts."""
        return Project.objects.with_counts()

    def save_model(self, request: HttpRequest, obj: Project, form: Any, change: bool) -> None:
        """By `update_project` or `create_project`."""
        if change:
            services.update_project(id=obj.pk, **form.changes)
        else:
            obj.pk = services.create_project(**form.cleaned_data).pk

    def delete_model(self, request: HttpRequest, obj: Project) -> None:
        """By `delete_project`."""
        services.delete_project(id=obj.pk)

    @admin.display(description="deployments", ordering="deployment_count")
    def deployment_count(self, project: Any) -> str:
        """How many deployments it has had, and the way to them."""
        return list_link(
            project.deployment_count, "deployments_app_deployment", project__id__exact=project.pk
        )


class DeploymentForm(UpToDateForm):
    """A deployment. Making one active is no error while another is: it takes that one's place."""

    class Meta:
        model = Deployment
        fields = ["artifact", "project", "target", "deployed_version", "deployed_digest", "status"]
        help_texts = {
            "deployed_version": (
                "Empty is unknown; a new deployment then has the artifact's latest version, which this form "
                "shows once it is saved."
            ),
            "deployed_digest": "Such as sha256:9f86d081; empty is unknown. Another version empties it.",
        }

    def _get_validation_exclusions(self) -> set[str]:
        # Without the project the constraint on one active deployment is not checked beforehand.
        return {*super()._get_validation_exclusions(), "project"}  # type: ignore[misc]


class OutdatedFilter(DropdownFilter):
    """Deployments by whether they are the latest; those that were modified locally may be either."""

    title = "outdated"
    parameter_name = "outdated"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """What one can choose."""
        return [("true", "Yes"), ("false", "No")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """What was chosen."""
        chosen = {"true": True, "false": False}.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(is_outdated=chosen)


class SyncStatusFilter(DropdownFilter):
    """Deployments by how they compare with the latest of their artifact."""

    title = "sync status"
    parameter_name = "sync_status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        """What one can choose."""
        return SyncStatus.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """What was chosen."""
        return queryset.filter(sync_status=self.value()) if self.value() else queryset


@admin.register(Deployment)
class DeploymentAdmin(ServiceAdmin):
    """Deployments."""

    form = DeploymentForm
    list_display = [
        *["artifact", "project", "target", "state", "version", "latest_version"],
        *["sync_status", "evidence", "last_reported_at", "deployed_at"],
    ]
    list_filter = [
        "status",
        OutdatedFilter,
        SyncStatusFilter,
        "evidence",
        ("target", FieldTextFilter),
        "artifact__type",
        ("project", AutocompleteSelectFilter),
        ("artifact", AutocompleteSelectFilter),
    ]
    search_fields = ["artifact__name", "project__name", "deployed_version"]
    date_hierarchy = "deployed_at"
    autocomplete_fields = ["artifact", "project"]
    fields = [
        *["artifact", "project", "target", "latest_version", "deployed_version", "deployed_digest", "status"],
        *["sync_status", "is_modified", "evidence", "last_reported_at", "id", "deployed_at", "updated_at"],
    ]
    readonly_fields = [
        *["latest_version", "sync_status", "is_modified", "evidence", "last_reported_at"],
        *["id", "deployed_at", "updated_at"],
    ]

    def lock(self, row: Deployment) -> None:
        """The project and the artifact are what other deployments wait for."""
        services.lock_deployment(row.pk)

    def get_queryset(self, request: HttpRequest) -> DeploymentQuerySet:
        """With what the list shows."""
        return Deployment.objects.with_details().newest_first()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """What was deployed where is fixed."""
        return [*super().get_readonly_fields(request, obj), *(_FIXED if obj else [])]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The artifact or the project whose deployments the user comes from."""
        names = {name: list_filter_value(request, f"{name}__id__exact") for name in ("artifact", "project")}
        return {**names, **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: Deployment, form: Any, change: bool) -> None:
        """By `update_deployment` or `create_deployment`."""
        if change:
            services.update_deployment(id=obj.pk, **form.changes)
        else:
            created = services.create_deployment(
                artifact_id=obj.artifact_id,
                project_id=obj.project_id,
                target=obj.target,
                deployed_version=obj.deployed_version or services.LATEST,
                deployed_digest=obj.deployed_digest,
                status=obj.status,
            )
            obj.pk = created.pk

    def delete_model(self, request: HttpRequest, obj: Deployment) -> None:
        """By `delete_deployment`."""
        services.delete_deployment(id=obj.pk)

    @display(description="status", ordering="status", label=STATUS_COLOURS)
    def state(self, deployment: Deployment) -> str:
        """The status, coloured."""
        return deployment.status

    @display(description="deployed version", ordering="deployed_version")
    def version(self, deployment: Deployment) -> str:
        """What was deployed."""
        return deployment.deployed_version or UNKNOWN

    @display(description="latest version", ordering="artifact__latest_version")
    def latest_version(self, deployment: Deployment) -> str:
        """What the artifact has come to."""
        return deployment.artifact.latest_version or UNKNOWN

    @display(description="sync status", ordering="sync_status", label=SYNC_COLOURS)
    def sync_status(self, deployment: Any) -> str:
        """How it compares with the latest of its artifact, coloured."""
        return str(deployment.sync_status)
