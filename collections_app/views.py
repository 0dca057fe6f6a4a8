"""Artifacts, collections, and the artifacts in a collection."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from collections_app import services
from collections_app.filters import ArtifactFilterSet, CollectionArtifactFilterSet, CollectionFilterSet
from collections_app.models import Artifact, ArtifactQuerySet, Collection
from collections_app.serializers import (
    AddArtifactsSerializer,
    AddedArtifactsResponseSerializer,
    AddOneArtifactSerializer,
    AddSeveralArtifactsSerializer,
    ArtifactCreateSerializer,
    ArtifactDetailResponseSerializer,
    ArtifactResponseSerializer,
    ArtifactUpdateSerializer,
    CollectionArtifactResponseSerializer,
    CollectionCreateSerializer,
    CollectionDetailResponseSerializer,
    CollectionResponseSerializer,
    CollectionUpdateSerializer,
    CopyArtifactsSerializer,
    MoveArtifactsSerializer,
    TransferredArtifactsResponseSerializer,
)
from skillmeat_site.api.pagination import LargePagePagination
from skillmeat_site.api.viewsets import ApiViewSet, ResourceViewSet
from skillmeat_site.db.transactions import snapshot
from skillmeat_site.openapi.operations import one_of, resource_schema


@resource_schema(
    "Artifact",
    writing="No two of one `namespace` and `type` have the same `name`; upper and lower case differ.",
    deleting="It leaves its collections and groups. 409 while it has deployments.",
)
class ArtifactViewSet(ResourceViewSet):
    """``/artifacts``"""

    queryset = Artifact.objects.with_counts()
    results_key = "artifacts"
    filterset_class = ArtifactFilterSet
    serializer_class = ArtifactResponseSerializer
    detail_serializer_class = ArtifactDetailResponseSerializer
    create_serializer_class = ArtifactCreateSerializer
    update_serializer_class = ArtifactUpdateSerializer

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The artifact with what holds it, in one snapshot. Costs three queries."""
        with snapshot():
            return super().retrieve(request, *args, **kwargs)

    def perform_destroy(self, instance: Artifact) -> None:
        """Delete it by the service."""
        services.delete_artifact(id=instance.pk)

    def lock_object(self) -> Artifact:
        """Its collections are locked before it."""
        return services.lock_artifact(self.path_id())


@resource_schema(
    "Collection",
    writing="No two have the same `name`; upper and lower case differ.",
    deleting="Its groups and memberships go with it, the artifacts stay.",
)
class CollectionViewSet(ResourceViewSet):
    """``/collections``"""

    queryset = Collection.objects.with_counts()
    results_key = "collections"
    filterset_class = CollectionFilterSet
    serializer_class = CollectionResponseSerializer
    detail_serializer_class = CollectionDetailResponseSerializer
    create_serializer_class = CollectionCreateSerializer
    update_serializer_class = CollectionUpdateSerializer

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The collection with its groups, in one snapshot. Costs two queries."""
        with snapshot():
            return super().retrieve(request, *args, **kwargs)

    def perform_destroy(self, instance: Collection) -> None:
        """Delete it by the service."""
        services.delete_collection(id=instance.pk)

    @extend_schema(
        operation_id="moveCollectionArtifacts",
        summary="Move artifacts to another collection",
        request=MoveArtifactsSerializer,
        responses=TransferredArtifactsResponseSerializer,
    )
    @action(detail=True, methods=["post"], url_path="move-artifacts")
    def move_artifacts(self, request: Request, id: str) -> Response:
        """All of them or none. They leave this collection's groups too."""
        return self._transfer(services.move_artifacts, MoveArtifactsSerializer)

    @extend_schema(
        operation_id="copyCollectionArtifacts",
        summary="Copy artifacts to another collection",
        request=CopyArtifactsSerializer,
        responses=TransferredArtifactsResponseSerializer,
    )
    @action(detail=True, methods=["post"], url_path="copy-artifacts")
    def copy_artifacts(self, request: Request, id: str) -> Response:
        """All of them or none. This collection stays as it is."""
        return self._transfer(services.copy_artifacts, CopyArtifactsSerializer)

    def _transfer(self, service: Any, serializer_class: type[MoveArtifactsSerializer]) -> Response:
        source = self.get_object()
        body = self.validated(serializer_class)
        artifacts = service(source_collection_id=source.pk, **body)
        transferred = {
            "source_collection_id": source.pk,
            "target_collection_id": body["target_collection_id"],
            "artifacts": artifacts,
        }
        return Response(TransferredArtifactsResponseSerializer(transferred).data)


class CollectionArtifactViewSet(mixins.ListModelMixin, ApiViewSet):
    """``/collections/{id}/artifacts``"""

    queryset = Artifact.objects.with_counts()
    permission_model = Collection
    parent_viewset = CollectionViewSet
    path_models = {"id": Collection, "artifactId": Artifact}
    lookup_url_kwarg = "artifactId"
    results_key = "artifacts"
    filterset_class = CollectionArtifactFilterSet
    pagination_class = LargePagePagination
    serializer_class = CollectionArtifactResponseSerializer

    def get_queryset(self) -> ArtifactQuerySet:
        """The artifacts of this collection."""
        return Artifact.objects.with_counts().members_of(self.kwargs.get("id", ""))

    def get_serializer_context(self) -> dict[str, Any]:
        """With the collection, whose groups are shown."""
        return {**super().get_serializer_context(), "collection_id": self.kwargs.get("id")}

    @extend_schema(operation_id="listCollectionArtifacts", summary="List the artifacts of a collection")
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Each with the groups of this collection that hold it, all in one snapshot."""
        with snapshot():
            self.get_parent()
            return super().list(request, *args, **kwargs)

    @extend_schema(
        operation_id="addCollectionArtifacts",
        summary="Add artifacts to a collection",
        request=one_of("AddArtifacts", AddOneArtifactSerializer, AddSeveralArtifactsSerializer),
        responses={200: AddedArtifactsResponseSerializer, 201: AddedArtifactsResponseSerializer},
    )
    def create(self, request: Request, id: str) -> Response:
        """201 when at least one was added, 200 when all were members already."""
        collection = self.get_parent()
        artifacts = services.add_artifacts(
            collection_id=collection.pk, **self.validated(AddArtifactsSerializer)
        )
        body = AddedArtifactsResponseSerializer({"collection_id": collection.pk, "artifacts": artifacts}).data
        added = any(artifact.created for artifact in artifacts)
        return Response(body, status=status.HTTP_201_CREATED if added else status.HTTP_200_OK)

    @extend_schema(operation_id="removeCollectionArtifact", summary="Remove an artifact from a collection")
    def destroy(self, request: Request, id: str, artifactId: str) -> Response:  # noqa: N803 - the contract's name
        """It leaves the collection's groups too. 204 also when it was no member."""
        artifact_id = self.path_id("artifactId")
        services.remove_artifact(collection_id=self.get_parent().pk, artifact_id=artifact_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
