"""Projects and deployments in Django admin."""

from typing import Any

from django.contrib import admin
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter, DropdownFilter
from unfold.decorators import display

from deployments_app import services
from deployments_app.models import (
    IS_OUTDATED,
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
OUTDATED = "outdated"
CURRENT = "current"
UNKNOWN = "unknown"


@admin.register(Project)
class ProjectAdmin(ServiceAdmin):
    """Projects."""

    list_display = ["name", "deployment_count", "created_at", "updated_at"]
    search_fields = ["name", "description"]
    date_hierarchy = "created_at"
    fields = ["name", "description", "deployment_count", "id", "created_at", "updated_at"]
    readonly_fields = ["deployment_count", "id", "created_at", "updated_at"]

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
        fields = ["artifact", "project", "deployed_version", "status"]
        help_texts = {
            "deployed_version": "Empty is unknown; a new deployment then has the artifact's latest version."
        }

    def _get_validation_exclusions(self) -> set[str]:
        # Without the project the constraint on one active deployment is not checked beforehand.
        return {*super()._get_validation_exclusions(), "project"}  # type: ignore[misc]


class OutdatedFilter(DropdownFilter):
    """Deployments by whether their version is the latest one."""

    title = "version"
    parameter_name = "version"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """What one can choose."""
        return [(OUTDATED, "Outdated"), (CURRENT, "Latest version"), (UNKNOWN, "Unknown")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """What was chosen."""
        conditions = {
            OUTDATED: IS_OUTDATED,
            CURRENT: Q(deployed_version=F("artifact__latest_version")),
            UNKNOWN: Q(deployed_version=None) | Q(artifact__latest_version=None),
        }
        return queryset.filter(conditions.get(self.value() or "", Q()))


@admin.register(Deployment)
class DeploymentAdmin(ServiceAdmin):
    """Deployments."""

    form = DeploymentForm
    list_display = ["artifact", "project", "state", "version", "latest_version", "is_latest", "deployed_at"]
    list_filter = [
        "status",
        OutdatedFilter,
        "artifact__type",
        ("project", AutocompleteSelectFilter),
        ("artifact", AutocompleteSelectFilter),
    ]
    search_fields = ["artifact__name", "project__name", "deployed_version"]
    date_hierarchy = "deployed_at"
    autocomplete_fields = ["artifact", "project"]
    fields = [
        *["artifact", "project", "latest_version", "deployed_version", "status"],
        *["id", "deployed_at", "updated_at"],
    ]
    readonly_fields = ["latest_version", "id", "deployed_at", "updated_at"]

    def lock(self, row: Deployment) -> None:
        """The project and the artifact are what other deployments wait for."""
        services.lock_deployment(row.pk)

    def get_queryset(self, request: HttpRequest) -> DeploymentQuerySet:
        """With what the list shows."""
        return Deployment.objects.with_details().newest_first()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """What was deployed where is fixed."""
        return [*super().get_readonly_fields(request, obj), *(["artifact", "project"] if obj else [])]

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
                deployed_version=obj.deployed_version or services.LATEST,
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

    @display(description="version is", label={OUTDATED: "warning", CURRENT: "success"})
    def is_latest(self, deployment: Any) -> str:
        """How the two versions compare."""
        if not (deployment.deployed_version and deployment.artifact.latest_version):
            return UNKNOWN
        return OUTDATED if deployment.is_outdated else CURRENT
