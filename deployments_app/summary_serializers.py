"""What clients get as the summary of deployments."""

from rest_framework import serializers

from collections_app.models import Artifact
from deployments_app.models import DeploymentStatus, Project
from deployments_app.serializers import DEPLOYMENT_EXAMPLE, DeploymentResponseSerializer
from skillmeat_site.api.serializers import PrefixedIdField, StrictChoiceField, StrictIntegerField
from skillmeat_site.openapi.examples import example, example_id

STATUS_COUNTS_EXAMPLE = {"active": 40, "inactive": 4, "error": 1, "pending": 0}
SYNC_STATUS_COUNTS_EXAMPLE = {"current": 30, "outdated": 7, "modified": 1, "unknown": 2}
EVIDENCE_COUNTS_EXAMPLE = {"reported": 35, "declared": 5}
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


@example(**STATUS_COUNTS_EXAMPLE)
class StatusCountsResponseSerializer(serializers.Serializer):
    """How many deployments have each status."""

    active = StrictIntegerField()
    inactive = StrictIntegerField()
    error = StrictIntegerField()
    pending = StrictIntegerField()


@example(**SYNC_STATUS_COUNTS_EXAMPLE)
class SyncStatusCountsResponseSerializer(serializers.Serializer):
    """How many active deployments have each sync status."""

    current = StrictIntegerField()
    outdated = StrictIntegerField()
    modified = StrictIntegerField()
    unknown = StrictIntegerField()


@example(**EVIDENCE_COUNTS_EXAMPLE)
class EvidenceCountsResponseSerializer(serializers.Serializer):
    """How many active deployments were reported, and how many only declared."""

    reported = StrictIntegerField()
    declared = StrictIntegerField()


class _CountsSerializer(StatusCountsResponseSerializer):
    count = StrictIntegerField(help_text="All of its deployments.")
    outdated = StrictIntegerField(help_text="Active ones that are not the latest.")


@example(**ARTIFACT_COUNTS_EXAMPLE)
class ArtifactDeploymentsResponseSerializer(_CountsSerializer):
    """The deployments of one artifact, counted."""

    artifact_id = PrefixedIdField(Artifact)
    artifact_name = serializers.CharField()
    status = StrictChoiceField(
        DeploymentStatus.choices,
        help_text="The first of active, error, pending, inactive that any of its deployments has.",
    )


@example(**PROJECT_COUNTS_EXAMPLE)
class ProjectDeploymentsResponseSerializer(_CountsSerializer):
    """The deployments to one project, counted."""

    project_id = PrefixedIdField(Project)
    project_name = serializers.CharField()


@example(
    total_deployments=45,
    by_status=STATUS_COUNTS_EXAMPLE,
    by_sync_status=SYNC_STATUS_COUNTS_EXAMPLE,
    by_evidence=EVIDENCE_COUNTS_EXAMPLE,
    by_artifact=[ARTIFACT_COUNTS_EXAMPLE],
    by_project=[PROJECT_COUNTS_EXAMPLE],
    artifact_total=1,
    project_total=1,
    page=1,
    page_size=1000,
    recent_deployments=[DEPLOYMENT_EXAMPLE],
)
class DeploymentSummaryResponseSerializer(serializers.Serializer):
    """The deployments that match all filters, counted in one snapshot."""

    total_deployments = StrictIntegerField()
    by_status = StatusCountsResponseSerializer()
    by_sync_status = SyncStatusCountsResponseSerializer(help_text="Of the active ones.")
    by_evidence = EvidenceCountsResponseSerializer(help_text="Of the active ones.")
    by_artifact = ArtifactDeploymentsResponseSerializer(many=True, help_text="The most deployed first.")
    by_project = ProjectDeploymentsResponseSerializer(many=True, help_text="The one with the most first.")
    artifact_total = StrictIntegerField(help_text="Artifacts on all pages.")
    project_total = StrictIntegerField(help_text="Projects on all pages.")
    page = serializers.IntegerField(min_value=1)
    page_size = serializers.IntegerField(min_value=1)
    recent_deployments = DeploymentResponseSerializer(many=True, help_text="The five newest.")
