"""More hooks of Django and of Django REST Framework, where the product does something of its own.

As in `tests.test_framework_idioms`, each view is what a developer new to the project would write.
"""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import django_filters
import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Lower
from django.test.utils import isolate_apps
from django.urls import include, path
from drf_spectacular.generators import SchemaGenerator
from drf_standardized_errors.handler import exception_handler
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListCreateAPIView, RetrieveAPIView
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.test import APIClient
from rest_framework.views import APIView
from rest_framework.viewsets import ModelViewSet

from collections_app.models import Collection
from deployments_app.models import Project
from deployments_app.services import create_deployment
from deployments_app.views import DeploymentViewSet, ProjectViewSet
from groups_app.serializers import GroupArtifactResponseSerializer
from groups_app.views import GroupArtifactViewSet, GroupViewSet
from skillmeat_site.api.permissions import ModelPermissions
from skillmeat_site.api.viewsets import ApiViewSet
from tests.test_framework_idioms import (
    ShoutingProjectViewSet,
    StockPagination,
    StockPaginationProjectViewSet,
    UnpaginatedProjectViewSet,
)

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.test_framework_hooks")]


class CountingProjectViewSet(ProjectViewSet):
    """Writes when it is read."""

    def get_object(self) -> Any:
        project = super().get_object()
        with transaction.atomic():
            Project.objects.filter(pk=project.pk).update(description="was read")
        return project


class CountingGroupViewSet(GroupViewSet):
    """As `CountingProjectViewSet`, of a resource that is read in a snapshot."""

    def get_object(self) -> Any:
        group = super().get_object()
        with transaction.atomic():
            group.collection.description = "was read"
            group.collection.save()
        return group


class ReluctantProjectViewSet(ProjectViewSet):
    def perform_create(self, serializer: Any) -> None:
        super().perform_create(serializer)
        raise ValidationError("On second thoughts, no.")


class FaultyProjectViewSet(ProjectViewSet):
    """Breaks rules of the database, each by its own name."""

    def perform_create(self, serializer: Any) -> None:
        if serializer.validated_data["name"] == "taken":
            User.objects.create(username=self.request.user.get_username())
        Project.objects.create(name=None)


class BodyPermission(BasePermission):
    def has_permission(self, request: Any, view: Any) -> bool:
        return request.data.get("name") != "forbidden"


class BodyPermissionProjectViewSet(ProjectViewSet):
    permission_classes = [ModelPermissions, BodyPermission]


class PricingViewSet(ApiViewSet):
    """An action that answers what JSON has no type for, to anybody."""

    queryset = Project.objects.all()
    permission_classes = [AllowAny]

    @action(detail=False, methods=["post"])
    def price(self, request: Any) -> Response:
        return Response({"price": Decimal("1.50"), 7: Project.objects.count()}, status=201)


class StockPaginationGroupViewSet(GroupViewSet):
    pagination_class = StockPagination


class StockPaginationGroupArtifactViewSet(GroupArtifactViewSet):
    pagination_class = StockPagination


class StockPaginationDeploymentViewSet(DeploymentViewSet):
    pagination_class = StockPagination


class StockListDeploymentViewSet(DeploymentViewSet):
    """``list`` as DRF's documentation has it."""

    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        queryset = self.filter_queryset(self.get_queryset())
        return Response(self.get_serializer(queryset, many=True).data)


class StockFilterSet(django_filters.FilterSet):
    created = django_filters.DateFromToRangeFilter(field_name="created_at")
    name = django_filters.AllValuesMultipleFilter()


class StockFilterProjectViewSet(ProjectViewSet):
    filterset_class = StockFilterSet


class ByNameProjectViewSet(ProjectViewSet):
    lookup_field = "name"


class LoudGroupArtifactSerializer(GroupArtifactResponseSerializer):
    loud = serializers.SerializerMethodField()

    def get_loud(self, entry: Any) -> str:
        return str(entry.collection_artifact.artifact.name).upper()


class LoudGroupArtifactViewSet(GroupArtifactViewSet):
    serializer_class = LoudGroupArtifactSerializer


class NameSerializer(serializers.ModelSerializer):
    class Meta:
        model = Collection
        fields = ["id", "name"]


class StockView(APIView):
    """Django REST Framework's, with this project's settings."""

    def get(self, request: Any) -> Response:
        return Response({"user": request.user.get_username()})


class StockListView(ListCreateAPIView):
    queryset = Collection.objects.order_by("name")
    serializer_class = NameSerializer
    filterset_fields = ["name"]


class StockDetailView(RetrieveAPIView):
    queryset = Collection.objects.all()
    serializer_class = NameSerializer


class StockViewSet(ModelViewSet):
    queryset = Collection.objects.order_by("name")
    serializer_class = NameSerializer


router = SimpleRouter(trailing_slash=False)
for prefix, viewset in {
    "shouting": ShoutingProjectViewSet,
    "counting": CountingProjectViewSet,
    "counting-groups": CountingGroupViewSet,
    "reluctant": ReluctantProjectViewSet,
    "faulty": FaultyProjectViewSet,
    "body-permission": BodyPermissionProjectViewSet,
    "pricing": PricingViewSet,
    "stock-pagination": StockPaginationProjectViewSet,
    "unpaginated": UnpaginatedProjectViewSet,
    "stock-pagination-groups": StockPaginationGroupViewSet,
    "stock-pagination-groups/(?P<id>[^/]+)/artifacts": StockPaginationGroupArtifactViewSet,
    "stock-pagination-deployments": StockPaginationDeploymentViewSet,
    "stock-list": StockListDeploymentViewSet,
    "stock-filters": StockFilterProjectViewSet,
    "by-name": ByNameProjectViewSet,
    "loud-groups/(?P<id>[^/]+)/artifacts": LoudGroupArtifactViewSet,
    "stock": StockViewSet,
}.items():
    router.register(prefix, viewset, prefix)
STOCK_VIEWS = [
    path("api/v1/stock-view", StockView.as_view()),
    path("api/v1/stock-list-view", StockListView.as_view()),
    path("api/v1/stock-detail-view/<str:pk>", StockDetailView.as_view()),
]
urlpatterns = [*router.urls, *STOCK_VIEWS, path("", include("skillmeat_site.urls"))]

KEY = {"Idempotency-Key": "a-key"}


@pytest.fixture
def projects(make_project: Any) -> dict[str, Project]:
    return {name: make_project(name) for name in ("a", "b", "c")}


@pytest.fixture
def deployments(projects: dict[str, Project], make_artifact: Any) -> str:
    """The id of an artifact that is in all projects, outdated."""
    artifact = make_artifact("pdf", latest_version="2")
    for project in projects.values():
        create_deployment(artifact_id=artifact.pk, project_id=project.pk, deployed_version="1")
    return str(artifact.pk)


@pytest.fixture
def group(make_collection: Any, make_group: Any, make_artifact: Any) -> Any:
    artifacts = [make_artifact(name) for name in ("a", "b", "c")]
    return make_group(make_collection("Office", *artifacts), "Documents", *artifacts)


def test_a_serializer_method_field_is_computed_in_the_responses_of_writes(api):
    created = api.post("/shouting", {"name": "web"}).json()
    assert created["shout"] == "WEB!"
    assert api.put(f"/shouting/{created['id']}", {"name": "site"}).json()["shout"] == "SITE!"


def test_what_a_read_writes_is_stored(api, projects):
    assert api.get(f"/counting/{projects['a'].pk}").status_code == 200
    assert Project.objects.get(pk=projects["a"].pk).description == "was read"


@pytest.mark.django_db(transaction=True)
def test_what_a_read_writes_in_a_snapshot_is_stored_and_recorded(api, group):
    assert api.get(f"/counting-groups/{group.pk}").status_code == 200
    collection = Collection.objects.get()
    assert collection.description == "was read"
    assert collection.history.count() == 2


def test_a_refused_write_leaves_no_audit_record(api):
    for headers in ({}, KEY):
        assert api.post("/reluctant", {"name": "web"}, headers=headers).status_code == 400
        assert not Project.objects.exists()
        assert not Project.history.exists()


def test_a_unique_field_that_is_taken_is_400_and_a_missing_value_is_a_fault(api):
    taken = api.post("/faulty", {"name": "taken"})
    assert (taken.status_code, taken.json()["errors"][0]["code"]) == (400, "unique")
    assert api.post("/faulty", {"name": "missing"}).status_code == 500


@isolate_apps("tests")
@pytest.mark.parametrize(
    ("message", "constraint_name"),
    [
        ("UNIQUE constraint failed: index 'tag_name'", None),
        ('duplicate key\nDETAIL: Key (lower(name))=(an "unused" text) already exists.', "tag_name"),
    ],
)
def test_a_unique_constraint_on_an_expression_has_its_message(monkeypatch, message, constraint_name):
    rule = {"name": "tag_name", "violation_error_message": "It is taken."}

    class Tag(models.Model):
        class Meta:
            app_label = "tests"
            constraints = [models.UniqueConstraint(Lower("name"), **rule)]

        def __str__(self) -> str:
            return "A tag"

    monkeypatch.setattr(apps, "get_models", lambda: [Tag])
    cause = Exception()
    if constraint_name:
        cause.diag = SimpleNamespace(constraint_name=constraint_name)
    error = IntegrityError(message)
    error.__cause__ = cause
    response = exception_handler(error, {})
    assert (response.status_code, response.data["errors"]) == (
        400,
        [{"code": "unique", "detail": "It is taken.", "attr": None}],
    )


def test_a_permission_may_read_the_body(api):
    assert api.post("/body-permission", {"name": "forbidden"}, headers=KEY).status_code == 403
    first, again = (api.post("/body-permission", {"name": "web"}, headers=KEY) for _ in range(2))
    assert (first.status_code, again.status_code, again["Idempotent-Replayed"]) == (201, 201, "true")


def test_a_response_is_the_same_when_it_is_sent_again(api):
    first, again = (api.post("/pricing/price", headers=KEY) for _ in range(2))
    assert first.json() == again.json() == {"price": 1.5, "7": 0}
    assert (first.status_code, again["Idempotent-Replayed"]) == (201, "true")


def test_the_key_of_somebody_who_is_not_logged_in_is_ignored(anonymous_api, make_project):
    assert anonymous_api.post("/pricing/price", headers=KEY).json()["7"] == 0
    make_project("web")
    assert anonymous_api.post("/pricing/price", headers=KEY).json()["7"] == 1


def test_the_pagination_of_drf_works_for_history(api):
    id = api.post("/stock-pagination", {"name": "0"}).json()["id"]
    for name in "123":
        api.put(f"/stock-pagination/{id}", {"name": name})
    page = api.get(f"/stock-pagination/{id}/history").json()
    assert (page["count"], [change["values"]["name"] for change in page["results"]]) == (4, ["3", "2"])
    everything = api.get(f"/unpaginated/{id}/history").json()
    assert [change["values"]["name"] for change in everything] == ["3", "2", "1", "0"]


def test_the_pagination_of_drf_works_for_groups_and_what_is_in_them(api, group, make_group):
    make_group(group.collection, "More")
    page = api.get(f"/stock-pagination-groups?collection_id={group.collection_id}").json()
    assert [(row["name"], row["position"]) for row in page["results"]] == [("Documents", 0), ("More", 1)]
    page = api.get(f"/stock-pagination-groups/{group.pk}/artifacts?page=2").json()
    assert [(row["name"], row["position"]) for row in page["results"]] == [("c", 2)]


def test_the_pagination_of_drf_works_for_deployments_and_leaves_the_summary_alone(api, deployments):
    page = api.get(f"/stock-pagination-deployments?artifact_id={deployments}").json()
    assert (page["count"], [row["is_outdated"] for row in page["results"]]) == (3, [True, True])
    assert api.get("/stock-pagination-deployments/summary").json()["by_status"]["active"] == 3


def test_a_list_without_pages_shows_deployments_with_their_details(api, deployments):
    rows = api.get(f"/stock-list?artifact_id={deployments}").json()
    assert {(row["artifact_name"], row["is_outdated"], row["sync_status"]) for row in rows} == {
        ("pdf", True, "outdated")
    }


def test_the_filters_of_django_filter_work(api, projects):
    Project.objects.filter(name="a").update(created_at="1999-01-01T00:00:00Z")

    def names(query: str) -> list[str]:
        response = api.get(f"/stock-filters?{query}")
        assert response.status_code == 200, response.content
        return sorted(row["name"] for row in response.json()["projects"])

    assert names("created_before=2000-01-01") == ["a"]
    assert names("created_after=2000-01-01") == ["b", "c"]
    assert names("name=a&name=c") == ["a", "c"]
    assert api.get("/stock-filters?created=2000-01-01").json()["errors"][0]["code"] == "unknown_parameter"


def test_a_row_may_be_looked_up_by_another_field(api, projects):
    assert api.get("/by-name/b").json()["id"] == projects["b"].pk
    assert api.get("/by-name/none").status_code == 404


def test_a_computed_field_of_what_is_in_a_group_costs_no_query_a_row(api, group, count_queries):
    url = f"/loud-groups/{group.pk}/artifacts"
    assert [row["loud"] for row in api.get(url).json()["artifacts"]] == ["A", "B", "C"]
    queries = count_queries(lambda: api.get(url))
    group.group_artifacts.first().delete()
    assert count_queries(lambda: api.get(url)) == queries


def test_views_of_drf_itself_work_with_the_defaults(api, viewer_api, make_collection):
    collection = make_collection("Office")
    assert api.get("/api/v1/stock-view").json() == {"user": "editor"}
    assert api.get("/api/v1/stock-list-view?name=Office").json() == [{"id": collection.pk, "name": "Office"}]
    assert api.get(f"/api/v1/stock-detail-view/{collection.pk}").json()["name"] == "Office"
    assert viewer_api.post("/api/v1/stock-list-view", {"name": "Web"}).status_code == 403
    assert api.post("/api/v1/stock-list-view", {"name": "Web"}).status_code == 201
    assert [row["name"] for row in api.get("/stock").json()] == ["Office", "Web"]
    assert viewer_api.delete(f"/stock/{collection.pk}").status_code == 403
    assert api.delete(f"/stock/{collection.pk}").status_code == 204


def test_views_of_drf_itself_are_in_the_document():
    paths = SchemaGenerator(patterns=STOCK_VIEWS).get_schema(request=None, public=True)["paths"]
    assert "get" in paths["/api/v1/stock-view"]
    assert "post" in paths["/api/v1/stock-list-view"]


def test_a_client_that_is_authenticated_by_force_needs_no_token(make_user):
    client = APIClient()
    client.force_authenticate(make_user("forced", "Editors"))
    created = client.post("/api/v1/auth/tokens", {"name": "CI"}, format="json")
    assert (created.status_code, created.json()["is_current"]) == (201, False)
    assert client.post("/api/v1/auth/logout").status_code == 204
    assert client.post("/api/v1/auth/logoutall").status_code == 204
    assert client.get("/api/v1/auth/tokens").json()["total"] == 0
