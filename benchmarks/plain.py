"""The compared requests in plain Django REST Framework, as an experienced developer writes them.

ModelViewSets, ModelSerializers, DRF's pagination and TokenAuthentication; counts by subqueries, joins by
``select_related`` and ``prefetch_related``, so there are no N+1 queries. The answers are the product's.
"""

from typing import Any

from django.db import transaction
from django.db.models import (
    BooleanField,
    Count,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Window,
)
from django.db.models.functions import Coalesce, RowNumber
from django.urls import include, path
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response
from rest_framework.routers import DefaultRouter
from rest_framework.viewsets import ModelViewSet

from collections_app.models import Artifact, Collection, CollectionArtifact
from deployments_app.models import Deployment, Project
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


class ArtifactSerializer(serializers.ModelSerializer):
    collection_count = serializers.IntegerField(read_only=True)
    deployment_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = Artifact
        fields = [
            *("id", "type", "name", "description", "latest_version"),
            *("collection_count", "deployment_count", "created_at", "updated_at"),
        ]


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
    position = serializers.IntegerField(read_only=True)
    artifact_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = Group
        fields = [
            *("id", "collection_id", "name", "description"),
            *("position", "artifact_count", "created_at", "updated_at"),
        ]
        validators = [serializers.UniqueTogetherValidator(Group.objects, ["collection_id", "name"])]


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
    is_outdated = serializers.BooleanField(read_only=True)

    class Meta:
        model = Deployment
        fields = [
            *("id", "artifact_id", "artifact_name", "artifact_type", "project_id", "project_name"),
            *("deployed_version", "latest_version", "is_outdated", "status", "deployed_at", "updated_at"),
        ]
        # The one before is made inactive first.
        validators = []


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
        locked = self.queryset.model.objects.select_for_update().get(pk=kwargs["pk"])
        serializer = self.get_serializer(locked, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return Response(self._read_back(serializer))

    def _read_back(self, serializer: Any) -> Any:
        return self.get_serializer(self.get_queryset().get(pk=serializer.instance.pk)).data


class CollectionViewSet(ReadBackViewSet):
    queryset = Collection.objects.annotate(
        group_count=count_of(Group.objects, "collection"),
        artifact_count=count_of(CollectionArtifact.objects, "collection"),
    ).order_by("name", "pk")
    search_fields = ["name", "description"]

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
    filterset_fields = ["collection_id"]

    def get_queryset(self) -> Any:
        groups = super().get_queryset()
        if self.action == "list":
            return groups.annotate(position=position_in("collection"))
        before = Group.objects.filter(Q(rank__lt=OuterRef("rank")), collection=OuterRef("collection"))
        counted = before.order_by().values("collection").annotate(n=Count("*")).values("n")
        groups = groups.annotate(position=Coalesce(Subquery(counted), 0))
        if self.action == "retrieve":
            entries = GroupArtifact.objects.select_related("collection_artifact__artifact")
            entries = entries.annotate(position=position_in("group")).order_by("rank", "pk")
            groups = groups.prefetch_related(Prefetch("group_artifacts", entries))
        return groups

    def get_serializer_class(self) -> Any:
        return GroupDetailSerializer if self.action == "retrieve" else GroupSerializer

    def perform_create(self, serializer: Any) -> None:
        collection = serializer.validated_data["collection"]
        Collection.objects.select_for_update().get(pk=collection.pk)
        serializer.save(rank=next_rank(collection.groups))

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
        created = entry is None
        if entry is None:
            rank = next_rank(group.group_artifacts)
            entry = GroupArtifact.objects.create(group=group, collection_artifact=member, rank=rank)
        place = {
            "artifact_id": artifact.pk,
            "position": group.group_artifacts.filter(rank__lt=entry.rank).count(),
            "added_at": entry.added_at,
            "created": created,
        }
        return Response({"group_id": group.pk, "artifacts": [place]}, status=201 if created else 200)


def next_rank(siblings: Any) -> int:
    last = siblings.aggregate(last=Max("rank"))["last"]
    return 0 if last is None else last + 1


class DeploymentViewSet(ReadBackViewSet):
    queryset = (
        Deployment.objects.select_related("artifact", "project")
        .annotate(
            is_outdated=ExpressionWrapper(
                ~Q(deployed_version=F("artifact__latest_version"))
                & Q(deployed_version__isnull=False, artifact__latest_version__isnull=False),
                output_field=BooleanField(),
            )
        )
        .order_by("-deployed_at", "-pk")
    )
    serializer_class = DeploymentSerializer
    filterset_fields = ["artifact_id", "project_id"]

    def perform_create(self, serializer: Any) -> None:
        pair = {name: serializer.validated_data[name] for name in ("artifact", "project")}
        Artifact.objects.select_for_update().get(pk=pair["artifact"].pk)
        for deployment in Deployment.objects.filter(**pair, status="active"):
            deployment.status = "inactive"
            deployment.save()
        serializer.save()


class ArtifactViewSet(ReadBackViewSet):
    queryset = Artifact.objects.annotate(
        collection_count=count_of(CollectionArtifact.objects, "artifact"),
        deployment_count=count_of(Deployment.objects, "artifact"),
    ).order_by("name", "type", "pk")
    serializer_class = ArtifactSerializer
    search_fields = ["name", "description"]


router = DefaultRouter(trailing_slash=False)
router.register("artifacts", ArtifactViewSet)
router.register("collections", CollectionViewSet)
router.register("groups", GroupViewSet)
router.register("deployments", DeploymentViewSet)
urlpatterns = [path("api/v1/", include(router.urls))]
