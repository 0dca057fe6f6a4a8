"""What clients send and get about projects and deployments."""

from typing import Any

from rest_framework import serializers

from collections_app.models import Artifact, ArtifactType
from deployments_app import services
from deployments_app.comparison import SyncStatus
from deployments_app.models import (
    DEFAULT_TARGET,
    TARGET_MAX_LENGTH,
    TARGET_PATTERN,
    Deployment,
    DeploymentStatus,
    Evidence,
    Project,
)
from skillmeat_site.api.history import CHANGE_EXAMPLE, ChangeResponseSerializer
from skillmeat_site.api.serializers import (
    DescriptionField,
    DigestField,
    NameField,
    PatternField,
    PrefixedIdField,
    ResourceRequestSerializer,
    StrictCharField,
    StrictChoiceField,
    StrictIntegerField,
    VersionField,
)
from skillmeat_site.api.values_list import RowSerializer
from skillmeat_site.db.models import NAME_MAX_LENGTH
from skillmeat_site.openapi.examples import CREATED_AT, UPDATED_AT, example, example_id

PROJECT_EXAMPLE = {
    "id": example_id("proj"),
    "name": "web",
    "key": "github.com/acme/web",
    "description": None,
    "deployment_count": 10,
    "active_deployment_count": 8,
    "outdated_count": 3,
    "last_reported_at": UPDATED_AT,
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
    "target": "claude_code",
    "deployed_version": "1.9.0",
    "deployed_digest": "sha256:60303ae22b998861",
    "latest_version": "2.0.0",
    "latest_digest": "sha256:9f86d081884c7d65",
    "is_outdated": True,
    "is_modified": False,
    "sync_status": "outdated",
    "evidence": "reported",
    "last_reported_at": UPDATED_AT,
    "status": "active",
    "deployed_at": CREATED_AT,
    "updated_at": UPDATED_AT,
}


@example(**PROJECT_EXAMPLE)
class ProjectResponseSerializer(RowSerializer):
    """A project."""

    id = PrefixedIdField(Project)
    name = serializers.CharField()
    key = serializers.CharField(allow_null=True, help_text="Its repository; null when unknown.")
    description = serializers.CharField(allow_null=True)
    deployment_count = StrictIntegerField(help_text="How many deployments it has had.")
    active_deployment_count = StrictIntegerField(help_text="How many of them are active.")
    outdated_count = StrictIntegerField(help_text="How many of the active ones are outdated.")
    last_reported_at = serializers.DateTimeField(
        allow_null=True, help_text="When its last report came; null when none did."
    )
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


@example(name="web", description="The shop's front end.")
class ProjectCreateSerializer(ResourceRequestSerializer):
    """A new project."""

    ignores_fields_of = [ProjectResponseSerializer]

    name = NameField()
    description = DescriptionField()
    key = StrictCharField(
        max_length=NAME_MAX_LENGTH,
        required=False,
        allow_null=True,
        help_text="Its repository, such as `github.com/acme/web`; reports know it by that. Null: unknown.",
    )

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


class TargetField(PatternField):
    """A target."""

    def __init__(self, help_text: str = f"`{DEFAULT_TARGET}` when left out.") -> None:
        super().__init__(
            TARGET_PATTERN,
            "Send letters, digits, hyphens and underscores only, such as claude_code.",
            max_length=TARGET_MAX_LENGTH,
            required=False,
            help_text=help_text,
        )


@example(**DEPLOYMENT_EXAMPLE)
class DeploymentResponseSerializer(RowSerializer):
    """A deployment of an artifact to a project."""

    id = PrefixedIdField(Deployment)
    artifact_id = PrefixedIdField(Artifact)
    artifact_name = serializers.CharField(source="artifact.name")
    artifact_type = StrictChoiceField(ArtifactType.choices, source="artifact.type")
    project_id = PrefixedIdField(Project)
    project_name = serializers.CharField(source="project.name")
    target = serializers.CharField(help_text="Which agent or profile inside the project has it.")
    deployed_version = serializers.CharField(allow_null=True, help_text="Null when unknown.")
    deployed_digest = serializers.CharField(allow_null=True, help_text="Null when unknown.")
    latest_version = serializers.CharField(
        source="artifact.latest_version", allow_null=True, help_text="The artifact's, as it is now."
    )
    latest_digest = serializers.CharField(
        source="artifact.latest_digest", allow_null=True, help_text="The artifact's, as it is now."
    )
    is_outdated = serializers.BooleanField(
        help_text="Both versions are known and differ; where one is unknown, both digests, of one scheme."
    )
    is_modified = serializers.BooleanField(help_text="The last report found it changed locally.")
    sync_status = StrictChoiceField(
        SyncStatus.choices,
        help_text="`modified` when it was changed locally, or has the latest version and another digest; "
        "else `outdated`; else `current` when it is the latest; else `unknown`.",
    )
    evidence = StrictChoiceField(
        Evidence.choices,
        help_text="`reported` while the last report of its project and target shows it, else `declared`.",
    )
    last_reported_at = serializers.DateTimeField(
        allow_null=True, help_text="When a report last showed it; null when none did."
    )
    status = StrictChoiceField(DeploymentStatus.choices)
    deployed_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


@example(**CHANGE_EXAMPLE | {"values": {"status": "inactive"}}, status="inactive", deployed_version="1.9.0")
class DeploymentChangeResponseSerializer(ChangeResponseSerializer):
    """A change of a deployment, and what it was from then on."""

    status = StrictChoiceField(DeploymentStatus.choices, source="record.status")
    deployed_version = serializers.CharField(
        source="record.deployed_version", allow_null=True, help_text="Null when unknown."
    )


@example(artifact_id=example_id("art"), project_id=example_id("proj"), deployed_version="2.0.0")
class DeploymentCreateSerializer(ResourceRequestSerializer):
    """A new deployment."""

    ignores_fields_of = [DeploymentResponseSerializer]

    artifact_id = PrefixedIdField(Artifact)
    project_id = PrefixedIdField(Project)
    target = TargetField()
    deployed_version = VersionField(help_text="The artifact's latest when left out; null when unknown.")
    deployed_digest = DigestField()
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
    target = TargetField(help_text="May be sent back, not changed.")
    deployed_version = VersionField(
        help_text="Another one sets `deployed_at`, and clears `deployed_digest` unless that is sent too."
    )
    status = StrictChoiceField(DeploymentStatus.choices, required=False)
