"""Artifacts, the collections they are kept in, and their membership."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.utils import timezone

from skillmeat_site.audit.trail import AuditTrail
from skillmeat_site.db.expressions import count_of, tallied
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


class ArtifactType(models.TextChoices):
    """The kinds of things that people install for their agents."""

    SKILL = "skill", "Skill"
    COMMAND = "command", "Command"
    AGENT = "agent", "Agent"
    MCP = "mcp", "MCP server"
    HOOK = "hook", "Hook"


class ArtifactQuerySet(models.QuerySet["Artifact"]):
    """Reads of artifacts."""

    def with_counts(self) -> ArtifactQuerySet:
        """Each with ``collection_count``, and what its deployments come to.

        Those are ``deployment_count``, and of the active ones ``active_deployment_count``,
        ``outdated_count``, ``variant_count`` and ``last_deployed_at``.
        """
        # Known by the relation's name only: deployments_app builds on this app.
        deployments: Any = self.model._meta.get_field("deployments").related_model
        active = deployments.objects.active().filter(artifact=models.OuterRef("pk")).newest_first()
        return self.annotate(
            collection_count=count_of(self.model, "collection_artifacts"),
            deployment_count=tallied(self.model, "count"),
            active_deployment_count=tallied(self.model, "active"),
            outdated_count=tallied(self.model, "outdated"),
            variant_count=tallied(self.model, "variants"),
            last_deployed_at=models.Subquery(
                active.order_by("-deployed_at", "-pk").values("deployed_at")[:1]
            ),
        )

    def members_of(self, collection_id: str) -> ArtifactQuerySet:
        """The artifacts in a collection, each with ``added_at``, when it joined."""
        return self.filter(collection_artifacts__collection=collection_id).annotate(
            added_at=models.F("collection_artifacts__added_at")
        )


class Artifact(Timestamped):
    """Something that can be collected and deployed, known by its namespace, type and name."""

    id = IdField(prefix="art")
    type = models.CharField(max_length=10, choices=ArtifactType)
    namespace = models.CharField(
        max_length=NAME_MAX_LENGTH,
        blank=True,
        default="",
        help_text="Where it comes from. Empty when unknown.",
    )
    name = name_field()
    description = description_field()
    latest_version = version_field()
    latest_digest = digest_field()
    # When a catalogue last had it, and since when it has it no more.
    catalogued_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ArtifactQuerySet.as_manager()
    history = AuditTrail(excluded_fields=["catalogued_at"])

    class Meta:
        ordering = ["name", "type", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["namespace", "type", "name"],
                name="artifact_unique",
                violation_error_message="An artifact of this type with this name already exists.",
            ),
            models.CheckConstraint(
                condition=models.Q(type__in=ArtifactType.values),
                name="artifact_type_known",
                violation_error_message=f"The type must be one of {', '.join(ArtifactType.values)}.",
            ),
            name_length(),
        ]
        indexes = [
            models.Index(fields=["name", "type", "id"], name="artifact_name"),
            models.Index(fields=["type", "id"], name="artifact_type"),
            models.Index(fields=["type", "name", "id"], name="artifact_type_name"),
            models.Index(fields=["created_at", "id"], name="artifact_created_at"),
            models.Index(fields=["updated_at", "id"], name="artifact_updated_at"),
        ]

    def __str__(self) -> str:
        name = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{name} ({self.type})"

    def held_in(self) -> list[dict[str, Any]]:
        """The collections that hold it, by name. Costs two queries.

        Returns:
            For each ``id``, ``name`` and ``groups``: those of its groups that hold it, by position.
        """
        # Known by the relation's name only: groups_app builds on this app, not the other way round.
        groups: Any = Collection._meta.get_field("groups").related_model
        held = groups.objects.filter(group_artifacts__collection_artifact__artifact=self)
        by_collection: dict[str, list[Any]] = {}
        for group in held.with_positions().order_by("rank", "pk"):
            by_collection.setdefault(group.collection_id, []).append(group)
        collections = Collection.objects.filter(collection_artifacts__artifact=self).order_by("name", "pk")
        return [
            {"id": id, "name": name, "groups": by_collection.get(id, [])}
            for id, name in collections.values_list("pk", "name")
        ]


class CollectionQuerySet(models.QuerySet["Collection"]):
    """Reads of collections."""

    def with_counts(self) -> CollectionQuerySet:
        """Each with ``group_count`` and ``artifact_count``."""
        return self.annotate(
            group_count=count_of(self.model, "groups"),
            artifact_count=count_of(self.model, "collection_artifacts"),
        )


class Collection(Timestamped):
    """A named set of artifacts. Deleting it deletes its groups and leaves the artifacts."""

    id = IdField(prefix="col")
    name = name_field()
    description = description_field()

    objects = CollectionQuerySet.as_manager()
    history = AuditTrail()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                name="collection_name_unique",
                violation_error_message="A collection with this name already exists.",
            ),
            name_length(),
        ]
        indexes = [
            models.Index(fields=["created_at", "id"], name="collection_created_at"),
            models.Index(fields=["updated_at", "id"], name="collection_updated_at"),
        ]

    def __str__(self) -> str:
        return self.name

    def ordered_groups(self) -> models.QuerySet[Any]:
        """All of its groups with their positions and counts, in order."""
        # Known by the relation's name only: groups_app builds on this app, not the other way round.
        groups: Any = self.groups
        return groups.of(self.pk).enumerated()


class CollectionArtifactQuerySet(models.QuerySet["CollectionArtifact"]):
    """Reads of memberships."""

    def group_ids(self, collection_id: str, artifact_ids: Sequence[str]) -> dict[str, list[str]]:
        """The groups of a collection that hold each artifact, by its id, in order. Costs one query."""
        held = self.filter(collection=collection_id, artifact__in=artifact_ids, group_artifacts__isnull=False)
        held = held.order_by("group_artifacts__group__rank", "group_artifacts__group")
        group_ids: dict[str, list[str]] = {id: [] for id in artifact_ids}
        for artifact_id, group_id in held.values_list("artifact_id", "group_artifacts__group"):
            group_ids[artifact_id].append(group_id)
        return group_ids


class CollectionArtifact(models.Model):
    """The membership of an artifact in a collection."""

    id = IdField(prefix="cart")
    # The unique constraint below begins with the collection and serves as its index.
    collection = models.ForeignKey(
        Collection, on_delete=models.CASCADE, related_name="collection_artifacts", db_index=False
    )
    artifact = models.ForeignKey(Artifact, on_delete=models.CASCADE, related_name="collection_artifacts")
    added_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CollectionArtifactQuerySet.as_manager()
    history = AuditTrail(references=["collection", "artifact"])

    class Meta:
        verbose_name = "artifact in a collection"
        verbose_name_plural = "artifacts in collections"
        ordering = ["collection", "added_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["collection", "artifact"],
                name="collection_artifact_unique",
                violation_error_message="This artifact is already in the collection.",
            ),
        ]
        indexes = [models.Index(fields=["collection", "added_at", "id"], name="collection_artifact_added_at")]

    def __str__(self) -> str:
        return f"{self.artifact} in {self.collection}"
