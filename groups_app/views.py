"""Groups, and the artifacts in a group."""

from abc import abstractmethod
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from collections_app.models import Artifact
from collections_app.serializers import GroupResponseSerializer
from groups_app import contents, services
from groups_app.filters import GroupFilterSet
from groups_app.locks import lock_group
from groups_app.models import Group, GroupArtifact, GroupArtifactQuerySet
from groups_app.serializers import (
    AddGroupArtifactsSerializer,
    AddOneGroupArtifactSerializer,
    AddSeveralGroupArtifactsSerializer,
    CopyGroupSerializer,
    GroupArtifactPositionResponseSerializer,
    GroupArtifactResponseSerializer,
    GroupArtifactUpdateSerializer,
    GroupCreateSerializer,
    GroupDetailResponseSerializer,
    GroupListItemResponseSerializer,
    GroupUpdateSerializer,
    MoveGroupArtifactsSerializer,
    PlacedArtifactsResponseSerializer,
    ReorderedArtifactsResponseSerializer,
    ReorderedGroupsResponseSerializer,
    ReorderGroupArtifactsSerializer,
    ReorderGroupsSerializer,
)
from skillmeat_site.api.pagination import LargePagePagination
from skillmeat_site.api.viewsets import ApiViewSet, ResourceViewSet
from skillmeat_site.db.ordering import RANK_ORDER
from skillmeat_site.db.transactions import snapshot
from skillmeat_site.openapi.operations import object_or_list, one_of, resource_schema


class PositionedListMixin(mixins.ListModelMixin):
    """A list of siblings with their positions, read in one snapshot."""

    @abstractmethod
    def siblings(self) -> QuerySet[Any]:
        """All rows of the parent whose rows are listed, filtered or not."""

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The rows with their positions and their number."""
        with snapshot():
            return super().list(request, *args, **kwargs)

    def paginate_queryset(self, queryset: Any) -> Any:
        """A page. Its rows are enumerated, which is faster than counting, if no sibling is left out."""
        page: Any = super().paginate_queryset(queryset)  # type: ignore[misc]
        # A paginator of another kind may give instances.
        is_in_order = isinstance(page, QuerySet) and queryset.query.order_by == RANK_ORDER
        if is_in_order and self.paginator.total == self.siblings().count():  # type: ignore[attr-defined]
            # Without the first line, a database enumerates all siblings to show a page of them.
            rows = queryset.filter(pk__in=page.values("pk"))
            return rows.enumerated(self.paginator.rows.start)  # type: ignore[attr-defined]
        return page


@resource_schema(
    "Group",
    writing="No two of one collection have the same `name`; upper and lower case differ.",
    deleting="Its artifacts stay in the collection; the groups behind it move up.",
)
class GroupViewSet(PositionedListMixin, ResourceViewSet):
    """``/groups``"""

    queryset = Group.objects.with_counts().with_positions().order_by(*RANK_ORDER)
    results_key = "groups"
    filterset_class = GroupFilterSet
    pagination_class = LargePagePagination
    serializer_class = GroupResponseSerializer
    detail_serializer_class = GroupDetailResponseSerializer
    create_serializer_class = GroupCreateSerializer
    update_serializer_class = GroupUpdateSerializer

    def siblings(self) -> QuerySet[Group]:
        """All groups of the collection."""
        return Group.objects.filter(collection=self.request.query_params.get("collection_id"))

    def get_serializer_class(self) -> Any:
        """In a list of several collections' groups each has the name of its collection."""
        of_several = self.action == "list" and "collection_id" not in self.request.query_params
        return GroupListItemResponseSerializer if of_several else super().get_serializer_class()

    @extend_schema(operation_id="listGroups", responses=GroupListItemResponseSerializer(many=True))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The groups of a collection by position, or of all collections that hold an artifact."""
        return super().list(request, *args, **kwargs)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The group with its artifacts, in one snapshot. Costs two queries."""
        with snapshot():
            return super().retrieve(request, *args, **kwargs)

    def perform_destroy(self, instance: Group) -> None:
        """Delete it by the service."""
        services.delete_group(id=instance.pk)

    def lock_object(self) -> Group:
        """Its collection is locked with it."""
        return lock_group(self.path_id())

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
        return self._reorder(data)

    def _reorder(self, data: Any) -> Response:
        # As everywhere: an id that cannot be one is told before the body, a group that is not there after it.
        sibling_id = self.path_id() if self.detail else None
        body = self.validated(ReorderGroupsSerializer, data)
        if self.detail:
            self.get_object()
        positions = {item["id"]: item["position"] for item in body["groups"]}
        collection = services.reorder_groups(positions=positions, sibling_id=sibling_id)
        return Response(ReorderedGroupsResponseSerializer(collection).data)

    @extend_schema(
        operation_id="reorderGroupArtifacts",
        summary="Reorder the artifacts of a group",
        request=ReorderGroupArtifactsSerializer,
        responses=ReorderedArtifactsResponseSerializer,
    )
    @action(detail=True, methods=["post"], url_path="reorder-artifacts")
    def reorder_artifacts(self, request: Request, id: str) -> Response:
        """Named artifacts take the places asked for, the others keep their order in what is left."""
        body = self.validated(ReorderGroupArtifactsSerializer)
        positions = {item["artifact_id"]: item["position"] for item in body["artifacts"]}
        group = contents.reorder_artifacts(group_id=self.get_object().pk, positions=positions)
        return Response(ReorderedArtifactsResponseSerializer(group).data)

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
        body = self.validated(MoveGroupArtifactsSerializer)
        artifacts = contents.move_artifacts(source_group_id=self.get_object().pk, **body)
        moved = {"group_id": body["target_group_id"], "artifacts": artifacts}
        return Response(PlacedArtifactsResponseSerializer(moved).data)

    @extend_schema(
        operation_id="copyGroup",
        summary="Copy a group with its artifacts",
        request=CopyGroupSerializer,
        responses={201: GroupResponseSerializer},
    )
    @action(detail=True, methods=["post"], url_path="copy", permission_verb="add")
    def copy(self, request: Request, id: str) -> Response:
        """The copy goes last; artifacts that are not in its collection join it."""
        body = self.validated(CopyGroupSerializer)
        copy = services.copy_group(group_id=self.get_object().pk, **body)
        serializer = self.serializer_class(
            self.queryset.get(pk=copy.pk), context=self.get_serializer_context()
        )
        data = serializer.data
        return Response(data, status=status.HTTP_201_CREATED, headers=self.get_success_headers(data))


class GroupArtifactViewSet(PositionedListMixin, ApiViewSet):
    """``/groups/{id}/artifacts``"""

    queryset = GroupArtifact.objects.all()
    permission_model = Group
    parent_viewset = GroupViewSet
    path_models = {"id": Group, "artifactId": Artifact}
    lookup_url_kwarg = "artifactId"
    results_key = "artifacts"
    pagination_class = LargePagePagination
    serializer_class = GroupArtifactResponseSerializer

    def get_queryset(self) -> GroupArtifactQuerySet:
        """The artifacts of this group, in order."""
        return GroupArtifact.objects.of(self.kwargs.get("id", "")).with_artifacts().with_positions()

    def siblings(self) -> QuerySet[GroupArtifact]:
        """All artifacts of the group."""
        return GroupArtifact.objects.filter(group=self.kwargs["id"])

    @extend_schema(operation_id="listGroupArtifacts", summary="List the artifacts of a group")
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """By position."""
        with snapshot():
            self.get_parent()
            return super().list(request, *args, **kwargs)

    @extend_schema(
        operation_id="addGroupArtifacts",
        summary="Add artifacts to a group",
        request=one_of(
            "AddGroupArtifacts", AddOneGroupArtifactSerializer, AddSeveralGroupArtifactsSerializer
        ),
        responses={200: PlacedArtifactsResponseSerializer, 201: PlacedArtifactsResponseSerializer},
    )
    def create(self, request: Request, id: str) -> Response:
        """As one block, in request order; 201 when any was added, else 200.

        Those that are in the group already move there when `position` is given and stay put
        otherwise. An artifact that is not in the group's collection joins it.
        """
        group = self.get_parent()
        artifacts = contents.place_artifacts(group_id=group.pk, **self.validated(AddGroupArtifactsSerializer))
        body = PlacedArtifactsResponseSerializer({"group_id": group.pk, "artifacts": artifacts}).data
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
        artifact_id = self.path_id("artifactId")
        ids = {"group_id": self.get_parent().pk, "artifact_id": artifact_id}
        position = self.validated(GroupArtifactUpdateSerializer)["position"]
        place = contents.position_artifact(**ids, position=position)
        body = {**ids, "position": place.position, "added_at": place.added_at}
        return Response(GroupArtifactPositionResponseSerializer(body).data)

    @extend_schema(operation_id="removeGroupArtifact", summary="Remove an artifact from a group")
    def destroy(self, request: Request, id: str, artifactId: str) -> Response:  # noqa: N803 - the contract's name
        """It stays in the collection. 204 also when it was not in the group."""
        artifact_id = self.path_id("artifactId")
        contents.remove_artifact(group_id=self.get_parent().pk, artifact_id=artifact_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
