"""What clients send and get about groups.

A group itself as clients get it is in `collections_app.serializers`, since a collection shows
its groups.
"""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from collections_app.examples import GROUP_EXAMPLE
from collections_app.models import Artifact, ArtifactType, Collection
from collections_app.serializers import (
    AddArtifactsSerializer,
    GroupResponseSerializer,
)
from groups_app import services
from groups_app.models import Group
from skillmeat_site.api.serializers import (
    MAX_BATCH,
    DescriptionField,
    NameField,
    PrefixedIdField,
    PrefixedIdListField,
    ResourceRequestSerializer,
    StrictChoiceField,
    StrictIntegerField,
    StrictSerializer,
    check_no_repeats,
)
from skillmeat_site.api.values_list import RowSerializer
from skillmeat_site.openapi.examples import UPDATED_AT, example, example_id

GROUP_ARTIFACT_EXAMPLE = {
    "artifact_id": example_id("art"),
    "type": "skill",
    "name": "pdf",
    "latest_version": "2.0.0",
    "position": 0,
    "added_at": UPDATED_AT,
}
PLACE_EXAMPLE = {"artifact_id": example_id("art"), "position": 0, "added_at": UPDATED_AT}


@example(**GROUP_ARTIFACT_EXAMPLE)
class GroupArtifactResponseSerializer(RowSerializer):
    """An artifact at its place in a group."""

    artifact_id = PrefixedIdField(Artifact, source="collection_artifact.artifact_id")
    type = StrictChoiceField(ArtifactType.choices, source="collection_artifact.artifact.type")
    name = serializers.CharField(source="collection_artifact.artifact.name")
    latest_version = serializers.CharField(
        source="collection_artifact.artifact.latest_version", allow_null=True, help_text="Null when unknown."
    )
    position = StrictIntegerField(help_text="The place in the group, from 0.")
    added_at = serializers.DateTimeField(help_text="When it joined the group.")


@extend_schema_field(
    {
        "type": "string",
        "description": "Only where the groups of several collections are listed.",
        "x-optional": True,
    }
)
class CollectionNameField(serializers.CharField):
    """The name of a group's collection."""


@example(**GROUP_EXAMPLE, collection_name="Office")
class GroupListItemResponseSerializer(GroupResponseSerializer):
    """A group in a list."""

    collection_name = CollectionNameField(source="collection.name")


@example(**GROUP_EXAMPLE, artifacts=[GROUP_ARTIFACT_EXAMPLE])
class GroupDetailResponseSerializer(GroupResponseSerializer):
    """A group with all its artifacts, by position."""

    artifacts = GroupArtifactResponseSerializer(many=True, source="ordered_artifacts")


@example(collection_id=example_id("col"), name="Documents", position=0)
class GroupCreateSerializer(ResourceRequestSerializer):
    """A new group."""

    ignores_fields_of = [GroupDetailResponseSerializer, GroupListItemResponseSerializer]

    collection_id = PrefixedIdField(Collection)
    name = NameField()
    description = DescriptionField()
    position = StrictIntegerField(required=False, help_text="Last when left out or past the end.")

    def create(self, validated_data: dict[str, Any]) -> Group:
        """Create it by the service."""
        return services.create_group(**validated_data)

    def update(self, instance: Group, validated_data: dict[str, Any]) -> Group:
        """Change it by the service."""
        return services.update_group(id=instance.pk, **validated_data)


@example(name="Documents and forms", position=0)
class GroupUpdateSerializer(GroupCreateSerializer):
    """Changes to a group; what is not sent stays."""

    collection_id = PrefixedIdField(Collection, required=False, help_text="May be sent back, not changed.")
    name = NameField(required=False)
    position = StrictIntegerField(required=False, help_text="One of the places there are.")


@example(id=example_id("grp"), position=0)
class GroupPositionSerializer(StrictSerializer):
    """A group and the place it should have."""

    ignores_fields_of = [GroupResponseSerializer]

    id = PrefixedIdField(Group)
    position = StrictIntegerField(help_text="One of the places there are.")


@example(groups=[{"id": example_id("grp"), "position": 0}])
class ReorderGroupsSerializer(StrictSerializer):
    """Some groups of a collection, each with its place; the others fill what is left in order."""

    groups = serializers.ListField(child=GroupPositionSerializer(), min_length=1, max_length=MAX_BATCH)

    def validate_groups(self, groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """No group and no position twice."""
        check_no_repeats(groups, "id")
        return groups


@example(groups=[GROUP_EXAMPLE])
class ReorderedGroupsResponseSerializer(serializers.Serializer):
    """All groups of the collection in their new order."""

    groups = GroupResponseSerializer(many=True, source="ordered_groups")


@example(artifact_ids=[example_id("art", 1), example_id("art", 2)], position=0)
class AddGroupArtifactsSerializer(AddArtifactsSerializer):
    """One artifact or several, and where the first of them should stand."""

    position = StrictIntegerField(required=False, help_text="Last when left out or past the end.")


@example(artifact_id=example_id("art"), position=0)
class AddOneGroupArtifactSerializer(AddGroupArtifactsSerializer):
    """One artifact, and where it should stand."""

    artifact_id = PrefixedIdField(Artifact)
    artifact_ids = None  # type: ignore[assignment]  # how DRF leaves a field out


@example(artifact_ids=[example_id("art", 1), example_id("art", 2)], position=0)
class AddSeveralGroupArtifactsSerializer(AddGroupArtifactsSerializer):
    """Several artifacts, and where the first of them should stand."""

    artifact_id = None  # type: ignore[assignment]
    artifact_ids = PrefixedIdListField(Artifact)


@example(**PLACE_EXAMPLE, group_id=example_id("grp"))
class GroupArtifactPositionResponseSerializer(serializers.Serializer):
    """An artifact's place in a group."""

    group_id = PrefixedIdField(Group)
    artifact_id = PrefixedIdField(Artifact)
    position = StrictIntegerField()
    added_at = serializers.DateTimeField()


@example(position=0)
class GroupArtifactUpdateSerializer(StrictSerializer):
    """The place that an artifact of the group should have."""

    ignores_fields_of = [GroupArtifactResponseSerializer, GroupArtifactPositionResponseSerializer]

    position = StrictIntegerField(help_text="One of the places there are.")


@example(artifact_id=example_id("art"), position=0)
class ArtifactPositionSerializer(StrictSerializer):
    """An artifact and the place it should have."""

    ignores_fields_of = [GroupArtifactResponseSerializer]

    artifact_id = PrefixedIdField(Artifact)
    position = StrictIntegerField(help_text="One of the places there are.")


@example(artifacts=[{"artifact_id": example_id("art"), "position": 0}])
class ReorderGroupArtifactsSerializer(StrictSerializer):
    """Some artifacts of a group, each with its place; the others fill what is left in order."""

    artifacts = serializers.ListField(child=ArtifactPositionSerializer(), min_length=1, max_length=MAX_BATCH)

    def validate_artifacts(self, artifacts: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """No artifact and no position twice."""
        check_no_repeats(artifacts, "artifact_id")
        return artifacts


@example(artifacts=[GROUP_ARTIFACT_EXAMPLE])
class ReorderedArtifactsResponseSerializer(serializers.Serializer):
    """All artifacts of the group in their new order."""

    artifacts = GroupArtifactResponseSerializer(many=True, source="ordered_artifacts")


@example(artifact_ids=[example_id("art")], target_group_id=example_id("grp", 2), position=0)
class MoveGroupArtifactsSerializer(StrictSerializer):
    """Artifacts of this group, the group they go to, and where the first of them should stand."""

    artifact_ids = PrefixedIdListField(Artifact)
    target_group_id = PrefixedIdField(Group)
    position = StrictIntegerField(required=False, help_text="Last when left out or past the end.")


@example(target_collection_id=example_id("col", 2), name="Documents")
class CopyGroupSerializer(StrictSerializer):
    """Where the copy goes, and its name: the group's own, numbered where taken, when left out."""

    target_collection_id = PrefixedIdField(Collection)
    name = NameField(required=False)


@example(**PLACE_EXAMPLE, created=True)
class PlaceResponseSerializer(serializers.Serializer):
    """An artifact's place in a group."""

    artifact_id = PrefixedIdField(Artifact)
    position = StrictIntegerField()
    added_at = serializers.DateTimeField()
    created = serializers.BooleanField(help_text="False when it was in the group before.")


@example(group_id=example_id("grp"), artifacts=[{**PLACE_EXAMPLE, "created": True}])
class PlacedArtifactsResponseSerializer(serializers.Serializer):
    """What was put into the group, in request order."""

    group_id = PrefixedIdField(Group)
    artifacts = PlaceResponseSerializer(many=True)
