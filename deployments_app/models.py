"""Projects, and the deployments of artifacts to them."""

from __future__ import annotations

from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from collections_app.models import Artifact
from deployments_app.comparison import HAS_SYNC_STATUS, IS_OUTDATED, SYNC_STATUS, SyncStatus
from skillmeat_site.audit.trail import AuditTrail
from skillmeat_site.db.expressions import tallied
from skillmeat_site.db.ids import IdField
from skillmeat_site.db.models import (
    NAME_MAX_LENGTH,
    Timestamped,
    description_field,
    digest_field,
    name_field,
    name_length,
    version_field,
)


class ProjectQuerySet(models.QuerySet["Project"]):
    """Reads of projects."""

    def with_counts(self) -> ProjectQuerySet:
        """Each with ``deployment_count``, ``active_deployment_count`` and ``outdated_count``."""
        return self.annotate(
            deployment_count=tallied(self.model, "count"),
            active_deployment_count=tallied(self.model, "active"),
            outdated_count=tallied(self.model, "outdated"),
        )


class Project(Timestamped):
    """Something that artifacts are deployed to."""

    id = IdField(prefix="proj")
    name = name_field()
    description = description_field()
    # Its repository, such as ``github.com/acme/web``: by this, reports know it.
    # Null when unknown, since an empty one would have to be unique.
    key = models.CharField(max_length=NAME_MAX_LENGTH, null=True, blank=True)  # noqa: DJ001
    last_reported_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ProjectQuerySet.as_manager()
    history = AuditTrail(excluded_fields=["last_reported_at"])

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                name="project_name_unique",
                violation_error_message="A project with this name already exists.",
            ),
            models.UniqueConstraint(
                fields=["key"],
                name="project_key_unique",
                violation_error_message="A project with this key already exists.",
            ),
            name_length(),
        ]
        indexes = [
            models.Index(fields=["created_at", "id"], name="project_created_at"),
            models.Index(fields=["updated_at", "id"], name="project_updated_at"),
            models.Index(fields=["last_reported_at", "id"], name="project_last_reported_at"),
        ]

    def __str__(self) -> str:
        return self.name


class DeploymentStatus(models.TextChoices):
    """The state that a deployment is in."""

    ACTIVE = "active", "Active"
    INACTIVE = "inactive", "Inactive"
    ERROR = "error", "Error"
    PENDING = "pending", "Pending"


# What an artifact's state is in a summary: the first of these that any of its deployments has.
# Live somewhere, else what went wrong last; old errors must not colour a live artifact.
STATUS_PRECEDENCE = (
    DeploymentStatus.ACTIVE,
    DeploymentStatus.ERROR,
    DeploymentStatus.PENDING,
    DeploymentStatus.INACTIVE,
)


class Evidence(models.TextChoices):
    """How it is known what a project has."""

    REPORTED = "reported", "Reported"
    DECLARED = "declared", "Declared"


TARGET_MAX_LENGTH = 50
DEFAULT_TARGET = "default"
# Of one character at least; which agent or profile, such as ``claude_code``.
TARGET_PATTERN = r"^[-a-zA-Z0-9_]+$"


class DeploymentQuerySet(models.QuerySet["Deployment"]):
    """Reads of deployments."""

    def with_details(self) -> DeploymentQuerySet:
        """Each with its artifact and project, ``is_outdated`` and ``sync_status``.

        By subqueries, so that Django joins nothing where only the number of deployments is asked for.
        """
        itself = Deployment.objects.filter(pk=models.OuterRef("pk")).order_by()
        is_outdated = models.ExpressionWrapper(IS_OUTDATED, output_field=models.BooleanField())
        return self.select_related("artifact", "project").annotate(
            is_outdated=models.Subquery(itself.values(value=is_outdated)),
            sync_status=models.Subquery(itself.values(value=SYNC_STATUS)),
        )

    def active(self) -> DeploymentQuerySet:
        """Those that are live now."""
        return self.filter(status=DeploymentStatus.ACTIVE)

    def outdated(self) -> DeploymentQuerySet:
        """Those that are not the latest of their artifact, whatever their status."""
        return self.filter(IS_OUTDATED)

    def totals(self) -> dict[str, int]:
        """`amounts` of all of them, by name. Costs one query, which counts."""
        return self.order_by().aggregate(**amounts())

    def newest_first(self) -> DeploymentQuerySet:
        """By the time of deployment, the last one first."""
        return self.order_by("-deployed_at", "-pk")


class Deployment(models.Model):
    """An event that leaves a record: an artifact was put into a project at some version.

    At most one deployment of an artifact in a project and target is active; the others are its history.
    """

    id = IdField(prefix="dep")
    artifact = models.ForeignKey(
        Artifact, on_delete=models.PROTECT, related_name="deployments", db_index=False
    )
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="deployments", db_index=False)
    target = models.CharField(
        max_length=TARGET_MAX_LENGTH,
        default=DEFAULT_TARGET,
        validators=[RegexValidator(TARGET_PATTERN)],
        help_text="Which agent or profile inside the project has it.",
    )
    deployed_version = version_field()
    deployed_digest = digest_field()
    # The last report found it changed locally.
    is_modified = models.BooleanField(default=False, editable=False)
    evidence = models.CharField(max_length=8, choices=Evidence, default=Evidence.DECLARED, editable=False)
    last_reported_at = models.DateTimeField(null=True, blank=True, editable=False)
    status = models.CharField(max_length=10, choices=DeploymentStatus, default=DeploymentStatus.ACTIVE)
    deployed_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    objects = DeploymentQuerySet.as_manager()
    history = AuditTrail(references=["artifact", "project"], excluded_fields=["last_reported_at"])

    class Meta:
        ordering = ["-deployed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["artifact", "project", "target"],
                condition=Q(status="active"),
                name="deployment_one_active",
                violation_error_message="This artifact is already active in this target of the project.",
            ),
            models.CheckConstraint(
                condition=Q(target__length__range=(1, TARGET_MAX_LENGTH)),
                name="deployment_target_length",
                violation_error_message=f"A target has 1 to {TARGET_MAX_LENGTH} characters.",
            ),
            models.CheckConstraint(
                condition=Q(evidence__in=Evidence.values),
                name="deployment_evidence_known",
                violation_error_message=f"The evidence must be one of {', '.join(Evidence.values)}.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=DeploymentStatus.values),
                name="deployment_status_known",
                violation_error_message=f"The status must be one of {', '.join(DeploymentStatus.values)}.",
            ),
        ]
        indexes = [
            models.Index(fields=["deployed_at", "id"], name="deployment_deployed_at"),
            models.Index(fields=["artifact", "deployed_at", "id"], name="deployment_artifact_deployed"),
            models.Index(fields=["artifact", "updated_at", "id"], name="deployment_artifact_updated"),
            models.Index(fields=["artifact", "status", "id"], name="deployment_artifact_status"),
            models.Index(fields=["project", "deployed_at", "id"], name="deployment_project_deployed"),
            models.Index(fields=["project", "updated_at", "id"], name="deployment_project_updated"),
            models.Index(fields=["project", "status", "id"], name="deployment_project_status"),
            models.Index(fields=["updated_at", "id"], name="deployment_updated_at"),
            models.Index(fields=["status", "deployed_at", "id"], name="deployment_status_deployed"),
            models.Index(fields=["target", "deployed_at", "id"], name="deployment_target_deployed"),
            models.Index(fields=["evidence", "deployed_at", "id"], name="deployment_evidence_deployed"),
            models.Index(
                fields=["deployed_version", "deployed_at", "id"], name="deployment_version_deployed"
            ),
            # What depends on artifact, version, digest, status, target and evidence is counted in it alone,
            # without reading a row.
            models.Index(
                fields=[
                    *("artifact", "status", "deployed_version", "deployed_digest", "is_modified"),
                    *("target", "evidence"),
                ],
                name="deployment_counted",
            ),
            # When an artifact was last deployed, past any number of old deployments.
            models.Index(
                fields=["artifact", "deployed_at", "id"],
                condition=Q(status="active"),
                name="deployment_artifact_active",
            ),
            # The tallies count the variants of an artifact by it.
            models.Index(
                fields=["artifact", "deployed_version", "deployed_digest"],
                condition=Q(status="active"),
                name="deployment_variants",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.artifact} → {self.project}: {self.status}"


def amounts() -> dict[str, models.Aggregate]:
    """What a `Tally` has, counted from deployments: by name, for an aggregation over them."""
    is_active = Q(status=DeploymentStatus.ACTIVE)
    conditions = {status.value: Q(status=status) for status in DeploymentStatus}
    conditions["outdated"] = is_active & IS_OUTDATED
    for status in (SyncStatus.CURRENT, SyncStatus.OUTDATED, SyncStatus.MODIFIED):
        conditions[f"sync_{status}"] = is_active & HAS_SYNC_STATUS[status]
    conditions["reported"] = is_active & Q(evidence=Evidence.REPORTED)
    # Of a column that is never null, and in an index with what is compared.
    counts = {name: models.Count("artifact", filter=condition) for name, condition in conditions.items()}
    return {"count": models.Count("artifact"), **counts}


class TallyQuerySet(models.QuerySet[Any]):
    """Reads of tallies."""

    def totals(self) -> dict[str, int]:
        """The sums of `amounts` over all tallies, by name. Costs one query."""
        return self.order_by().aggregate(**{name: Coalesce(Sum(name), 0) for name in amounts()})


class Tally(models.Model):
    """How many deployments an artifact or a project has; there is none where there are none.

    Kept by triggers (`deployments_app/migrations/0005_tally_triggers.py`); nothing else writes it.
    """

    count = models.IntegerField()
    active = models.IntegerField()
    inactive = models.IntegerField()
    error = models.IntegerField()
    pending = models.IntegerField()
    # Of the active ones: those of which `IS_OUTDATED` is true, those with each `SYNC_STATUS` but "unknown",
    # and those that were reported.
    outdated = models.IntegerField()
    sync_current = models.IntegerField(default=0)
    sync_outdated = models.IntegerField(default=0)
    sync_modified = models.IntegerField(default=0)
    reported = models.IntegerField(default=0)

    objects = TallyQuerySet.as_manager()

    class Meta:
        abstract = True
        default_permissions = ()
        # The one with the most deployments first.
        ordering = ["-count", "pk"]


class ArtifactTally(Tally):
    """The deployments of an artifact, counted."""

    artifact = models.OneToOneField(
        Artifact, on_delete=models.DO_NOTHING, primary_key=True, related_name="tally"
    )
    # How many different pairs of version and digest its active deployments have.
    variants = models.IntegerField(default=0)

    class Meta(Tally.Meta):
        indexes = [models.Index(fields=["-count", "artifact"], name="artifact_tally_largest")]

    def __str__(self) -> str:
        return f"{self.count} of {self.artifact}"


class ProjectTally(Tally):
    """The deployments to a project, counted."""

    project = models.OneToOneField(
        Project, on_delete=models.DO_NOTHING, primary_key=True, related_name="tally"
    )

    class Meta(Tally.Meta):
        indexes = [models.Index(fields=["-count", "project"], name="project_tally_largest")]

    def __str__(self) -> str:
        return f"{self.count} to {self.project}"
