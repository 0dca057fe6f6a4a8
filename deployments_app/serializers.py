"""What clients send and get about projects and deployments."""

from typing import Any

from rest_framework import serializers

from collections_app.models import Artifact, ArtifactType
from deployments_app import services
from deployments_app.models import Deployment, DeploymentStatus, Project
from skillmeat_site.api.serializers import (
    DescriptionField,
    NameField,
    PrefixedIdField,
    ResourceRequestSerializer,
    StrictChoiceField,
    VersionField,
    WholeNumberField,
)
from skillmeat_site.api.values_list import RowSerializer
from skillmeat_site.openapi.examples import CREATED_AT, UPDATED_AT, example, example_id

PROJECT_EXAMPLE = {
    "id": example_id("proj"),
    "name": "web",
    "description": None,
    "deployment_count": 10,
    "created_at": CREATED_AT,
    "updated_at": UPDATED_AT,
}
DEPLOYMENT_EXAMPLE = {
    "id": example_id("dep"),
    "artifact_id": example_id("art"),
    "artifact_name": "pdf",
    "artifact_type": "skill",
    "project_id": example_id("proj"),
    "project_name": "web",
    "deployed_version": "1.9.0",
    "latest_version": "2.0.0",
    "is_outdated": True,
    "status": "active",
    "deployed_at": CREATED_AT,
    "updated_at": UPDATED_AT,
}
STATUS_COUNTS_EXAMPLE = {"active": 40, "inactive": 4, "error": 1, "pending": 0}
ARTIFACT_COUNTS_EXAMPLE = {
    "artifact_id": example_id("art"),
    "artifact_name": "pdf",
    "count": 45,
    "status": "active",
    **STATUS_COUNTS_EXAMPLE,
    "outdated": 2,
}
PROJECT_COUNTS_EXAMPLE = {
    "project_id": example_id("proj"),
    "project_name": "web",
    "count": 45,
    **STATUS_COUNTS_EXAMPLE,
    "outdated": 2,
}


@example(**PROJECT_EXAMPLE)
class ProjectResponseSerializer(RowSerializer):
    """A project."""

    id = PrefixedIdField(Project)
    name = serializers.CharField()
    description = serializers.CharField(allow_null=True)
    deployment_count = WholeNumberField(help_text="How many deployments it has had.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


@example(name="web", description="The shop's front end.")
class ProjectCreateSerializer(ResourceRequestSerializer):
    """A new project."""

    response_serializer_class = ProjectResponseSerializer
    ignores_fields_of = [ProjectResponseSerializer]

    name = NameField()
    description = DescriptionField()

    def create(self, validated_data: dict[str, Any]) -> Project:
        """Create it by the service."""
        return services.create_project(**validated_data)

    def update(self, instance: Project, validated_data: dict[str, Any]) -> Project:
        """Change it by the service."""
        return services.update_project(id=instance.pk, **validated_data)


@example(description="The shop's front end.")
class ProjectUpdateSerializer(ProjectCreateSerializer):
    """Changes to a project; what is not sent stays."""

    name = NameField(required=False)


@example(**DEPLOYMENT_EXAMPLE)
class DeploymentResponseSerializer(RowSerializer):
    """A deployment of an artifact to a project."""

    id = PrefixedIdField(Deployment)
    artifact_id = PrefixedIdField(Artifact)
    artifact_name = serializers.CharField(source="artifact.name")
    artifact_type = StrictChoiceField(ArtifactType.choices, source="artifact.type")
    project_id = PrefixedIdField(Project)
    project_name = serializers.CharField(source="project.name")
    deployed_version = serializers.CharField(allow_null=True, help_text="Null when unknown.")
    latest_version = serializers.CharField(
        source="artifact.latest_version", allow_null=True, help_text="The artifact's, as it is now."
    )
    is_outdated = serializers.BooleanField(help_text="Both versions are known and differ.")
    status = StrictChoiceField(DeploymentStatus.choices)
    deployed_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


@example(at=CREATED_AT, by="ada", status="active", deployed_version="1.9.0")
class DeploymentChangeResponseSerializer(RowSerializer):
    """What a deployment was from some moment on."""

    at = serializers.DateTimeField(source="history_date")
    by = serializers.CharField(
        source="history_user_id", allow_null=True, help_text="A user name. Null for an import."
    )
    status = StrictChoiceField(DeploymentStatus.choices)
    deployed_version = serializers.CharField(allow_null=True, help_text="Null when unknown.")


@example(artifact_id=example_id("art"), project_id=example_id("proj"), deployed_version="2.0.0")
class DeploymentCreateSerializer(ResourceRequestSerializer):
    """A new deployment."""

    response_serializer_class = DeploymentResponseSerializer
    ignores_fields_of = [DeploymentResponseSerializer]

    artifact_id = PrefixedIdField(Artifact)
    project_id = PrefixedIdField(Project)
    deployed_version = VersionField(help_text="The artifact's latest when left out; null when unknown.")
    status = StrictChoiceField(DeploymentStatus.choices, required=False, help_text="`active` when left out.")

    def create(self, validated_data: dict[str, Any]) -> Deployment:
        """Create it by the service."""
        return services.create_deployment(**validated_data)

    def update(self, instance: Deployment, validated_data: dict[str, Any]) -> Deployment:
        """Change it by the service."""
        return services.update_deployment(id=instance.pk, **validated_data)


@example(status="inactive")
class DeploymentUpdateSerializer(DeploymentCreateSerializer):
    """Changes to a deployment; what is not sent stays."""

    artifact_id = PrefixedIdField(Artifact, required=False, help_text="May be sent back, not changed.")
    project_id = PrefixedIdField(Project, required=False, help_text="May be sent back, not changed.")
    deployed_version = VersionField(help_text="Another one sets `deployed_at`.")
    status = StrictChoiceField(DeploymentStatus.choices, required=False)


@example(**STATUS_COUNTS_EXAMPLE)
class StatusCountsResponseSerializer(RowSerializer):
    """How many deployments have each status."""

    active = WholeNumberField()
    inactive = WholeNumberField()
    error = WholeNumberField()
    pending = WholeNumberField()


class _CountsSerializer(StatusCountsResponseSerializer):
    count = WholeNumberField(help_text="All of its deployments.")
    outdated = WholeNumberField(help_text="Active ones whose version is not the latest.")


@example(**ARTIFACT_COUNTS_EXAMPLE)
class ArtifactDeploymentsResponseSerializer(_CountsSerializer):
    """The deployments of one artifact, counted."""

    artifact_id = PrefixedIdField(Artifact)
    artifact_name = serializers.CharField(source="artifact.name")
    status = StrictChoiceField(
        DeploymentStatus.choices,
        help_text="The first of active, error, pending, inactive that any of its deployments has.",
    )


@example(**PROJECT_COUNTS_EXAMPLE)
class ProjectDeploymentsResponseSerializer(_CountsSerializer):
    """The deployments to one project, counted."""

    project_id = PrefixedIdField(Project)
    project_name = serializers.CharField(source="project.name")


@example(
    total_deployments=45,
    by_status=STATUS_COUNTS_EXAMPLE,
    by_artifact=[ARTIFACT_COUNTS_EXAMPLE],
    by_project=[PROJECT_COUNTS_EXAMPLE],
    artifact_total=1,
    project_total=1,
    page=1,
    page_size=1000,
    recent_deployments=[DEPLOYMENT_EXAMPLE],
)
class DeploymentSummaryResponseSerializer(serializers.Serializer):
    """All deployments, counted in one snapshot."""

    total_deployments = WholeNumberField()
    by_status = StatusCountsResponseSerializer()
    by_artifact = ArtifactDeploymentsResponseSerializer(many=True, help_text="The most deployed first.")
    by_project = ProjectDeploymentsResponseSerializer(many=True, help_text="The one with the most first.")
    artifact_total = WholeNumberField(help_text="Artifacts on all pages.")
    project_total = WholeNumberField(help_text="Projects on all pages.")
    page = serializers.IntegerField(min_value=1)
    page_size = serializers.IntegerField(min_value=1)
    recent_deployments = DeploymentResponseSerializer(many=True, help_text="The five newest.")
