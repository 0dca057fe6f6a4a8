"""The compared requests in plain Django REST Framework, as an experienced developer writes them.

ModelViewSets, ModelSerializers, FilterSets, DRF's pagination and TokenAuthentication; counts by subqueries
and from the tallies, joins by ``select_related`` and ``prefetch_related``, so there are no N+1 queries. The
answers are the product's.
"""

from typing import Any

from django.db import transaction
from django.db.models import Count, F, Max, OuterRef, Prefetch, Q, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber
from django.urls import include, path
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response
from rest_framework.routers import DefaultRouter
from rest_framework.viewsets import ModelViewSet

from benchmarks.comparison import is_outdated, sync_status
from benchmarks.plain_filters import ArtifactFilters, CollectionFilters, DeploymentFilters, GroupFilters
from collections_app.models import Artifact, Collection, CollectionArtifact
from deployments_app.models import DEFAULT_TARGET, Deployment, Project
from groups_app.models import Group, GroupArtifact


def count_of(rows: Any, foreign_key: str) -> Any:
    counts = rows.filter(**{foreign_key: OuterRef("pk")}).order_by().values(foreign_key)
    return Coalesce(Subquery(counts.annotate(n=Count("*")).values("n")), 0)


def position_in(parent: str) -> Any:
    return Window(RowNumber(), partition_by=F(parent), order_by=[F("rank"), F("pk")]) - 1


class Pages(PageNumberPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 1000


class LargePages(Pages):
    page_size = 1000


class ArtifactSerializer(serializers.ModelSerializer):
    collection_count = serializers.IntegerField(read_only=True)
    deployment_count = serializers.IntegerField(read_only=True)
    active_deployment_count = serializers.IntegerField(read_only=True)
    outdated_count = serializers.IntegerField(read_only=True)
    variant_count = serializers.IntegerField(read_only=True)
    last_deployed_at = serializers.DateTimeField(read_only=True)

    class Meta:
        model = Artifact
        fields = [
            *("id", "type", "namespace", "name", "description", "latest_version", "latest_digest"),
            *("withdrawn_at", "collection_count", "deployment_count", "active_deployment_count"),
            *("outdated_count", "variant_count", "last_deployed_at", "created_at", "updated_at"),
        ]
        read_only_fields = ["latest_digest"]


class GroupArtifactSerializer(serializers.ModelSerializer):
    artifact_id = serializers.CharField(source="collection_artifact.artifact.id")
    type = serializers.CharField(source="collection_artifact.artifact.type")
    name = serializers.CharField(source="collection_artifact.artifact.name")
    latest_version = serializers.CharField(source="collection_artifact.artifact.latest_version")
    position = serializers.IntegerField()

    class Meta:
        model = GroupArtifact
        fields = ["artifact_id", "type", "name", "latest_version", "position", "added_at"]


class GroupSerializer(serializers.ModelSerializer):
    collection_id = serializers.PrimaryKeyRelatedField(queryset=Collection.objects, source="collection")
    position = serializers.IntegerField(required=False, min_value=0)
    artifact_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = Group
        fields = [
            *("id", "collection_id", "name", "description"),
            *("position", "artifact_count", "created_at", "updated_at"),
        ]
        validators = [serializers.UniqueTogetherValidator(Group.objects, ["collection_id", "name"])]


class GroupOfSeveralSerializer(GroupSerializer):
    """In a list of several collections' groups."""

    collection_name = serializers.CharField(source="collection.name")

    class Meta(GroupSerializer.Meta):
        fields = [*GroupSerializer.Meta.fields, "collection_name"]


class GroupDetailSerializer(GroupSerializer):
    artifacts = GroupArtifactSerializer(source="group_artifacts", many=True, read_only=True)

    class Meta(GroupSerializer.Meta):
        fields = [*GroupSerializer.Meta.fields, "artifacts"]


class CollectionSerializer(serializers.ModelSerializer):
    group_count = serializers.IntegerField(read_only=True)
    artifact_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = Collection
        fields = ["id", "name", "description", "group_count", "artifact_count", "created_at", "updated_at"]


class CollectionDetailSerializer(CollectionSerializer):
    groups = GroupSerializer(many=True, read_only=True)

    class Meta(CollectionSerializer.Meta):
        fields = [*CollectionSerializer.Meta.fields, "groups"]


class DeploymentSerializer(serializers.ModelSerializer):
    artifact_id = serializers.PrimaryKeyRelatedField(queryset=Artifact.objects, source="artifact")
    artifact_name = serializers.CharField(source="artifact.name", read_only=True)
    artifact_type = serializers.CharField(source="artifact.type", read_only=True)
    project_id = serializers.PrimaryKeyRelatedField(queryset=Project.objects, source="project")
    project_name = serializers.CharField(source="project.name", read_only=True)
    latest_version = serializers.CharField(source="artifact.latest_version", read_only=True)
    latest_digest = serializers.CharField(source="artifact.latest_digest", read_only=True)
    is_outdated = serializers.SerializerMethodField()
    sync_status = serializers.SerializerMethodField()

    class Meta:
        model = Deployment
        fields = [
            *("id", "artifact_id", "artifact_name", "artifact_type", "project_id", "project_name", "target"),
            *("deployed_version", "deployed_digest", "latest_version", "latest_digest", "is_outdated"),
            *("is_modified", "sync_status", "evidence", "last_reported_at", "status", "deployed_at"),
            "updated_at",
        ]
        # The one before is made inactive first.
        validators = []

    def get_is_outdated(self, deployment: Deployment) -> bool:
        return is_outdated(*compared(deployment))

    def get_sync_status(self, deployment: Deployment) -> str:
        return sync_status(*compared(deployment), is_modified=deployment.is_modified)


def compared(deployment: Deployment) -> tuple[str | None, str | None, str | None, str | None]:
    version, digest, artifact = deployment.deployed_version, deployment.deployed_digest, deployment.artifact
    return version, artifact.latest_version, digest, artifact.latest_digest


class ReadBackViewSet(ModelViewSet):
    """Answers a write with the row as the queryset annotates it."""

    pagination_class = Pages

    @transaction.atomic
    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        self.perform_create(serializer)
        return Response(self._read_back(serializer), status=201)

    @transaction.atomic
    def update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        serializer = self.get_serializer(self.locked(kwargs["pk"]), data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        self.perform_update(serializer)
        return Response(self._read_back(serializer))

    def locked(self, pk: str) -> Any:
        return self.queryset.model.objects.select_for_update().get(pk=pk)

    def _read_back(self, serializer: Any) -> Any:
        return self.get_serializer(self.get_queryset().get(pk=serializer.instance.pk)).data


class CollectionViewSet(ReadBackViewSet):
    queryset = Collection.objects.annotate(
        group_count=count_of(Group.objects, "collection"),
        artifact_count=count_of(CollectionArtifact.objects, "collection"),
    ).order_by("name", "pk")
    filterset_class = CollectionFilters

    def get_queryset(self) -> Any:
        if self.action != "retrieve":
            return super().get_queryset()
        groups = GroupViewSet.queryset.annotate(position=position_in("collection"))
        return super().get_queryset().prefetch_related(Prefetch("groups", groups))

    def get_serializer_class(self) -> Any:
        return CollectionDetailSerializer if self.action == "retrieve" else CollectionSerializer


class GroupViewSet(ReadBackViewSet):
    queryset = Group.objects.annotate(artifact_count=count_of(GroupArtifact.objects, "group")).order_by(
        "rank", "pk"
    )
    filterset_class = GroupFilters
    pagination_class = LargePages

    def get_queryset(self) -> Any:
        groups = super().get_queryset()
        if self.is_of_several():
            groups = groups.select_related("collection").order_by("collection__name", *Group._meta.ordering)
        if self.action == "list" and self.request.query_params.keys().isdisjoint({"search", "artifact_id"}):
            return groups.annotate(position=position_in("collection"))
        before = Group.objects.filter(Q(rank__lt=OuterRef("rank")), collection=OuterRef("collection"))
        counted = before.order_by().values("collection").annotate(n=Count("*")).values("n")
        groups = groups.annotate(position=Coalesce(Subquery(counted), 0))
        if self.action == "retrieve":
            entries = GroupArtifact.objects.select_related("collection_artifact__artifact")
            entries = entries.annotate(position=position_in("group")).order_by("rank", "pk")
            groups = groups.prefetch_related(Prefetch("group_artifacts", entries))
        return groups

    def is_of_several(self) -> bool:
        return self.action == "list" and "collection_id" not in self.request.query_params

    def get_serializer_class(self) -> Any:
        if self.is_of_several():
            return GroupOfSeveralSerializer
        return GroupDetailSerializer if self.action == "retrieve" else GroupSerializer

    def perform_create(self, serializer: Any) -> None:
        collection = serializer.validated_data["collection"]
        Collection.objects.select_for_update().get(pk=collection.pk)
        position = serializer.validated_data.pop("position", None)
        serializer.save(rank=free_rank(collection.groups, position))

    def locked(self, pk: str) -> Any:
        if "position" in self.request.data:
            Collection.objects.select_for_update(of=["self"]).get(groups=pk)
        return super().locked(pk)

    def perform_update(self, serializer: Any) -> None:
        group = serializer.instance
        position = serializer.validated_data.pop("position", None)
        if position is not None:
            group.rank = free_rank(Group.objects.filter(collection=group.collection_id), position, group)
        serializer.save()

    @action(detail=True, methods=["post"])
    @transaction.atomic
    def artifacts(self, request: Any, pk: str) -> Response:
        group = Group.objects.get(pk=pk)
        Collection.objects.select_for_update().get(pk=group.collection_id)
        artifact = Artifact.objects.get(pk=request.data["artifact_id"])
        member, _ = CollectionArtifact.objects.get_or_create(
            collection_id=group.collection_id, artifact=artifact
        )
        entry = GroupArtifact.objects.filter(group=group, collection_artifact=member).first()
        created, position = entry is None, request.data.get("position")
        if entry is None:
            rank = free_rank(group.group_artifacts, position)
            entry = GroupArtifact.objects.create(group=group, collection_artifact=member, rank=rank)
        elif position is not None:
            entry.rank = free_rank(group.group_artifacts, position, entry)
            entry.save()
        place = {
            "artifact_id": artifact.pk,
            "position": group.group_artifacts.filter(rank__lt=entry.rank).count(),
            "added_at": entry.added_at,
            "created": created,
        }
        return Response({"group_id": group.pk, "artifacts": [place]}, status=201 if created else 200)


def free_rank(siblings: Any, position: int | None, moving: Any = None) -> int:
    """Before the one at a position, which moves with all behind it; last if there is none."""
    if position is not None:
        siblings = siblings.exclude(pk=moving.pk) if moving else siblings
        following = siblings.order_by("rank", "pk")[position : position + 1].first()
        if following:
            siblings.filter(rank__gte=following.rank).update(rank=F("rank") + 1)
            return following.rank
    last = siblings.aggregate(last=Max("rank"))["last"]
    return 0 if last is None else last + 1


class DeploymentViewSet(ReadBackViewSet):
    queryset = Deployment.objects.select_related("artifact", "project").order_by("-deployed_at", "-pk")
    serializer_class = DeploymentSerializer
    filterset_class = DeploymentFilters
    pagination_class = LargePages

    def perform_create(self, serializer: Any) -> None:
        body = {"target": DEFAULT_TARGET, "status": "active", **serializer.validated_data}
        artifact = Artifact.objects.select_for_update().get(pk=body["artifact"].pk)
        if body["status"] == "active":
            place = {name: body[name] for name in ("artifact", "project", "target")}
            for deployment in Deployment.objects.filter(**place, status="active"):
                deployment.status = "inactive"
                deployment.save()
        serializer.save(deployed_version=body.get("deployed_version", artifact.latest_version))


class ArtifactViewSet(ReadBackViewSet):
    queryset = Artifact.objects.annotate(
        collection_count=count_of(CollectionArtifact.objects, "artifact"),
        deployment_count=Coalesce(F("tally__count"), 0),
        active_deployment_count=Coalesce(F("tally__active"), 0),
        outdated_count=Coalesce(F("tally__outdated"), 0),
        variant_count=Coalesce(F("tally__variants"), 0),
        last_deployed_at=Subquery(
            Deployment.objects.filter(artifact=OuterRef("pk"), status="active")
            .order_by("-deployed_at")
            .values("deployed_at")[:1]
        ),
    ).order_by("name", "type", "pk")
    serializer_class = ArtifactSerializer
    filterset_class = ArtifactFilters


router = DefaultRouter(trailing_slash=False)
router.register("artifacts", ArtifactViewSet)
router.register("collections", CollectionViewSet)
router.register("groups", GroupViewSet)
router.register("deployments", DeploymentViewSet)
urlpatterns = [path("api/v1/", include(router.urls))]
