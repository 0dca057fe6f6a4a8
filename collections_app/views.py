"""Artifacts, collections, and the artifacts in a collection."""

from collections import defaultdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from collections_app import services
from collections_app.filters import ArtifactFilterSet, CollectionArtifactFilterSet, CollectionFilterSet
from collections_app.models import Artifact, ArtifactQuerySet, Collection, CollectionArtifact
from collections_app.serializers import (
    AddArtifactsSerializer,
    AddedArtifactsResponseSerializer,
    ArtifactCreateSerializer,
    ArtifactResponseSerializer,
    ArtifactUpdateSerializer,
    CollectionArtifactResponseSerializer,
    CollectionCreateSerializer,
    CollectionDetailResponseSerializer,
    CollectionResponseSerializer,
    CollectionUpdateSerializer,
    CopyArtifactsSerializer,
    Group,
    GroupResponseSerializer,
    MoveArtifactsSerializer,
    TransferredArtifactsResponseSerializer,
)
from skillmeat_site.api.pagination import WholeListPagination
from skillmeat_site.api.rows import Row, RowQuery
from skillmeat_site.api.viewsets import ApiViewSet, ListMixin, ResourceViewSet
from skillmeat_site.db.compiled import CompiledQuery, Param, compiled
from skillmeat_site.db.transactions import snapshot
from skillmeat_site.openapi.schema import resource_schema


def groups_of(collection_id: str) -> list[Row]:
    """All groups of a collection, by position. Costs one query."""
    groups: Any = Group._default_manager
    query = compiled(
        groups_of,
        lambda: RowQuery(groups.of(Param("collection")), GroupResponseSerializer, planned_once=False),
    )
    return query.shown({"collection": collection_id})


def _group_ids(collection_id: str, artifact_ids: list[str]) -> dict[str, list[str]]:
    """The groups of a collection that hold each artifact by its id, by position. Costs one query."""

    def make() -> CompiledQuery:
        members = CollectionArtifact.objects.filter(collection=Param("collection"))
        those = members.filter(artifact__pk__any_of=Param("artifacts"))
        return CompiledQuery(
            those.with_groups().values_list("artifact", "group_artifacts__group"), planned_once=False
        )

    group_ids = defaultdict(list)
    values = {"collection": collection_id, "artifacts": artifact_ids}
    for artifact_id, group_id in compiled(_group_ids, make).rows(values):
        group_ids[artifact_id].append(group_id)
    return group_ids


@resource_schema(
    "Artifact",
    writing="No two of one `type` have the same `name`; upper and lower case differ.",
    deleting="It leaves its collections and groups. 409 while it has deployments.",
)
class ArtifactViewSet(ResourceViewSet):
    """``/artifacts``"""

    queryset = Artifact.objects.with_counts()
    permission_model = Artifact
    path_models = {"id": Artifact}
    results_key = "artifacts"
    filterset_class = ArtifactFilterSet
    serializer_class = ArtifactResponseSerializer
    create_serializer_class = ArtifactCreateSerializer
    update_serializer_class = ArtifactUpdateSerializer
    row_services = services.ARTIFACT_SERVICES


@resource_schema(
    "Collection",
    writing="No two have the same `name`; upper and lower case differ.",
    deleting="Its groups and memberships go with it, the artifacts stay.",
)
class CollectionViewSet(ResourceViewSet):
    """``/collections``"""

    queryset = Collection.objects.with_counts()
    permission_model = Collection
    path_models = {"id": Collection}
    results_key = "collections"
    filterset_class = CollectionFilterSet
    serializer_class = CollectionResponseSerializer
    detail_serializer_class = CollectionDetailResponseSerializer
    create_serializer_class = CollectionCreateSerializer
    update_serializer_class = CollectionUpdateSerializer
    row_services = services.COLLECTION_SERVICES

    def representation(self) -> Row:
        """The collection with its groups at one moment. Costs two queries."""
        with snapshot():
            collection = self.row(self.path_id())
            return {**collection, "groups": groups_of(collection["id"])}

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
        ids = {"source_collection_id": self.path_id()}
        body = self.validated(serializer_class)
        ids["target_collection_id"] = body["target_collection_id"]
        artifacts = service(**ids, artifact_ids=body["artifact_ids"])
        return Response({**ids, "artifacts": artifacts})


class CollectionArtifactViewSet(ListMixin, ApiViewSet):
    """``/collections/{id}/artifacts``"""

    queryset = Artifact.objects.all()
    permission_model = Collection
    whole = CollectionViewSet
    path_models = {"id": Collection, "artifactId": Artifact}
    lookup_url_kwarg = "artifactId"
    results_key = "artifacts"
    filterset_class = CollectionArtifactFilterSet
    pagination_class = WholeListPagination
    serializer_class = CollectionArtifactResponseSerializer

    def get_queryset(self) -> ArtifactQuerySet:
        """The artifacts of this collection."""
        return Artifact.objects.with_counts().members_of(Param("id"))

    @extend_schema(operation_id="listCollectionArtifacts", summary="List the artifacts of a collection")
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Each with the groups of this collection that hold it, all at one moment."""
        with snapshot():
            return super().list(request, **kwargs)

    def get_paginated_response(self, data: Any) -> Response:
        """The page, with the ``group_ids`` of each artifact. Costs one query."""
        group_ids = _group_ids(self.path_id(), [row["id"] for row in data]) if data else {}
        rows = [{**row, "group_ids": group_ids[row["id"]]} for row in data]
        return super().get_paginated_response(rows)

    @extend_schema(
        operation_id="addCollectionArtifacts",
        summary="Add artifacts to a collection",
        request=AddArtifactsSerializer,
        responses={200: AddedArtifactsResponseSerializer, 201: AddedArtifactsResponseSerializer},
    )
    def create(self, request: Request, id: str) -> Response:
        """201 when at least one was added, 200 when all were members already."""
        collection_id = self.path_id()
        artifacts = services.add_artifacts(
            collection_id=collection_id, **self.validated(AddArtifactsSerializer)
        )
        body = {"collection_id": collection_id, "artifacts": artifacts}
        added = any(artifact.created for artifact in artifacts)
        return Response(body, status=status.HTTP_201_CREATED if added else status.HTTP_200_OK)

    @extend_schema(operation_id="removeCollectionArtifact", summary="Remove an artifact from a collection")
    def destroy(self, request: Request, id: str, artifactId: str) -> Response:  # noqa: N803 - the contract's name
        """It leaves the collection's groups too. 204 also when it was no member."""
        services.remove_artifact(collection_id=self.path_id(), artifact_id=self.path_id("artifactId"))
        return Response(status=status.HTTP_204_NO_CONTENT)
