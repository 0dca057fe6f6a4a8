"""What clients send and get about artifacts and collections."""

from typing import Any

from rest_framework import serializers

from collections_app import services
from collections_app.examples import (
    ARTIFACT_EXAMPLE,
    COLLECTION_EXAMPLE,
    GROUP_EXAMPLE,
    GROUP_OF_ARTIFACT_EXAMPLE,
    HOLDER_EXAMPLE,
    MEMBERSHIP_EXAMPLE,
)
from collections_app.models import Artifact, ArtifactType, Collection, CollectionArtifact
from skillmeat_site.api.serializers import (
    DescriptionField,
    NameField,
    PrefixedIdField,
    PrefixedIdListField,
    ResourceRequestSerializer,
    StrictCharField,
    StrictChoiceField,
    StrictIntegerField,
    StrictSerializer,
    VersionField,
)
from skillmeat_site.api.values_list import RowSerializer, ValuesListSerializer
from skillmeat_site.db.models import NAME_MAX_LENGTH
from skillmeat_site.openapi.examples import UPDATED_AT, example, example_id

# Known by the relation's name only: groups_app builds on this app, not the other way round.
Group = Collection._meta.get_field("groups").related_model


@example(**ARTIFACT_EXAMPLE)
class ArtifactResponseSerializer(RowSerializer):
    """An artifact."""

    id = PrefixedIdField(Artifact)
    type = StrictChoiceField(ArtifactType.choices)
    namespace = serializers.CharField(help_text="Where it comes from; empty when unknown.")
    name = serializers.CharField()
    description = serializers.CharField(allow_null=True)
    latest_version = serializers.CharField(allow_null=True, help_text="Null when unknown.")
    latest_digest = serializers.CharField(
        allow_null=True, help_text="What its catalogue says; null when unknown."
    )
    withdrawn_at = serializers.DateTimeField(
        allow_null=True, help_text="Since when its catalogue no longer has it; null while it does."
    )
    collection_count = StrictIntegerField(help_text="How many collections it is in.")
    deployment_count = StrictIntegerField(help_text="How many deployments it has had.")
    active_deployment_count = StrictIntegerField(help_text="How many of them are active.")
    outdated_count = StrictIntegerField(help_text="How many of the active ones are outdated.")
    variant_count = StrictIntegerField(
        help_text="How many different pairs of version and digest the active ones have; null is a value."
    )
    last_deployed_at = serializers.DateTimeField(
        allow_null=True, help_text="When the newest of the active ones was deployed."
    )
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


@example(**GROUP_OF_ARTIFACT_EXAMPLE)
class ArtifactGroupResponseSerializer(serializers.Serializer):
    """A group that holds the artifact."""

    id = PrefixedIdField(Group)
    name = serializers.CharField()
    position = StrictIntegerField(help_text="The place among the collection's groups, from 0.")


@example(**HOLDER_EXAMPLE)
class ArtifactCollectionResponseSerializer(serializers.Serializer):
    """A collection that holds the artifact, with those of its groups that do."""

    id = PrefixedIdField(Collection)
    name = serializers.CharField()
    groups = ArtifactGroupResponseSerializer(many=True)


@example(**ARTIFACT_EXAMPLE, collections=[HOLDER_EXAMPLE])
class ArtifactDetailResponseSerializer(ArtifactResponseSerializer):
    """An artifact with what holds it."""

    collections = ArtifactCollectionResponseSerializer(
        many=True, source="held_in", help_text="By name; their groups by position."
    )


@example(type="skill", name="pdf", description="Reads and fills PDF forms.", latest_version="2.0.0")
class ArtifactCreateSerializer(ResourceRequestSerializer):
    """A new artifact."""

    ignores_fields_of = [ArtifactDetailResponseSerializer]

    type = StrictChoiceField(ArtifactType.choices)
    namespace = StrictCharField(
        max_length=NAME_MAX_LENGTH,
        required=False,
        allow_blank=True,
        help_text="Where it comes from, such as `acme/skills`; empty when unknown.",
    )
    name = NameField()
    description = DescriptionField()
    latest_version = VersionField()

    def create(self, validated_data: dict[str, Any]) -> Artifact:
        """Create it by the service."""
        return services.create_artifact(**validated_data)

    def update(self, instance: Artifact, validated_data: dict[str, Any]) -> Artifact:
        """Change it by the service."""
        return services.update_artifact(id=instance.pk, **validated_data)


@example(latest_version="2.1.0")
class ArtifactUpdateSerializer(ArtifactCreateSerializer):
    """Changes to an artifact; what is not sent stays."""

    type = StrictChoiceField(ArtifactType.choices, required=False)
    name = NameField(required=False)


@example(**COLLECTION_EXAMPLE)
class CollectionResponseSerializer(RowSerializer):
    """A collection."""

    id = PrefixedIdField(Collection)
    name = serializers.CharField()
    description = serializers.CharField(allow_null=True)
    group_count = StrictIntegerField()
    artifact_count = StrictIntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


@example(**GROUP_EXAMPLE)
class GroupResponseSerializer(RowSerializer):
    """A group."""

    id = PrefixedIdField(Group)
    collection_id = PrefixedIdField(Collection)
    name = serializers.CharField()
    description = serializers.CharField(allow_null=True)
    position = StrictIntegerField(help_text="The place among the collection's groups, from 0.")
    artifact_count = StrictIntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


@example(**COLLECTION_EXAMPLE, groups=[GROUP_EXAMPLE])
class CollectionDetailResponseSerializer(CollectionResponseSerializer):
    """A collection with all its groups, by position."""

    groups = GroupResponseSerializer(many=True, source="ordered_groups")


@example(name="Office", description="What every office project needs.")
class CollectionCreateSerializer(ResourceRequestSerializer):
    """A new collection."""

    ignores_fields_of = [CollectionDetailResponseSerializer]

    name = NameField()
    description = DescriptionField()

    def create(self, validated_data: dict[str, Any]) -> Collection:
        """Create it by the service."""
        return services.create_collection(**validated_data)

    def update(self, instance: Collection, validated_data: dict[str, Any]) -> Collection:
        """Change it by the service."""
        return services.update_collection(id=instance.pk, **validated_data)


@example(description="What every office project needs.")
class CollectionUpdateSerializer(CollectionCreateSerializer):
    """Changes to a collection; what is not sent stays."""

    name = NameField(required=False)


class CollectionArtifactListSerializer(ValuesListSerializer):
    """The artifacts of a collection; the context names it as ``collection_id``."""

    filled_in = ["group_ids"]

    def to_representation(self, data: Any) -> list[dict[str, Any]]:
        """One dict for each artifact, with its ``group_ids``. Costs one query more than without those."""
        rows = super().to_representation(data)
        group_ids = CollectionArtifact.objects.group_ids(
            self.context["collection_id"], [row["id"] for row in rows]
        )
        return [{**row, "group_ids": group_ids[row["id"]]} for row in rows]


@example(**ARTIFACT_EXAMPLE, added_at=UPDATED_AT, group_ids=[example_id("grp")])
class CollectionArtifactResponseSerializer(ArtifactResponseSerializer):
    """An artifact as a member of a collection."""

    class Meta:
        list_serializer_class = CollectionArtifactListSerializer

    added_at = serializers.DateTimeField(help_text="When it joined the collection.")
    group_ids = serializers.ListField(
        child=PrefixedIdField(Group),
        read_only=True,
        help_text="The collection's groups that hold it, by position.",
    )


@example(artifact_ids=[example_id("art", 1), example_id("art", 2)])
class AddArtifactsSerializer(StrictSerializer):
    """One artifact or several: send either ``artifact_id`` or ``artifact_ids``."""

    artifact_id = PrefixedIdField(Artifact, required=False)
    artifact_ids = PrefixedIdListField(Artifact, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The fields, with the ids always in ``artifact_ids``."""
        if ("artifact_id" in attrs) == ("artifact_ids" in attrs):
            raise serializers.ValidationError("Send either artifact_id or artifact_ids.", code="required")
        artifact_id = attrs.pop("artifact_id", None)
        return attrs if artifact_id is None else {**attrs, "artifact_ids": [artifact_id]}


@example(artifact_id=example_id("art"))
class AddOneArtifactSerializer(AddArtifactsSerializer):
    """One artifact."""

    artifact_id = PrefixedIdField(Artifact)
    artifact_ids = None  # type: ignore[assignment]  # how DRF leaves a field out


@example(artifact_ids=[example_id("art", 1), example_id("art", 2)])
class AddSeveralArtifactsSerializer(AddArtifactsSerializer):
    """Several artifacts."""

    artifact_id = None  # type: ignore[assignment]
    artifact_ids = PrefixedIdListField(Artifact)


@example(artifact_ids=[example_id("art")], target_collection_id=example_id("col", 2))
class MoveArtifactsSerializer(StrictSerializer):
    """Artifacts of this collection, and where they go."""

    artifact_ids = PrefixedIdListField(Artifact)
    target_collection_id = PrefixedIdField(Collection)


class CopyArtifactsSerializer(MoveArtifactsSerializer):
    """Artifacts of this collection, and where they go as well."""


@example(**MEMBERSHIP_EXAMPLE)
class MembershipResponseSerializer(serializers.Serializer):
    """An artifact's membership in a collection."""

    artifact_id = PrefixedIdField(Artifact)
    added_at = serializers.DateTimeField()
    created = serializers.BooleanField(help_text="False when it was a member before.")


@example(collection_id=example_id("col"), artifacts=[MEMBERSHIP_EXAMPLE])
class AddedArtifactsResponseSerializer(serializers.Serializer):
    """What was added, in request order."""

    collection_id = PrefixedIdField(Collection)
    artifacts = MembershipResponseSerializer(many=True)


@example(
    source_collection_id=example_id("col"),
    target_collection_id=example_id("col", 2),
    artifacts=[MEMBERSHIP_EXAMPLE],
)
class TransferredArtifactsResponseSerializer(serializers.Serializer):
    """What was moved or copied: the memberships in the target, in request order."""

    source_collection_id = PrefixedIdField(Collection)
    target_collection_id = PrefixedIdField(Collection)
    artifacts = MembershipResponseSerializer(many=True)
