"""What clients send and get about reports and catalogues."""

from typing import Any

from rest_framework import serializers

from collections_app.models import ArtifactType
from deployments_app.models import Project
from deployments_app.serializers import DEPLOYMENT_EXAMPLE, DeploymentResponseSerializer, TargetField
from reports_app.models import COMMIT_MAX_LENGTH, TOOL_MAX_LENGTH, Report
from skillmeat_site.api.serializers import (
    MAX_BATCH,
    DescriptionField,
    DigestField,
    NameField,
    PrefixedIdField,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictDateTimeField,
    StrictIntegerField,
    StrictSerializer,
    VersionField,
)
from skillmeat_site.db.models import DESCRIPTION_MAX_LENGTH, NAME_MAX_LENGTH
from skillmeat_site.openapi.examples import UPDATED_AT, example, example_id

PATH_MAX_LENGTH = 1_000
MAX_OFFERED = 5_000
MAX_PROBLEMS = 1_000

ITEM_EXAMPLE = {
    "type": "skill",
    "name": "pdf",
    "namespace": "acme/skills",
    "version": "2.0.0",
    "digest": "sha256:9f86d081884c7d65",
    "is_modified": False,
    "path": ".claude/skills/pdf",
}
PROBLEM_EXAMPLE = {
    "path": ".claude/agents/x.md",
    "code": "broken_front_matter",
    "detail": "Line 3 is no YAML.",
}
ARTIFACT_COUNTS_EXAMPLE = {"created": 1, "updated": 0, "unchanged": 0}
DEPLOYMENT_COUNTS_EXAMPLE = {"created": 1, "updated": 0, "superseded": 0, "retired": 0, "unchanged": 0}
REPORT_EXAMPLE = {
    "id": example_id("rep"),
    "project_id": example_id("proj"),
    "target": "claude_code",
    "tool": "skillmeat 1.0",
    "commit": "9f3c2a1",
    "by": "ci",
    "reported_at": UPDATED_AT,
    "counts": {"artifacts": ARTIFACT_COUNTS_EXAMPLE, "deployments": DEPLOYMENT_COUNTS_EXAMPLE},
    "problems": [PROBLEM_EXAMPLE],
}


class _NamespaceField(StrictCharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=NAME_MAX_LENGTH, **kwargs)


@example(key="github.com/acme/web", name="web")
class ReportedProjectSerializer(StrictSerializer):
    """The project that a report is of: its ``id`` or its ``key``."""

    id = PrefixedIdField(Project, required=False)
    key = StrictCharField(
        max_length=NAME_MAX_LENGTH, required=False, help_text="Its repository, such as `github.com/acme/web`."
    )
    name = StrictCharField(
        max_length=NAME_MAX_LENGTH,
        required=False,
        help_text="Of a project that is made; the last part of the key when left out.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The fields, one of which says which project it is."""
        if ("id" in attrs) == ("key" in attrs):
            raise serializers.ValidationError("Send either id or key.", code="required")
        return attrs


@example(
    **{key: value for key, value in ITEM_EXAMPLE.items() if key in ("type", "name", "version", "digest")}
)
class CatalogItemSerializer(StrictSerializer):
    """An artifact that a source offers."""

    type = StrictChoiceField(ArtifactType.choices)
    name = NameField()
    version = VersionField(help_text="Null when unknown.")
    digest = DigestField()
    description = DescriptionField()
    collection = StrictCharField(
        max_length=NAME_MAX_LENGTH, required=False, help_text="The name of one that it is added to."
    )
    group = StrictCharField(
        max_length=NAME_MAX_LENGTH, required=False, help_text="The name of one of that collection."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The fields; a group is one of a collection."""
        if "group" in attrs and "collection" not in attrs:
            message = "Name the collection of the group."
            raise serializers.ValidationError({"collection": message}, code="required")
        return attrs


@example(**ITEM_EXAMPLE)
class ReportItemSerializer(CatalogItemSerializer):
    """An artifact that a project has."""

    namespace = _NamespaceField(
        required=False, allow_blank=True, help_text="Where it comes from; empty when unknown."
    )
    is_modified = StrictBooleanField(required=False, help_text="Whether it was changed locally.")
    path = StrictCharField(max_length=PATH_MAX_LENGTH, required=False, help_text="Where the project has it.")
    deployed_at = StrictDateTimeField(
        required=False, allow_null=True, help_text="When it was put there; now when left out or null."
    )


@example(**PROBLEM_EXAMPLE)
class ProblemSerializer(StrictSerializer):
    """Something that could not be read."""

    path = StrictCharField(max_length=PATH_MAX_LENGTH)
    code = StrictCharField(max_length=100, help_text="Short and stable; for programs.")
    detail = StrictCharField(max_length=DESCRIPTION_MAX_LENGTH, help_text="For people.")


@example(
    project={"key": "github.com/acme/web", "name": "web"},
    target="claude_code",
    tool="skillmeat 1.0",
    commit="9f3c2a1",
    artifacts=[ITEM_EXAMPLE],
    problems=[PROBLEM_EXAMPLE],
)
class ReportCreateSerializer(StrictSerializer):
    """All that a project has for a target."""

    project = ReportedProjectSerializer()
    create = StrictBooleanField(  # type: ignore[assignment]  # a field, as the contract calls it
        required=False, help_text="`false`: an unknown key is 404."
    )
    target = TargetField()
    tool = StrictCharField(max_length=TOOL_MAX_LENGTH, required=False, allow_blank=True)
    commit = StrictCharField(max_length=COMMIT_MAX_LENGTH, required=False, allow_blank=True)
    dry_run = StrictBooleanField(required=False, help_text="`true`: tell what it would do, and do nothing.")
    artifacts = serializers.ListField(
        child=ReportItemSerializer(),
        max_length=MAX_BATCH,
        help_text="All of them; an empty list is a state too.",
    )
    problems = serializers.ListField(child=ProblemSerializer(), max_length=MAX_PROBLEMS, required=False)


@example(**ARTIFACT_COUNTS_EXAMPLE)
class ReportedArtifactsResponseSerializer(serializers.Serializer):
    """How many artifacts had each outcome."""

    created = StrictIntegerField()
    updated = StrictIntegerField()
    unchanged = StrictIntegerField()


@example(**DEPLOYMENT_COUNTS_EXAMPLE)
class ReportedDeploymentsResponseSerializer(serializers.Serializer):
    """How many deployments had each outcome."""

    created = StrictIntegerField(help_text="None was active there.")
    updated = StrictIntegerField(help_text="What was pending has arrived, or is modified now or no more.")
    superseded = StrictIntegerField(help_text="Took the place of another version or digest.")
    retired = StrictIntegerField(help_text="Was active, and is no longer there.")
    unchanged = StrictIntegerField()


@example(
    project_id=example_id("proj"),
    report_id=example_id("rep"),
    unchanged=False,
    artifacts=ARTIFACT_COUNTS_EXAMPLE,
    deployments=DEPLOYMENT_COUNTS_EXAMPLE,
    outdated=[DEPLOYMENT_EXAMPLE],
    problems=[PROBLEM_EXAMPLE],
)
class ReportReceivedResponseSerializer(serializers.Serializer):
    """What came of a report; in a dry run ids of what does not exist yet are null."""

    project_id = PrefixedIdField(Project, allow_null=True)
    report_id = PrefixedIdField(
        Report,
        allow_null=True,
        help_text="Of the report whose state this one confirms, if it changed nothing.",
    )
    unchanged = serializers.BooleanField(help_text="It says what the last one said, and nothing was written.")
    artifacts = ReportedArtifactsResponseSerializer()
    deployments = ReportedDeploymentsResponseSerializer()
    outdated = DeploymentResponseSerializer(many=True, help_text="What is there and not the latest.")
    problems = ProblemSerializer(many=True)


@example(artifacts=ARTIFACT_COUNTS_EXAMPLE, deployments=DEPLOYMENT_COUNTS_EXAMPLE)
class ReportCountsResponseSerializer(serializers.Serializer):
    """What a report did."""

    artifacts = ReportedArtifactsResponseSerializer()
    deployments = ReportedDeploymentsResponseSerializer()


@example(**REPORT_EXAMPLE)
class ReportResponseSerializer(serializers.Serializer):
    """A report that was received."""

    id = PrefixedIdField(Report)
    project_id = PrefixedIdField(Project)
    target = serializers.CharField()
    tool = serializers.CharField()
    commit = serializers.CharField()
    by = serializers.CharField(help_text="The name of the user who sent it.")
    reported_at = serializers.DateTimeField()
    counts = ReportCountsResponseSerializer()
    problems = ProblemSerializer(many=True)


@example(
    namespace="acme/skills",
    url="https://github.com/acme/skills",
    artifacts=[{"type": "skill", "name": "pdf", "version": "2.1.0", "digest": "sha256:60303ae22b998861"}],
)
class CatalogCreateSerializer(StrictSerializer):
    """All that a source offers."""

    namespace = _NamespaceField(help_text="Of the source, such as `acme/skills`.")
    url = StrictCharField(max_length=PATH_MAX_LENGTH, required=False, allow_blank=True)
    commit = StrictCharField(max_length=COMMIT_MAX_LENGTH, required=False, allow_blank=True)
    dry_run = StrictBooleanField(required=False, help_text="`true`: tell what it would do, and do nothing.")
    artifacts = serializers.ListField(child=CatalogItemSerializer(), max_length=MAX_OFFERED)


@example(**ARTIFACT_COUNTS_EXAMPLE, withdrawn=0)
class CataloguedArtifactsResponseSerializer(ReportedArtifactsResponseSerializer):
    """How many artifacts had each outcome."""

    withdrawn = StrictIntegerField(help_text="The catalogue no longer has them.")


@example(namespace="acme/skills", artifacts={**ARTIFACT_COUNTS_EXAMPLE, "withdrawn": 0}, newly_outdated=3)
class CatalogReceivedResponseSerializer(serializers.Serializer):
    """What came of a catalogue."""

    namespace = serializers.CharField()
    artifacts = CataloguedArtifactsResponseSerializer()
    newly_outdated = StrictIntegerField(help_text="Active deployments that are outdated from now on.")
