"""The hooks of Django and of Django REST Framework do what their documentation says.

Each test overrides one of them, as a developer new to the project would, in a view, serializer or model
of its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models.functions import Upper
from django.db.models.signals import post_delete, post_save
from django.test.utils import CaptureQueriesContext
from django.urls import include, path
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.filters import BaseFilterBackend, OrderingFilter, SearchFilter
from rest_framework.pagination import PageNumberPagination
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.test import APIClient

from collections_app.models import Artifact, Collection, CollectionArtifact
from collections_app.views import CollectionArtifactViewSet, CollectionViewSet
from deployments_app.models import Deployment, Project
from deployments_app.serializers import ProjectResponseSerializer
from deployments_app.views import ProjectViewSet
from groups_app.models import Group, GroupArtifact
from groups_app.views import GroupArtifactViewSet, GroupViewSet
from skillmeat_site.api.pagination import PagePagination
from skillmeat_site.api.permissions import ModelPermissions
from skillmeat_site.api.values_list import RowSerializer, ValuesListSerializer
from skillmeat_site.api.viewsets import ResourceViewSet
from skillmeat_site.openapi.operations import resource_schema
from tests.calls import CALLS, Call, World, each

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.test_framework_idioms")]

MODELS = [Artifact, Collection, CollectionArtifact, Group, GroupArtifact, Project, Deployment]


class OwnedProjectViewSet(ProjectViewSet):
    """A queryset that depends on the user."""

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(name__startswith=self.request.user.get_username())


class OneModelSerializer(serializers.ModelSerializer):
    class Meta:
        model = Project
        fields = ["id", "name"]


@resource_schema("Mine", writing="Whatever.", deleting="It is gone.")
class MyProjectViewSet(ResourceViewSet):
    """One's own rows, as DRF's documentation has it, and one serializer for both ways."""

    queryset = Project.objects.all()
    serializer_class = OneModelSerializer

    def get_queryset(self) -> Any:
        # Nobody is logged in where the document is made, and an anonymous user has no address.
        return Project.objects.filter(description=self.request.user.email)


class TimelyProjectViewSet(ProjectViewSet):
    """A queryset that depends on the time."""

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(created_at__lt=timezone.now())


class TenantProjectViewSet(ProjectViewSet):
    """A queryset that depends on a header."""

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(name=self.request.headers["X-Tenant"])


class FilteredProjectViewSet(ProjectViewSet):
    def filter_queryset(self, queryset: Any) -> Any:
        return super().filter_queryset(queryset).exclude(name="hidden")


class OnlyShort(BaseFilterBackend):
    def filter_queryset(self, request: Any, queryset: Any, view: Any) -> Any:
        return queryset.filter(name__length__lt=4)


class BackendProjectViewSet(ProjectViewSet):
    filter_backends = [OnlyShort]


class StockBackendProjectViewSet(ProjectViewSet):
    """Filter backends of DRF itself."""

    filter_backends = [SearchFilter, OrderingFilter]
    search_fields = ["name"]
    ordering_fields = ["name"]


class OwnersOnly(BasePermission):
    def has_object_permission(self, request: Any, view: Any, obj: Any) -> bool:
        return obj.name.startswith(request.user.get_username())


class ObjectPermissionProjectViewSet(ProjectViewSet):
    permission_classes = [ModelPermissions, OwnersOnly]


class NameOnlySerializer(RowSerializer):
    name = serializers.CharField()


class ByActionProjectViewSet(ProjectViewSet):
    def get_serializer_class(self) -> Any:
        return NameOnlySerializer if self.action == "list" else super().get_serializer_class()


class ShoutingSerializer(ProjectResponseSerializer):
    shout = serializers.SerializerMethodField()

    def get_shout(self, project: Project) -> str:
        return f"{project.name.upper()}!"


class RewritingSerializer(ProjectResponseSerializer):
    def to_representation(self, instance: Project) -> dict[str, Any]:
        return {**super().to_representation(instance), "name": instance.name.upper()}


class ShoutingProjectViewSet(ProjectViewSet):
    serializer_class = ShoutingSerializer


class RewritingProjectViewSet(ProjectViewSet):
    serializer_class = RewritingSerializer


class AnnotatedSerializer(RowSerializer):
    class Meta:
        list_serializer_class = ValuesListSerializer

    name = serializers.CharField()
    upper = serializers.CharField()


class AnnotatedProjectViewSet(ProjectViewSet):
    queryset = Project.objects.annotate(upper=Upper("name"))
    serializer_class = AnnotatedSerializer


class PerformingProjectViewSet(ProjectViewSet):
    performed: list[str] = []

    def perform_create(self, serializer: Any) -> None:
        serializer.save(description="by perform_create")

    def perform_update(self, serializer: Any) -> None:
        serializer.save(description="by perform_update")

    def perform_destroy(self, instance: Project) -> None:
        self.performed.append(instance.name)


class PairPagination(PagePagination):
    page_size = 2

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> Any:
        return super().paginate_queryset(queryset.exclude(name="hidden"), request, view)

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"pairs": data, "of": self.total})


class PairProjectViewSet(ProjectViewSet):
    pagination_class = PairPagination


class StockPagination(PageNumberPagination):
    page_size = 2


class StockPaginationProjectViewSet(ProjectViewSet):
    pagination_class = StockPagination


class UnpaginatedProjectViewSet(ProjectViewSet):
    pagination_class = None


class ListRenderer(BaseRenderer):
    media_type = "text/plain"
    format = "txt"

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        return "\n".join(data).encode()


class ActingProjectViewSet(ProjectViewSet):
    @action(detail=False)
    def accepted(self, request: Any) -> Response:
        return Response({"state": "started"}, status=202, headers={"X-Job": "7"})

    @action(detail=False, renderer_classes=[ListRenderer])
    def names(self, request: Any) -> Response:
        return Response(list(Project.objects.order_by("name").values_list("name", flat=True)))


class HalfGroupViewSet(GroupViewSet):
    """Some groups are hidden; those that are shown keep their positions."""

    def get_queryset(self) -> Any:
        return super().get_queryset().exclude(name="hidden")


class HalfGroupArtifactViewSet(GroupArtifactViewSet):
    def get_queryset(self) -> Any:
        return super().get_queryset().exclude(collection_artifact__artifact__name="hidden")


class HalfCollectionArtifactViewSet(CollectionArtifactViewSet):
    def get_queryset(self) -> Any:
        return super().get_queryset().exclude(name="hidden")


class PlainCollectionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Collection
        fields = ["id", "name"]


class PlainCollectionViewSet(ResourceViewSet):
    """A ModelSerializer, and nothing of this project's but the base class."""

    queryset = Collection.objects.all()
    serializer_class = PlainCollectionSerializer
    filterset_fields = ["name"]


VIEWSETS = {
    "owned": OwnedProjectViewSet,
    "timely": TimelyProjectViewSet,
    "tenant": TenantProjectViewSet,
    "filtered": FilteredProjectViewSet,
    "backend": BackendProjectViewSet,
    "stock-backend": StockBackendProjectViewSet,
    "object-permission": ObjectPermissionProjectViewSet,
    "by-action": ByActionProjectViewSet,
    "shouting": ShoutingProjectViewSet,
    "rewriting": RewritingProjectViewSet,
    "annotated": AnnotatedProjectViewSet,
    "performing": PerformingProjectViewSet,
    "pairs": PairProjectViewSet,
    "stock-pagination": StockPaginationProjectViewSet,
    "unpaginated": UnpaginatedProjectViewSet,
    "acting": ActingProjectViewSet,
    "half-groups": HalfGroupViewSet,
    "half-groups/(?P<id>[^/]+)/artifacts": HalfGroupArtifactViewSet,
    "half-collections": CollectionViewSet,
    "half-collections/(?P<id>[^/]+)/artifacts": HalfCollectionArtifactViewSet,
    "plain": PlainCollectionViewSet,
    "mine": MyProjectViewSet,
}
router = SimpleRouter(trailing_slash=False)
for prefix, viewset in VIEWSETS.items():
    router.register(prefix, viewset, prefix)
urlpatterns = [*router.urls, path("", include("skillmeat_site.urls"))]


OWN = "editor's"


def names(response: Any, key: str = "projects") -> list[str]:
    assert response.status_code == 200, response.content
    return [row["name"] for row in response.json()[key]]


@pytest.fixture
def projects(make_project: Any) -> dict[str, Project]:
    return {name: make_project(name) for name in (OWN, "hidden", "web")}


def test_a_queryset_may_depend_on_the_user(api, viewer_api, projects, make_project):
    make_project("viewer's")
    assert names(api.get("/owned")) == ["editor's"]
    assert names(viewer_api.get("/owned")) == ["viewer's"]
    assert names(api.get("/owned")) == ["editor's"]
    assert api.get(f"/owned/{projects['web'].pk}").status_code == 404
    assert api.put(f"/owned/{projects['web'].pk}", {"name": "mine"}).status_code == 404


def test_the_history_of_a_row_is_for_those_who_may_see_the_row(api, viewer_api, projects, make_project):
    theirs = make_project("viewer's").pk
    assert viewer_api.get(f"/owned/{theirs}/history").json()["total"] == 1
    assert api.get(f"/owned/{theirs}/history").status_code == 404
    assert api.get(f"/object-permission/{theirs}/history").status_code == 403
    viewer_api.get(f"/owned/{theirs}")
    Project.objects.get(pk=theirs).delete()
    assert {client.get(f"/owned/{theirs}/history").status_code for client in (api, viewer_api)} == {404}


def test_one_s_own_rows_and_one_serializer_for_both_ways_are_in_the_document():
    mine = SimpleRouter(trailing_slash=False)
    mine.register("api/v1/mine", MyProjectViewSet, "mine")
    paths = SchemaGenerator(patterns=mine.urls).get_schema(request=None, public=True)["paths"]
    assert "requestBody" in paths["/api/v1/mine"]["post"]
    assert {"requestBody" in paths["/api/v1/mine/{id}"][method] for method in ("put", "patch")} == {True}


def test_a_queryset_may_depend_on_the_time(api, projects):
    Project.objects.filter(name="web").update(created_at="2999-01-01T00:00:00Z")
    assert names(api.get("/timely")) == ["editor's", "hidden"]
    Project.objects.filter(name="web").update(created_at="1999-01-01T00:00:00Z")
    assert names(api.get("/timely")) == ["editor's", "hidden", "web"]


def test_a_queryset_may_depend_on_a_header(api, projects):
    assert names(api.get("/tenant", headers={"X-Tenant": "web"})) == ["web"]
    assert names(api.get("/tenant", headers={"X-Tenant": "hidden"})) == ["hidden"]


def test_filter_queryset_filters_a_list_and_its_total(api, projects):
    response = api.get("/filtered")
    assert names(response) == ["editor's", "web"]
    assert response.json()["total"] == 2


def test_filter_backends_are_those_of_the_view(api, projects):
    assert names(api.get("/backend")) == ["web"]
    assert names(api.get("/stock-backend?search=d&ordering=-name")) == ["hidden", "editor's"]


def test_an_object_permission_protects_every_method(api, projects):
    own = f"/object-permission/{projects[OWN].pk}"
    other = f"/object-permission/{projects['web'].pk}"
    for method, body in (("get", None), ("put", {"description": "x"}), ("patch", {}), ("delete", None)):
        assert getattr(api, method)(other, body).status_code == 403
        assert getattr(api, method)(own, body).status_code in (200, 204)
    assert Project.objects.filter(name="web", description=None).exists()


def test_the_serializer_may_depend_on_the_action(api, projects):
    assert api.get("/by-action").json()["projects"][0] == {"name": "editor's"}
    assert len(api.get(f"/by-action/{projects['web'].pk}").json()) > 1


def test_a_serializer_method_field_is_computed_in_lists_details_and_writes(api, projects):
    assert [row["shout"] for row in api.get("/shouting").json()["projects"]] == [
        "EDITOR'S!",
        "HIDDEN!",
        "WEB!",
    ]
    assert api.get(f"/shouting/{projects['web'].pk}").json()["shout"] == "WEB!"


def test_to_representation_rewrites_lists_and_details(api, projects):
    assert names(api.get("/rewriting")) == ["EDITOR'S", "HIDDEN", "WEB"]
    assert api.get(f"/rewriting/{projects['web'].pk}").json()["name"] == "WEB"


def test_an_annotation_is_a_field(api, projects):
    row = {"name": "web", "upper": "WEB"}
    assert api.get("/annotated").json()["projects"][-1] == row
    assert api.get(f"/annotated/{projects['web'].pk}").json() == row


def test_perform_create_update_and_destroy_are_called(api):
    created = api.post("/performing", {"name": "new"})
    assert (created.status_code, created.json()["description"]) == (201, "by perform_create")
    url = f"/performing/{created.json()['id']}"
    assert api.put(url, {"name": "newer"}).json()["description"] == "by perform_update"
    assert api.delete(url).status_code == 204
    assert PerformingProjectViewSet.performed == ["newer"]
    assert Project.objects.get().name == "newer"


def test_a_subclass_of_the_pagination_decides_about_the_page(api, projects, make_project):
    make_project("x")
    body = api.get("/pairs").json()
    assert ([row["name"] for row in body["pairs"]], body["of"]) == (["editor's", "web"], 3)


def test_the_pagination_of_drf_works(api, projects):
    first = api.get("/stock-pagination").json()
    assert (first["count"], names_of(first["results"])) == (3, ["editor's", "hidden"])
    assert names_of(api.get(first["next"]).json()["results"]) == ["web"]


def names_of(rows: list[dict[str, Any]]) -> list[str]:
    return [row["name"] for row in rows]


def test_a_list_without_pagination_is_a_list(api, projects):
    assert names_of(api.get("/unpaginated").json()) == ["editor's", "hidden", "web"]


def test_an_action_keeps_its_status_and_headers(api):
    for _ in range(2):
        response = api.get("/acting/accepted")
        assert (response.status_code, response["X-Job"]) == (202, "7")
        assert response.json() == {"state": "started"}


def test_an_action_may_have_a_renderer_of_its_own(api, projects):
    response = api.get("/acting/names")
    assert response["Content-Type"].startswith("text/plain")
    assert response.content.decode() == "editor's\nhidden\nweb"


def test_rows_that_are_left_out_change_no_position(api, make_artifact, make_collection, make_group):
    artifacts = [make_artifact(name) for name in ("a", "hidden", "c")]
    collection = make_collection("office", *artifacts)
    for name in ("first", "hidden", "last"):
        group = make_group(collection, name, *artifacts)

    groups = api.get(f"/half-groups?collection_id={collection.pk}").json()["groups"]
    assert [(row["name"], row["position"]) for row in groups] == [("first", 0), ("last", 2)]
    rows = api.get(f"/half-groups/{group.pk}/artifacts").json()["artifacts"]
    assert [(row["name"], row["position"]) for row in rows] == [("a", 0), ("c", 2)]
    members = api.get(f"/half-collections/{collection.pk}/artifacts").json()["artifacts"]
    assert names_of(members) == ["a", "c"]


def test_a_model_serializer_works_in_a_resource_viewset(api):
    created = api.post("/plain", {"name": "new"})
    assert (created.status_code, created.json()["name"]) == (201, "new")
    assert created["Location"].endswith(f"/plain/{created.json()['id']}")
    assert api.patch(f"/plain/{created.json()['id']}", {"name": "newer"}).json()["name"] == "newer"
    assert names(api.get("/plain?name=newer"), "results") == ["newer"]
    assert api.delete(f"/plain/{created.json()['id']}").status_code == 204
    assert not Collection.objects.exists()


# What each write of one row saves or deletes.
SAVED = {
    "createCollection": Collection,
    "updateCollection": Collection,
    "patchCollection": Collection,
    "addCollectionArtifacts": CollectionArtifact,
    "createGroup": Group,
    "updateGroup": Group,
    "patchGroup": Group,
    "addGroupArtifacts": GroupArtifact,
    "updateGroupArtifact": GroupArtifact,
    "copyGroup": Group,
    "createArtifact": Artifact,
    "updateArtifact": Artifact,
    "patchArtifact": Artifact,
    "createProject": Project,
    "updateProject": Project,
    "patchProject": Project,
    "createDeployment": Deployment,
    "updateDeployment": Deployment,
    "patchDeployment": Deployment,
}
DELETED = {
    "deleteCollection": Collection,
    "deleteGroup": Group,
    "deleteArtifact": Artifact,
    "deleteProject": Project,
    "deleteDeployment": Deployment,
    "removeCollectionArtifact": CollectionArtifact,
    "removeGroupArtifact": GroupArtifact,
}


@contextmanager
def received(signal: Any) -> Iterator[list[Any]]:
    """The models whose rows a signal was sent for."""
    senders: list[Any] = []

    def receive(sender: Any, **_: Any) -> None:
        senders.append(sender)

    signal.connect(receive)
    yield senders
    signal.disconnect(receive)


@each([call for call in CALLS if call.operation_id in SAVED])
def test_post_save_is_sent_for_every_write_of_a_row(api: Any, world: World, call: Call) -> None:
    with received(post_save) as senders:
        assert call.send(api, world).status_code == call.status
    assert SAVED[call.operation_id] in senders


@each([call for call in CALLS if call.operation_id in DELETED])
def test_post_delete_is_sent_for_every_deleted_row(api: Any, world: World, call: Call) -> None:
    with received(post_delete) as senders:
        assert call.send(api, world).status_code == call.status
    assert DELETED[call.operation_id] in senders


def test_every_write_of_one_row_is_among_those_tests() -> None:
    several = {
        "reorderGroups",
        "reorderSiblingGroups",
        "reorderGroupArtifacts",
        "moveGroupArtifacts",
        "moveCollectionArtifacts",
        "copyCollectionArtifacts",
        "updateDeployments",
        "createRollout",
        "createReport",
        "createCatalog",
    }
    writes = {call.operation_id for call in CALLS if call.permission}
    assert writes == SAVED.keys() | DELETED.keys() | several


@each([call for call in CALLS if call.operation_id in SAVED])
def test_an_overridden_save_runs(api: Any, world: World, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    model, saved = SAVED[call.operation_id], []
    save = model.save

    def overridden(self: Any, *args: Any, **kwargs: Any) -> None:
        saved.append(self)
        save(self, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(model, "save", overridden)
        assert call.send(api, world).status_code == call.status
    assert saved


@each([call for call in CALLS if call.operation_id in DELETED])
def test_an_overridden_delete_runs(
    api: Any, world: World, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, deleted = DELETED[call.operation_id], []
    delete = model.delete

    def overridden(self: Any, *args: Any, **kwargs: Any) -> Any:
        deleted.append(self)
        return delete(self, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(model, "delete", overridden)
        assert call.send(api, world).status_code == call.status
    assert deleted


@each(CALLS)
def test_every_statement_is_seen_by_execute_wrapper_and_by_captured_queries(
    api: Any, world: World, call: Call
) -> None:
    wrapped: list[str] = []

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        wrapped.append(sql)
        return execute(sql, params, many, context)

    with (
        CaptureQueriesContext(connection) as captured,
        driver_statements() as sent,
        connection.execute_wrapper(wrapper),
    ):
        assert call.send(api, world).status_code == call.status

    logged = [query["sql"] for query in captured.captured_queries]
    assert kinds(wrapped) == kinds(logged)
    if sent is not None:
        # The statements of a trigger are traced as the one that fired it.
        assert kinds(without_repeats(sent)) == kinds(without_repeats(logged))


@contextmanager
def driver_statements() -> Iterator[list[str] | None]:
    """What SQLite itself is given; None elsewhere."""
    if connection.vendor != "sqlite":
        yield None
        return
    statements: list[str] = []

    def trace(sql: str) -> None:
        # With this one Django formats parameters for its log.
        if not sql.startswith("SELECT QUOTE("):
            statements.append(sql)

    connection.connection.set_trace_callback(trace)
    yield statements
    connection.connection.set_trace_callback(None)


def without_repeats(statements: list[str]) -> list[str]:
    return [sql for sql, _ in groupby(statements)]


def kinds(statements: list[str]) -> list[str]:
    """The first words of all that read or write rows."""
    words = [sql.split()[0].upper() for sql in statements]
    return [word for word in words if word in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")]


def statements_of_a_flow(make_user: Any, client_of: Any, prefix: str) -> list[list[str]]:
    """The statements of a few requests of the plain `APIClient`."""
    user = make_user(prefix, "Editors")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=client_of(user)._credentials["HTTP_AUTHORIZATION"])
    client.get("/api/v1/auth/me")
    statements = []
    created: dict[str, Any] = {}
    for method, url, body in (
        ("post", "/api/v1/collections", {"name": f"{prefix} collection"}),
        ("get", "/api/v1/collections", None),
        ("get", "/api/v1/collections/{id}", None),
        ("put", "/api/v1/collections/{id}", {"description": "x"}),
        ("get", "/api/v1/deployments/summary", None),
        ("delete", "/api/v1/collections/{id}", None),
    ):
        with CaptureQueriesContext(connection) as captured:
            response = getattr(client, method)(url.format_map(created), body, format="json")
        assert response.status_code < 300
        created = created or response.json()
        statements.append(kinds([query["sql"] for query in captured.captured_queries]))
    return statements


@pytest.mark.django_db(transaction=True)
def test_a_test_in_a_transaction_runs_what_production_runs(make_user, client_of):
    outside = statements_of_a_flow(make_user, client_of, "outside")
    with transaction.atomic():
        inside = statements_of_a_flow(make_user, client_of, "inside")
    assert inside == outside
    assert all(outside)
