"""Projects, and the deployments of artifacts to them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Case, F, Q, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from collections_app.models import Artifact
from skillmeat_site.audit.trail import AuditTrail
from skillmeat_site.db.expressions import tallied
from skillmeat_site.db.ids import IdField
from skillmeat_site.db.models import (
    Timestamped,
    description_field,
    name_field,
    name_length,
    version_field,
)


class ProjectQuerySet(models.QuerySet["Project"]):
    """Reads of projects."""

    def with_counts(self) -> ProjectQuerySet:
        """Each with ``deployment_count``."""
        return self.annotate(deployment_count=tallied(self.model))


class Project(Timestamped):
    """Something that artifacts are deployed to."""

    id = IdField(prefix="proj")
    name = name_field()
    description = description_field()

    objects = ProjectQuerySet.as_manager()
    history = AuditTrail()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                name="project_name_unique",
                violation_error_message="A project with this name already exists.",
            ),
            name_length(),
        ]
        indexes = [
            models.Index(fields=["created_at", "id"], name="project_created_at"),
            models.Index(fields=["updated_at", "id"], name="project_updated_at"),
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

# Both versions are known and differ. A comparison with null is never true.
IS_OUTDATED = ~Q(deployed_version=F("artifact__latest_version")) & Q(
    deployed_version__isnull=False, artifact__latest_version__isnull=False
)


class DeploymentQuerySet(models.QuerySet["Deployment"]):
    """Reads of deployments."""

    def with_details(self) -> DeploymentQuerySet:
        """Each with its artifact and project, joined, and ``is_outdated``."""
        return self.select_related("artifact", "project").annotate(
            is_outdated=models.ExpressionWrapper(IS_OUTDATED, output_field=models.BooleanField())
        )

    def newest_first(self) -> DeploymentQuerySet:
        """By the time of deployment, the last one first."""
        return self.order_by("-deployed_at", "-pk")


class Deployment(models.Model):
    """An event that leaves a record: an artifact was put into a project at some version.

    At most one deployment of an artifact in a project is active; the others are its history.
    """

    id = IdField(prefix="dep")
    artifact = models.ForeignKey(
        Artifact, on_delete=models.PROTECT, related_name="deployments", db_index=False
    )
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="deployments", db_index=False)
    deployed_version = version_field()
    status = models.CharField(max_length=10, choices=DeploymentStatus, default=DeploymentStatus.ACTIVE)
    deployed_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    objects = DeploymentQuerySet.as_manager()
    history = AuditTrail(references=["artifact", "project"])

    class Meta:
        ordering = ["-deployed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["artifact", "project"],
                condition=Q(status="active"),
                name="deployment_one_active",
                violation_error_message="This artifact already has an active deployment in this project.",
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
        ]

    def __str__(self) -> str:
        return f"{self.artifact} → {self.project}: {self.status}"


class TallyQuerySet(models.QuerySet[Any]):
    """Reads of tallies."""

    def totals(self) -> TallyQuerySet:
        """One row: how many deployments have each status, in the order of `DeploymentStatus`."""
        sums = {f"sum_{status}": Coalesce(Sum(status.value), 0) for status in DeploymentStatus}
        return self.order_by().values(all=Value(1)).annotate(**sums).values_list(*sums)

    def with_status(self) -> TallyQuerySet:
        """Each with the ``status`` that stands for all of its deployments."""
        steps = [When(**{f"{status}__gt": 0}, then=Value(status.value)) for status in STATUS_PRECEDENCE]
        return self.annotate(status=Case(*steps))


class Tally(models.Model):
    """How many deployments an artifact or a project has; there is none where there are none.

    Kept by triggers (`deployments_app/migrations/0002_tallies.py`); nothing else writes it.
    """

    count = models.IntegerField()
    active = models.IntegerField()
    inactive = models.IntegerField()
    error = models.IntegerField()
    pending = models.IntegerField()
    # Active ones whose version is not the latest.
    outdated = models.IntegerField()

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
