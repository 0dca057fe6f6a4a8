"""What most people would write: ModelViewSets with nested ModelSerializers."""

from typing import Any

from django.db import transaction
from django.db.models import Count, F, Prefetch, Q
from django.http import HttpResponse
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


class Pages(PageNumberPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 1000


class PagedViewSet(ModelViewSet):
    pagination_class = Pages


class ArtifactSerializer(serializers.ModelSerializer):
    class Meta:
        model = Artifact
        fields = ["id", "type", "name", "description", "latest_version", "created_at", "updated_at"]


class CountedArtifactSerializer(ArtifactSerializer):
    collection_count = serializers.IntegerField(read_only=True)
    deployment_count = serializers.IntegerField(read_only=True)

    class Meta(ArtifactSerializer.Meta):
        fields = [*ArtifactSerializer.Meta.fields, "collection_count", "deployment_count"]


class GroupArtifactSerializer(serializers.ModelSerializer):
    artifact = ArtifactSerializer(source="collection_artifact.artifact")

    class Meta:
        model = GroupArtifact
        fields = ["artifact", "rank", "added_at"]


class GroupSerializer(serializers.ModelSerializer):
    artifact_count = serializers.IntegerField(read_only=True)
    rank = serializers.IntegerField(default=0)

    class Meta:
        model = Group
        fields = [
            "id",
            "collection",
            "name",
            "description",
            "rank",
            "artifact_count",
            "created_at",
            "updated_at",
        ]


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


class ProjectSerializer(serializers.ModelSerializer):
    deployment_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = Project
        fields = ["id", "name", "description", "deployment_count", "created_at", "updated_at"]


class DeploymentSerializer(serializers.ModelSerializer):
    artifact = ArtifactSerializer(read_only=True)
    project = ProjectSerializer(read_only=True)
    artifact_id = serializers.PrimaryKeyRelatedField(
        queryset=Artifact.objects, source="artifact", write_only=True
    )
    project_id = serializers.PrimaryKeyRelatedField(
        queryset=Project.objects, source="project", write_only=True
    )

    class Meta:
        model = Deployment
        fields = [
            "id",
            "artifact",
            "project",
            "artifact_id",
            "project_id",
            "deployed_version",
            "status",
            "deployed_at",
            "updated_at",
        ]
        # The one before is made inactive first.
        validators = []


class CollectionViewSet(PagedViewSet):
    queryset = Collection.objects.annotate(
        group_count=Count("groups", distinct=True),
        artifact_count=Count("collection_artifacts", distinct=True),
    ).order_by("name")
    search_fields = ["name", "description"]

    def get_queryset(self) -> Any:
        return (
            super()
            .get_queryset()
            .prefetch_related(
                Prefetch(
                    "groups", Group.objects.annotate(artifact_count=Count("group_artifacts")).order_by("rank")
                )
            )
            if self.action == "retrieve"
            else super().get_queryset()
        )

    def get_serializer_class(self) -> Any:
        return CollectionDetailSerializer if self.action == "retrieve" else CollectionSerializer

    @action(detail=True, methods=["get"])
    def artifacts(self, request: Any, pk: str) -> Response:
        artifacts = Artifact.objects.filter(collection_artifacts__collection=self.get_object())
        page = self.paginate_queryset(artifacts.order_by("name"))
        return self.get_paginated_response(ArtifactSerializer(page, many=True).data)


class GroupViewSet(PagedViewSet):
    queryset = Group.objects.annotate(artifact_count=Count("group_artifacts")).order_by("rank")

    def get_queryset(self) -> Any:
        groups = super().get_queryset()
        if collection := self.request.query_params.get("collection_id"):
            groups = groups.filter(collection=collection)
        if self.action == "retrieve":
            entries = GroupArtifact.objects.select_related("collection_artifact__artifact").order_by("rank")
            groups = groups.prefetch_related(Prefetch("group_artifacts", entries))
        return groups

    def get_serializer_class(self) -> Any:
        return GroupDetailSerializer if self.action == "retrieve" else GroupSerializer

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        if "collection_id" in kwargs.get("data", ()):
            kwargs["data"] = {**kwargs["data"], "collection": kwargs["data"]["collection_id"]}
        return super().get_serializer(*args, **kwargs)

    @action(detail=True, methods=["post"])
    @transaction.atomic
    def artifacts(self, request: Any, pk: str) -> Response:
        group = Group.objects.select_for_update().get(pk=pk)
        group.group_artifacts.update(rank=F("rank") + 1)
        entry = self._put(group, request.data["artifact_ids"][0])
        return Response(GroupArtifactSerializer(entry).data, status=201)

    @action(detail=True, methods=["post"], url_path="move-artifacts")
    @transaction.atomic
    def move_artifacts(self, request: Any, pk: str) -> Response:
        artifact_id = request.data["artifact_ids"][0]
        target_id = request.data["target_group_id"]
        groups = Group.objects.select_for_update().order_by("pk").in_bulk([pk, target_id])
        groups[pk].group_artifacts.filter(collection_artifact__artifact=artifact_id).delete()
        entry = self._put(groups[target_id], artifact_id)
        return Response(GroupArtifactSerializer(entry).data)

    def _put(self, group: Group, artifact_id: str) -> GroupArtifact:
        member = CollectionArtifact.objects.get(collection=group.collection, artifact=artifact_id)
        entry, _ = GroupArtifact.objects.get_or_create(
            group=group, collection_artifact=member, defaults={"rank": 0}
        )
        entry.rank = 0
        entry.save()
        return entry


class DeploymentViewSet(PagedViewSet):
    queryset = Deployment.objects.select_related("artifact", "project").order_by("-deployed_at")
    serializer_class = DeploymentSerializer

    def get_queryset(self) -> Any:
        wanted = {
            name: self.request.query_params[name]
            for name in ("artifact_id", "project_id")
            if name in self.request.query_params
        }
        return super().get_queryset().filter(**wanted)

    @transaction.atomic
    def perform_create(self, serializer: Any) -> None:
        pair = {name: serializer.validated_data[name] for name in ("artifact", "project")}
        Artifact.objects.select_for_update().get(pk=pair["artifact"].pk)
        Deployment.objects.filter(**pair, status="active").update(status="inactive")
        serializer.save()

    @action(detail=False, methods=["get"])
    def summary(self, request: Any) -> Response:
        counts = {
            status: Count("deployments", filter=Q(deployments__status=status))
            for status in ("active", "inactive", "error", "pending")
        }
        rows = int(request.query_params.get("page_size", 1000))
        return Response(
            {
                "by_status": Deployment.objects.values("status").annotate(count=Count("id")).order_by(),
                "by_artifact": Artifact.objects.values("id", "name").annotate(**counts)[:rows],
                "by_project": Project.objects.values("id", "name").annotate(**counts)[:rows],
                "recent": DeploymentSerializer(self.get_queryset()[:5], many=True).data,
            }
        )


class ProjectViewSet(PagedViewSet):
    queryset = Project.objects.annotate(deployment_count=Count("deployments")).order_by("name")
    serializer_class = ProjectSerializer


class ArtifactViewSet(PagedViewSet):
    queryset = Artifact.objects.annotate(
        collection_count=Count("collection_artifacts", distinct=True),
        deployment_count=Count("deployments", distinct=True),
    ).order_by("name")
    serializer_class = CountedArtifactSerializer


router = DefaultRouter(trailing_slash=False)
router.register("artifacts", ArtifactViewSet)
router.register("collections", CollectionViewSet)
router.register("groups", GroupViewSet)
router.register("deployments", DeploymentViewSet)
router.register("projects", ProjectViewSet)
urlpatterns = [path("api/v1/", include(router.urls)), path("healthz", lambda request: HttpResponse())]
