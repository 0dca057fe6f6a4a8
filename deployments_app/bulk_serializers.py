"""What clients send and get about many deployments at once."""

from typing import Any

from rest_framework import serializers

from collections_app.models import Artifact, Collection
from deployments_app.bulk import ACTION_CHOICES
from deployments_app.filters import Group
from deployments_app.models import Deployment, DeploymentStatus, Project
from deployments_app.serializers import DEPLOYMENT_EXAMPLE, DeploymentResponseSerializer, TargetField
from skillmeat_site.api.serializers import (
    PrefixedIdField,
    PrefixedIdListField,
    StrictBooleanField,
    StrictChoiceField,
    StrictIntegerField,
    StrictSerializer,
    VersionField,
)
from skillmeat_site.openapi.examples import example, example_id

STEP_EXAMPLE = {
    "artifact_id": example_id("art"),
    "artifact_name": "pdf",
    "project_id": example_id("proj"),
    "project_name": "web",
    "target": "default",
    "action": "update",
    "from_version": "1.9.0",
    "to_version": "2.0.0",
    "deployment_id": None,
}
STEP_COUNTS_EXAMPLE = {"deploy": 0, "update": 1, "unchanged": 0}


@example(deployment_ids=[example_id("dep")], status="inactive")
class BulkUpdateSerializer(StrictSerializer):
    """Changes to several deployments: ``deployed_version`` or ``to_latest``, not both."""

    deployment_ids = PrefixedIdListField(Deployment)
    status = StrictChoiceField(DeploymentStatus.choices, required=False)
    deployed_version = VersionField(help_text="Null when unknown. Another one sets `deployed_at`.")
    to_latest = StrictBooleanField(required=False, help_text="Each gets its artifact's latest version.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The fields, of which only one says the version."""
        if attrs.get("to_latest") and "deployed_version" in attrs:
            message = "Send either deployed_version or to_latest."
            raise serializers.ValidationError({"to_latest": message}, code="repeated")
        return attrs


@example(deployment_ids=[example_id("dep")], status="active", deployed_version="2.0.0")
class BulkUpdateToVersionSerializer(BulkUpdateSerializer):
    """One status, or one version, for all of them."""

    to_latest = None  # type: ignore[assignment]  # how DRF leaves a field out


@example(deployment_ids=[example_id("dep")], to_latest=True)
class BulkUpdateToLatestSerializer(BulkUpdateSerializer):
    """The latest version of its artifact for each of them."""

    deployed_version = None  # type: ignore[assignment]
    to_latest = StrictBooleanField(help_text="Each gets its artifact's latest version.")


@example(deployments=[DEPLOYMENT_EXAMPLE])
class BulkUpdateResponseSerializer(serializers.Serializer):
    """The deployments as they are now, in request order."""

    deployments = DeploymentResponseSerializer(many=True)


class RolloutSerializer(StrictSerializer):
    """What to deploy where: the artifacts are named, or those of a group, or those of a collection."""

    artifact_ids = PrefixedIdListField(Artifact, required=False)
    group_id = PrefixedIdField(Group, required=False)
    collection_id = PrefixedIdField(Collection, required=False)
    project_ids = PrefixedIdListField(Project)
    target = TargetField()
    deployed_version = VersionField(help_text="Each artifact's latest when left out or null.")
    status = StrictChoiceField(DeploymentStatus.choices, required=False, help_text="`active` when left out.")
    dry_run = StrictBooleanField(required=False, help_text="`true`: only show the plan.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The fields."""
        if len({"artifact_ids", "group_id", "collection_id"} & attrs.keys()) != 1:
            message = "Send exactly one of artifact_ids, group_id and collection_id."
            raise serializers.ValidationError(message, code="required")
        return attrs


@example(artifact_ids=[example_id("art")], project_ids=[example_id("proj")], dry_run=True)
class RolloutOfArtifactsSerializer(RolloutSerializer):
    """A rollout of some artifacts."""

    artifact_ids = PrefixedIdListField(Artifact)
    group_id = None  # type: ignore[assignment]
    collection_id = None  # type: ignore[assignment]


@example(group_id=example_id("grp"), project_ids=[example_id("proj")])
class RolloutOfGroupSerializer(RolloutSerializer):
    """A rollout of what a group holds."""

    artifact_ids = None  # type: ignore[assignment]
    group_id = PrefixedIdField(Group)
    collection_id = None  # type: ignore[assignment]


@example(collection_id=example_id("col"), project_ids=[example_id("proj")])
class RolloutOfCollectionSerializer(RolloutSerializer):
    """A rollout of what a collection holds."""

    artifact_ids = None  # type: ignore[assignment]
    group_id = None  # type: ignore[assignment]
    collection_id = PrefixedIdField(Collection)


@example(**STEP_EXAMPLE)
class RolloutStepResponseSerializer(serializers.Serializer):
    """What a rollout does with one artifact in one project."""

    artifact_id = PrefixedIdField(Artifact, source="artifact.pk")
    artifact_name = serializers.CharField(source="artifact.name")
    project_id = PrefixedIdField(Project, source="project.pk")
    project_name = serializers.CharField(source="project.name")
    target = serializers.CharField()
    action = StrictChoiceField(
        ACTION_CHOICES,
        help_text="`deploy` where nothing is active, `update` where another version is, else `unchanged`.",
    )
    from_version = serializers.CharField(
        allow_null=True, help_text="What is active before; null when unknown."
    )
    to_version = serializers.CharField(
        allow_null=True, help_text="What is there afterwards; null when unknown."
    )
    deployment_id = PrefixedIdField(
        Deployment, allow_null=True, help_text="Of what is there afterwards; null in a dry run."
    )


@example(**STEP_COUNTS_EXAMPLE)
class RolloutCountsResponseSerializer(serializers.Serializer):
    """How many steps of a rollout have each action."""

    deploy = StrictIntegerField()
    update = StrictIntegerField()  # type: ignore[assignment]  # a field, as the contract calls it
    unchanged = StrictIntegerField()


@example(dry_run=True, counts=STEP_COUNTS_EXAMPLE, plan=[STEP_EXAMPLE])
class RolloutResponseSerializer(serializers.Serializer):
    """What a rollout did, or would do, artifact by artifact."""

    dry_run = serializers.BooleanField()
    counts = RolloutCountsResponseSerializer()
    plan = RolloutStepResponseSerializer(many=True)
