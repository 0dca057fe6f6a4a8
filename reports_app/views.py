"""Reports and catalogues."""

from typing import Any

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.request import Request
from rest_framework.response import Response

from collections_app.models import Artifact
from reports_app.catalogs import receive_catalog
from reports_app.filters import ReportFilterSet
from reports_app.models import Report
from reports_app.serializers import (
    CatalogCreateSerializer,
    CatalogReceivedResponseSerializer,
    ReportCreateSerializer,
    ReportReceivedResponseSerializer,
    ReportResponseSerializer,
)
from reports_app.services import Outcome, receive_report
from skillmeat_site.api.permissions import ALL_SCOPES, TokenScope
from skillmeat_site.api.viewsets import ApiViewSet

SENDERS = frozenset({TokenScope.FULL, TokenScope.REPORT})


class ReportViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """``/reports``"""

    queryset = Report.objects.all()
    results_key = "reports"
    filterset_class = ReportFilterSet
    serializer_class = ReportResponseSerializer
    token_scopes = ALL_SCOPES
    write_scopes = SENDERS

    @extend_schema(operation_id="listReports", summary="List reports")
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The newest first; the last 100 of each project and target are kept."""
        return super().list(request, *args, **kwargs)

    @extend_schema(operation_id="getReport", summary="Show a report")
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What it did, and what was wrong in it."""
        return super().retrieve(request, *args, **kwargs)

    @extend_schema(
        operation_id="createReport",
        summary="Report what a project has",
        request=ReportCreateSerializer,
        responses={200: ReportReceivedResponseSerializer, 201: ReportReceivedResponseSerializer},
    )
    def create(self, request: Request) -> Response:
        """What is there is active, with its version and digest; what is missing becomes inactive.

        201 when it made the project. The same report again writes nothing but when that was.
        """
        user: Any = request.user
        body = self.validated(ReportCreateSerializer)
        outcome = receive_report(by=User.get_username(user), **body)
        is_new = outcome.is_new_project and not body.get("dry_run")
        shown = _shown(outcome)
        if not is_new:
            return Response(shown)
        location = self.reverse_action("detail", kwargs={"id": shown["report_id"]})
        return Response(shown, status=status.HTTP_201_CREATED, headers={"Location": location})


class CatalogViewSet(ApiViewSet):
    """``/catalogs``"""

    queryset = Artifact.objects.all()
    pagination_class = None
    filter_backends = ()
    serializer_class = CatalogReceivedResponseSerializer
    token_scopes = SENDERS

    def check_permissions(self, request: Request) -> None:
        """Besides adding artifacts the user must be allowed to change them."""
        super().check_permissions(request)
        # Without an action the method is not allowed at all, and 405 says more.
        if self.action and not request.user.has_perm("collections_app.change_artifact"):
            self.permission_denied(request)

    @extend_schema(
        operation_id="createCatalog",
        summary="Say what a source offers",
        request=CatalogCreateSerializer,
        responses={200: CatalogReceivedResponseSerializer},
    )
    def create(self, request: Request) -> Response:
        """Its artifacts, and which version and digest of each is the latest; others are withdrawn.

        Needs the permission `collections_app.change_artifact` too.
        """
        body = self.validated(CatalogCreateSerializer)
        outcome = receive_catalog(
            **{name: body[name] for name in ("namespace", "artifacts", "dry_run") if name in body}
        )
        return Response(CatalogReceivedResponseSerializer(outcome).data)


def _shown(outcome: Outcome) -> dict[str, Any]:
    """The response; what a dry run would have made has no id."""
    made = set() if outcome.report else outcome.made
    data = ReportReceivedResponseSerializer(
        {
            "project_id": outcome.project.pk,
            "report_id": outcome.report.pk if outcome.report else None,
            "unchanged": outcome.unchanged,
            "artifacts": outcome.artifacts,
            "deployments": outcome.deployments,
            "outdated": outcome.outdated,
            "problems": outcome.problems,
        }
    ).data
    for row in (data, *data["outdated"]):
        for name in ("id", "artifact_id", "project_id"):
            if row.get(name) in made:
                row[name] = None
    return data
