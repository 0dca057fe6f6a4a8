"""Projects, deployments and their summary."""

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from deployments_app import services
from deployments_app.filters import DeploymentFilterSet, ProjectFilterSet
from deployments_app.models import Deployment, Project
from deployments_app.serializers import (
    DeploymentChangeResponseSerializer,
    DeploymentCreateSerializer,
    DeploymentResponseSerializer,
    DeploymentSummaryResponseSerializer,
    DeploymentUpdateSerializer,
    ProjectCreateSerializer,
    ProjectResponseSerializer,
    ProjectUpdateSerializer,
)
from deployments_app.summary import deployment_summary
from skillmeat_site.api.pagination import WholeListPagination
from skillmeat_site.api.viewsets import ResourceViewSet
from skillmeat_site.db.transactions import get
from skillmeat_site.openapi.operations import page_parameters, resource_schema


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
    writing="At most one deployment of an artifact in a project is `active`: when another one becomes so, "
    "the one before becomes `inactive`, and stays as history.",
    deleting="The record is gone; other deployments stay as they are.",
)
class DeploymentViewSet(ResourceViewSet):
    """``/deployments``"""

    queryset = Deployment.objects.with_details()
    results_key = "deployments"
    filterset_class = DeploymentFilterSet
    pagination_class = WholeListPagination
    serializer_class = DeploymentResponseSerializer
    create_serializer_class = DeploymentCreateSerializer
    update_serializer_class = DeploymentUpdateSerializer

    def perform_destroy(self, instance: Deployment) -> None:
        """Delete it by the service."""
        services.delete_deployment(id=instance.pk)

    def lock_object(self) -> Deployment:
        """Its artifact is locked before it."""
        return services.lock_deployment(self.path_id())

    @extend_schema(
        operation_id="getDeploymentSummary",
        summary="Count the deployments by status, artifact and project",
        parameters=page_parameters(WholeListPagination),
        responses=DeploymentSummaryResponseSerializer,
    )
    @action(detail=False, methods=["get"], filter_backends=())
    def summary(self, request: Request) -> Response:
        """All numbers are of one snapshot. `page` and `page_size` apply to both tables."""
        paginator = self.paginator
        paginator.read_parameters(request)
        summary = deployment_summary(paginator.rows)
        return Response({**summary, "page": paginator.page, "page_size": paginator.page_size})

    @extend_schema(
        operation_id="listDeploymentHistory",
        summary="Show the history of a deployment",
        responses=DeploymentChangeResponseSerializer(many=True),
    )
    @action(detail=True, methods=["get"], results_key="history", filter_backends=())
    def history(self, request: Request, id: str) -> Response:
        """What it was and who made it so, the newest first."""
        get(Deployment, self.path_id())
        page = self.paginate_queryset(Deployment.history.filter(id=self.kwargs["id"]))
        return self.get_paginated_response(DeploymentChangeResponseSerializer(page, many=True).data)
