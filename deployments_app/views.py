"""Projects, deployments and their summary."""

from collections import Counter
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from deployments_app import bulk, services
from deployments_app.bulk_serializers import (
    BulkUpdateResponseSerializer,
    BulkUpdateSerializer,
    BulkUpdateToLatestSerializer,
    BulkUpdateToVersionSerializer,
    RolloutOfArtifactsSerializer,
    RolloutOfCollectionSerializer,
    RolloutOfGroupSerializer,
    RolloutResponseSerializer,
    RolloutSerializer,
)
from deployments_app.filters import DeploymentFilterSet, ProjectFilterSet, SummaryFilterSet
from deployments_app.models import ArtifactTally, Deployment, Project, ProjectTally
from deployments_app.serializers import (
    DeploymentChangeResponseSerializer,
    DeploymentCreateSerializer,
    DeploymentResponseSerializer,
    DeploymentUpdateSerializer,
    ProjectCreateSerializer,
    ProjectResponseSerializer,
    ProjectUpdateSerializer,
)
from deployments_app.summary import deployment_summary
from deployments_app.summary_serializers import DeploymentSummaryResponseSerializer
from skillmeat_site.api.filters import ListFilterBackend
from skillmeat_site.api.pagination import LargePagePagination
from skillmeat_site.api.viewsets import ResourceViewSet
from skillmeat_site.db.transactions import get_all, snapshot
from skillmeat_site.openapi.operations import one_of, page_parameters, resource_schema


@resource_schema(
    "Project",
    writing="No two have the same `name`; upper and lower case differ.",
    deleting="409 while it has deployments.",
)
class ProjectViewSet(ResourceViewSet):
    """``/projects``"""

    queryset = Project.objects.with_counts()
    results_key = "projects"
    filterset_class = ProjectFilterSet
    serializer_class = ProjectResponseSerializer
    create_serializer_class = ProjectCreateSerializer
    update_serializer_class = ProjectUpdateSerializer

    def perform_destroy(self, instance: Project) -> None:
        """Delete it by the service."""
        services.delete_project(id=instance.pk)


@resource_schema(
    "Deployment",
    writing="At most one deployment of an artifact in a target of a project is `active`: when another one "
    "becomes so, the one before becomes `inactive`, and stays as history.",
    deleting="The record is gone; other deployments stay as they are.",
)
class DeploymentViewSet(ResourceViewSet):
    """``/deployments``"""

    queryset = Deployment.objects.with_details()
    results_key = "deployments"
    filterset_class = DeploymentFilterSet
    pagination_class = LargePagePagination
    serializer_class = DeploymentResponseSerializer
    history_serializer_class = DeploymentChangeResponseSerializer
    create_serializer_class = DeploymentCreateSerializer
    update_serializer_class = DeploymentUpdateSerializer

    def perform_destroy(self, instance: Deployment) -> None:
        """Delete it by the service."""
        services.delete_deployment(id=instance.pk)

    def lock_object(self) -> Deployment:
        """Its project and its artifact are locked before it."""
        return services.lock_deployment(self.path_id())

    @extend_schema(
        operation_id="getDeploymentSummary",
        summary="Count the deployments by status, artifact and project",
        parameters=page_parameters(LargePagePagination),
        responses=DeploymentSummaryResponseSerializer,
    )
    @action(
        detail=False, methods=["get"], filterset_class=SummaryFilterSet, pagination_class=LargePagePagination
    )
    def summary(self, request: Request) -> Response:
        """All numbers are of one snapshot. `page` and `page_size` apply to both tables."""
        paginator = self.paginator
        paginator.read_parameters(request)
        with snapshot():
            deployments: Any = self.filter_queryset(self.get_queryset())
            summary = deployment_summary(
                paginator.rows,
                deployments,
                self._tallies("artifact", ArtifactTally.objects.all()),
                self._tallies("project", ProjectTally.objects.all()),
            )
        return Response({**summary, "page": paginator.page, "page_size": paginator.page_size})

    def _tallies(self, owner: str, tallies: Any) -> Any:
        """The tallies of what the request asks for; None if each may tally more than that.

        Args:
            owner: of which field of a deployment they are.
        """
        filters = self.filterset_class.base_filters
        sent = filters.keys() & {name.removesuffix("[]") for name in self.request.query_params}
        asks_of = {str(filters[name].field_name).partition("__")[0] for name in sent}
        leaves_out = (
            self.get_queryset().query.where
            or self.filter_backends != [ListFilterBackend]
            or type(self).filter_queryset is not GenericAPIView.filter_queryset
        )
        return None if leaves_out or not asks_of <= {owner} else self.filter_queryset(tallies)

    @extend_schema(
        operation_id="updateDeployments",
        summary="Change several deployments",
        request=one_of("DeploymentBulkUpdate", BulkUpdateToVersionSerializer, BulkUpdateToLatestSerializer),
        responses=BulkUpdateResponseSerializer,
    )
    @action(detail=False, methods=["post"], url_path="bulk-update")
    def bulk_update(self, request: Request) -> Response:
        """All of them or none. Those that become active take the place of those that are."""
        body = self.validated(BulkUpdateSerializer)
        for deployment in get_all(self.get_queryset(), body["deployment_ids"], attr="deployment_ids"):
            self.check_object_permissions(request, deployment)
        ids = [deployment.pk for deployment in bulk.update_deployments(**body)]
        changed = get_all(self.queryset, ids)
        return Response(BulkUpdateResponseSerializer({"deployments": changed}).data)

    @extend_schema(
        operation_id="createRollout",
        summary="Deploy artifacts to projects",
        request=one_of(
            "DeploymentRollout",
            RolloutOfArtifactsSerializer,
            RolloutOfGroupSerializer,
            RolloutOfCollectionSerializer,
        ),
        responses=RolloutResponseSerializer,
    )
    @action(detail=False, methods=["post"], permission_verb="add")
    def rollout(self, request: Request) -> Response:
        """All of them or none, or only the plan. What has the version already stays as it is.

        At most 10,000 pairs of an artifact and a project.
        """
        body = self.validated(RolloutSerializer)
        plan = bulk.roll_out(**body)
        counts = Counter(step.action for step in plan)
        rollout = {
            "dry_run": body.get("dry_run", False),
            "counts": {action: counts[action] for action in bulk.ACTIONS},
            "plan": plan,
        }
        return Response(RolloutResponseSerializer(rollout).data)
