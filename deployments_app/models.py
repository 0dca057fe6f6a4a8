"""Projects, and the deployments of artifacts to them."""

from __future__ import annotations

from django.db import models
from django.db.models import Count, F, Q
from django.utils import timezone

from collections_app.models import Artifact
from skillmeat_site.audit.trail import AuditTrail
from skillmeat_site.common.counting import count_of
from skillmeat_site.common.ids import IdField
from skillmeat_site.common.models import (
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
        return self.annotate(deployment_count=count_of(self.model, "deployments"))


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

    def count_by_status(self) -> dict[str, int]:
        """How many rows have each status that occurs."""
        return dict(self.order_by().values_list("status").annotate(n=Count("*")))

    def owners(self, owner: str) -> int:
        """How many artifacts or projects have deployments."""
        return self.aggregate(n=Count(owner, distinct=True))["n"]

    def counted_by(self, owner: str) -> models.QuerySet[Deployment, dict[str, object]]:
        """One row per artifact or project, the one with the most deployments first.

        Args:
            owner: ``artifact`` or ``project``.

        Returns:
            Rows with ``{owner}_id``, ``{owner}_name``, ``count``, a count for each status, and
            ``outdated``: the active ones whose version is not the latest.
        """
        return (
            self.values(f"{owner}_id", **{f"{owner}_name": F(f"{owner}__name")})
            .annotate(
                count=Count("*"),
                **{status.value: Count("pk", filter=Q(status=status)) for status in DeploymentStatus},
                outdated=Count("pk", filter=IS_OUTDATED & Q(status=DeploymentStatus.ACTIVE)),
            )
            .order_by("-count", f"{owner}_id")
        )


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
