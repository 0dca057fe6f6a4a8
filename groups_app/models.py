"""Ordered groups inside a collection, and the ordered artifacts inside a group."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from collections_app.models import Collection, CollectionArtifact
from skillmeat_site.audit.trail import AuditTrail
from skillmeat_site.db.expressions import count_of
from skillmeat_site.db.ids import IdField
from skillmeat_site.db.models import Timestamped, description_field, name_field, name_length
from skillmeat_site.db.ordering import RANK_ORDER, counted_position, enumerated_position


class GroupQuerySet(models.QuerySet["Group"]):
    """Reads of groups."""

    def with_counts(self) -> GroupQuerySet:
        """Each with ``artifact_count``."""
        return self.annotate(artifact_count=count_of(self.model, "group_artifacts"))

    def with_positions(self) -> GroupQuerySet:
        """Each with its true ``position``, whichever groups are read. A count for each group."""
        return self.annotate(position=counted_position(self.model, "collection"))

    def of(self, collection_id: str) -> GroupQuerySet:
        """The groups of a collection, with counts, by position."""
        return self.with_counts().filter(collection=collection_id).order_by(*RANK_ORDER)

    def enumerated(self, first: int = 0) -> GroupQuerySet:
        """Each with its ``position``. Only for consecutive groups of a collection, the first at ``first``."""
        return self.annotate(position=enumerated_position("collection", first))


class Group(Timestamped):
    """A named part of a collection with a place among the others (see `skillmeat_site.db.ordering`)."""

    id = IdField(prefix="grp")
    collection = models.ForeignKey(
        Collection, on_delete=models.CASCADE, related_name="groups", db_index=False
    )
    name = name_field()
    description = description_field()
    rank = models.BigIntegerField(editable=False)

    objects = GroupQuerySet.as_manager()
    history = AuditTrail(references=["collection"], excluded_fields=["rank"])

    class Meta:
        ordering = ["collection", "rank", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["collection", "name"],
                name="group_name_unique",
                violation_error_message="A group with this name already exists in this collection.",
            ),
            name_length(),
        ]
        indexes = [models.Index(fields=["collection", "rank", "id"], name="group_rank")]

    def __str__(self) -> str:
        return self.name

    def ordered_artifacts(self) -> GroupArtifactQuerySet:
        """All of its artifacts with their positions, in order."""
        return GroupArtifact.objects.of(self.pk).enumerated()


class GroupArtifactQuerySet(models.QuerySet["GroupArtifact"]):
    """Reads of the artifacts in groups."""

    def of(self, group_id: str) -> GroupArtifactQuerySet:
        """The artifacts of a group, by position."""
        return self.filter(group=group_id).order_by(*RANK_ORDER)

    def with_artifacts(self) -> GroupArtifactQuerySet:
        """Each with its artifact, joined."""
        return self.select_related("collection_artifact__artifact")

    def with_positions(self) -> GroupArtifactQuerySet:
        """Each with its true ``position``, whichever rows are read. A count for each row."""
        return self.annotate(position=counted_position(self.model, "group"))

    def enumerated(self, first: int = 0) -> GroupArtifactQuerySet:
        """Each with its ``position``. Only for consecutive artifacts of a group, the first at ``first``."""
        return self.annotate(position=enumerated_position("group", first))


class GroupArtifact(models.Model):
    """An artifact's place in a group.

    It hangs on the membership in the collection: whatever leaves the collection leaves its
    groups too, by the database's own cascade.
    """

    id = IdField(prefix="gart")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="group_artifacts", db_index=False)
    collection_artifact = models.ForeignKey(
        CollectionArtifact, on_delete=models.CASCADE, related_name="group_artifacts"
    )
    rank = models.BigIntegerField(editable=False)
    added_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = GroupArtifactQuerySet.as_manager()
    history = AuditTrail(references=["group", "collection_artifact"], excluded_fields=["rank"])

    class Meta:
        verbose_name = "artifact in a group"
        verbose_name_plural = "artifacts in groups"
        ordering = ["group", "rank", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "collection_artifact"],
                name="group_artifact_unique",
                violation_error_message="This artifact is already in the group.",
            ),
        ]
        indexes = [models.Index(fields=["group", "rank", "id"], name="group_artifact_rank")]

    def __str__(self) -> str:
        return f"{self.collection_artifact.artifact} in {self.group}"
