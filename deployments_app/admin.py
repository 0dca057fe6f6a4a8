"""Projects and deployments in Django admin."""

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from unfold.decorators import display

from deployments_app import services
from deployments_app.models import Deployment, DeploymentQuerySet, DeploymentStatus, Project, ProjectQuerySet
from skillmeat_site.admin.base import RowServices, ServiceAdmin


@admin.register(Project)
class ProjectAdmin(ServiceAdmin):
    """Projects."""

    row_services = RowServices(services.create_project, services.update_project, services.delete_project)
    list_display = ["name", "deployment_count", "created_at", "updated_at"]
    search_fields = ["name", "description"]
    date_hierarchy = "created_at"
    readonly_fields = ["id", "created_at", "updated_at"]

    def get_queryset(self, request: HttpRequest) -> ProjectQuerySet:
        """With what the list counts."""
        return Project.objects.with_counts()

    @admin.display(description="deployments", ordering="deployment_count")
    def deployment_count(self, project: Any) -> int:
        """How many deployments it has had."""
        return project.deployment_count


STATUS_COLOURS = {
    DeploymentStatus.ACTIVE: "success",
    DeploymentStatus.ERROR: "danger",
    DeploymentStatus.PENDING: "info",
}
OUTDATED = "outdated"


class DeploymentForm(ModelForm):
    """A deployment. Making one active is no error while another is: it takes that one's place."""

    class Meta:
        model = Deployment
        fields = ["artifact", "project", "deployed_version", "status"]
        help_texts = {"deployed_version": "Left empty, a new deployment has the artifact's latest version."}

    def clean(self) -> None:
        """A new deployment without a version has the latest."""
        artifact = self.cleaned_data.get("artifact")
        if artifact and not self.cleaned_data.get("deployed_version"):
            self.cleaned_data["deployed_version"] = artifact.latest_version

    def _get_validation_exclusions(self) -> set[str]:
        # Without the project the constraint on one active deployment is not checked beforehand.
        return {*super()._get_validation_exclusions(), "project"}  # type: ignore[misc]


@admin.register(Deployment)
class DeploymentAdmin(ServiceAdmin):
    """Deployments."""

    row_services = RowServices(
        services.create_deployment, services.update_deployment, services.delete_deployment
    )
    form = DeploymentForm
    list_display = ["artifact", "project", "state", "deployed_version", "latest_version", "deployed_at"]
    list_filter = ["status", "artifact__type", "project"]
    search_fields = ["artifact__name", "project__name", "deployed_version"]
    date_hierarchy = "deployed_at"
    autocomplete_fields = ["artifact", "project"]
    fields = ["artifact", "project", "deployed_version", "status", "id", "deployed_at", "updated_at"]
    readonly_fields = ["id", "deployed_at", "updated_at"]

    def get_queryset(self, request: HttpRequest) -> DeploymentQuerySet:
        """With what the list shows."""
        return Deployment.objects.with_details().newest_first()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """What was deployed where is fixed."""
        return [*super().get_readonly_fields(request, obj), *(["artifact", "project"] if obj else [])]

    @display(description="status", ordering="status", label=STATUS_COLOURS)
    def state(self, deployment: Deployment) -> str:
        """The status, coloured."""
        return deployment.status

    @display(description="latest version", ordering="is_outdated", label={OUTDATED: "warning"})
    def latest_version(self, deployment: Any) -> tuple[str, str | None]:
        """The artifact's, coloured where the deployment is behind."""
        return (
            OUTDATED if deployment.is_outdated else "current",
            deployment.artifact.latest_version or "unknown",
        )
