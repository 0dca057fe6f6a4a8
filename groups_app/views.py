"""Groups, and the artifacts in a group."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from collections_app.models import Artifact
from collections_app.serializers import GroupResponseSerializer
from collections_app.views import groups_of
from groups_app import services
from groups_app.filters import GroupFilterSet
from groups_app.models import Group, GroupArtifact, GroupArtifactQuerySet, GroupQuerySet
from groups_app.serializers import (
    AddGroupArtifactsSerializer,
    CopyGroupSerializer,
    GroupArtifactPositionResponseSerializer,
    GroupArtifactResponseSerializer,
    GroupArtifactUpdateSerializer,
    GroupCreateSerializer,
    GroupDetailResponseSerializer,
    GroupUpdateSerializer,
    MoveGroupArtifactsSerializer,
    PlacedArtifactsResponseSerializer,
    ReorderedArtifactsResponseSerializer,
    ReorderedGroupsResponseSerializer,
    ReorderGroupArtifactsSerializer,
    ReorderGroupsSerializer,
)
from skillmeat_site.api.filters import StrictFilterSet
from skillmeat_site.api.pagination import WholeListPagination
from skillmeat_site.api.rows import Row, RowQuery
from skillmeat_site.api.viewsets import ApiViewSet, ListMixin, ResourceViewSet
from skillmeat_site.db.compiled import Param, compiled
from skillmeat_site.db.ordering import RANK_ORDER
from skillmeat_site.db.transactions import snapshot
from skillmeat_site.openapi.schema import object_or_list, resource_schema


def _artifacts_of(group_id: str) -> list[Row]:
    """All artifacts of a group, by position. Costs one query."""
    query = compiled(
        _artifacts_of,
        lambda: RowQuery(
            GroupArtifact.objects.of(Param("group")), GroupArtifactResponseSerializer, planned_once=False
        ),
    )
    return query.shown({"group": group_id})


@resource_schema(
    "Group",
    writing="No two of one collection have the same `name`; upper and lower case differ.",
    deleting="Its artifacts stay in the collection; the groups behind it move up.",
)
class GroupViewSet(ResourceViewSet):
    """``/groups``"""

    queryset = Group.objects.all()
    permission_model = Group
    path_models = {"id": Group}
    results_key = "groups"
    filterset_class = GroupFilterSet
    pagination_class = WholeListPagination
    serializer_class = GroupResponseSerializer
    detail_serializer_class = GroupDetailResponseSerializer
    create_serializer_class = GroupCreateSerializer
    update_serializer_class = GroupUpdateSerializer
    row_services = services.GROUP_SERVICES

    def get_queryset(self) -> GroupQuerySet:
        """Groups by position, which is counted for each where not all of a collection are read."""
        groups = Group.objects.with_counts().order_by(*RANK_ORDER)
        narrowed = self.action != "list" or {"search", "artifact_id"} & self.request.query_params.keys()
        return groups.with_positions() if narrowed else groups

    def representation(self) -> Row:
        """The group with its artifacts at one moment. Costs two queries."""
        with snapshot():
            group = self.row(self.path_id())
            return {**group, "artifacts": _artifacts_of(group["id"])}

    @extend_schema(
        operation_id="reorderGroups",
        summary="Reorder the groups of a collection",
        request=ReorderGroupsSerializer,
        responses=ReorderedGroupsResponseSerializer,
    )
    @action(detail=False, methods=["put"], url_path="reorder")
    def reorder(self, request: Request) -> Response:
        """Named groups take the places asked for, the others keep their order in what is left."""
        return self._reorder(request.data)

    @extend_schema(
        operation_id="reorderSiblingGroups",
        summary="Reorder the groups of this group's collection",
        request=object_or_list(ReorderGroupsSerializer, "groups"),
        responses=ReorderedGroupsResponseSerializer,
    )
    @action(detail=True, methods=["put"], url_path="reorder")
    def reorder_siblings(self, request: Request, id: str) -> Response:
        """As `reorder`; the body may also be the bare list."""
        data = {"groups": request.data} if isinstance(request.data, list) else request.data
        return self._reorder(data, sibling_id=self.path_id())

    def _reorder(self, data: Any, sibling_id: str | None = None) -> Response:
        body = self.validated(ReorderGroupsSerializer, data)
        positions = {item["id"]: item["position"] for item in body["groups"]}
        collection_id = services.reorder_groups(positions=positions, sibling_id=sibling_id)
        return Response({"groups": groups_of(collection_id)})

    @extend_schema(
        operation_id="reorderGroupArtifacts",
        summary="Reorder the artifacts of a group",
        request=ReorderGroupArtifactsSerializer,
        responses=ReorderedArtifactsResponseSerializer,
    )
    @action(detail=True, methods=["post"], url_path="reorder-artifacts")
    def reorder_artifacts(self, request: Request, id: str) -> Response:
        """Named artifacts take the places asked for, the others keep their order in what is left."""
        group_id = self.path_id()
        body = self.validated(ReorderGroupArtifactsSerializer)
        positions = {item["artifact_id"]: item["position"] for item in body["artifacts"]}
        services.reorder_artifacts(group_id=group_id, positions=positions)
        return Response({"artifacts": _artifacts_of(group_id)})

    @extend_schema(
        operation_id="moveGroupArtifacts",
        summary="Move artifacts to another group",
        request=MoveGroupArtifactsSerializer,
        responses=PlacedArtifactsResponseSerializer,
    )
    @action(detail=True, methods=["post"], url_path="move-artifacts")
    def move_artifacts(self, request: Request, id: str) -> Response:
        """All of them or none; what a drag from group to group needs.

        Into another collection's group they join that collection, and stay in this one.
        """
        source_group_id = self.path_id()
        body = self.validated(MoveGroupArtifactsSerializer)
        artifacts = services.move_artifacts(source_group_id=source_group_id, **body)
        return Response({"group_id": body["target_group_id"], "artifacts": artifacts})

    @extend_schema(
        operation_id="copyGroup",
        summary="Copy a group with its artifacts",
        request=CopyGroupSerializer,
        responses={201: GroupResponseSerializer},
    )
    @action(detail=True, methods=["post"], url_path="copy", permission_verb="add")
    def copy(self, request: Request, id: str) -> Response:
        """The copy goes last; artifacts that are not in its collection join it."""
        group_id = self.path_id()
        copy = services.copy_group(group_id=group_id, **self.validated(CopyGroupSerializer))
        return self.created(copy.pk)


class GroupArtifactViewSet(ListMixin, ApiViewSet):
    """``/groups/{id}/artifacts``"""

    queryset = GroupArtifact.objects.all()
    permission_model = Group
    whole = GroupViewSet
    path_models = {"id": Group, "artifactId": Artifact}
    lookup_url_kwarg = "artifactId"
    results_key = "artifacts"
    pagination_class = WholeListPagination
    filterset_class = StrictFilterSet
    serializer_class = GroupArtifactResponseSerializer

    def get_queryset(self) -> GroupArtifactQuerySet:
        """The artifacts of this group, in order."""
        return GroupArtifact.objects.of(Param("id"))

    @extend_schema(operation_id="listGroupArtifacts", summary="List the artifacts of a group")
    def list(self, request: Request, **kwargs: Any) -> Response:
        """By position."""
        return super().list(request, **kwargs)

    @extend_schema(
        operation_id="addGroupArtifacts",
        summary="Add artifacts to a group",
        request=AddGroupArtifactsSerializer,
        responses={200: PlacedArtifactsResponseSerializer, 201: PlacedArtifactsResponseSerializer},
    )
    def create(self, request: Request, id: str) -> Response:
        """As one block, in request order; 201 when any was added, else 200.

        Those that are in the group already move there when `position` is given and stay put
        otherwise. An artifact that is not in the group's collection joins it.
        """
        group_id = self.path_id()
        artifacts = services.place_artifacts(group_id=group_id, **self.validated(AddGroupArtifactsSerializer))
        body = {"group_id": group_id, "artifacts": artifacts}
        added = any(artifact.created for artifact in artifacts)
        return Response(body, status=status.HTTP_201_CREATED if added else status.HTTP_200_OK)

    @extend_schema(
        operation_id="updateGroupArtifact",
        summary="Put an artifact at another place in its group",
        request=GroupArtifactUpdateSerializer,
        responses=GroupArtifactPositionResponseSerializer,
    )
    def update(self, request: Request, id: str, artifactId: str) -> Response:  # noqa: N803 - the contract's name
        """The others close up and make room."""
        ids = {"group_id": self.path_id(), "artifact_id": self.path_id("artifactId")}
        position = self.validated(GroupArtifactUpdateSerializer)["position"]
        place = services.position_artifact(**ids, position=position)
        return Response({**ids, "position": place.position, "added_at": place.added_at})

    @extend_schema(operation_id="removeGroupArtifact", summary="Remove an artifact from a group")
    def destroy(self, request: Request, id: str, artifactId: str) -> Response:  # noqa: N803 - the contract's name
        """It stays in the collection. 204 also when it was not in the group."""
        services.remove_artifact(group_id=self.path_id(), artifact_id=self.path_id("artifactId"))
        return Response(status=status.HTTP_204_NO_CONTENT)
