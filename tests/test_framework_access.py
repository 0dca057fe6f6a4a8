"""Who may see a row is asked in every way that leads to it.

As in `tests.test_framework_idioms`, each view is what a developer new to the project would write.
"""

from typing import Any

import pytest
from django.urls import include, path
from drf_spectacular.generators import SchemaGenerator
from rest_framework.filters import BaseFilterBackend
from rest_framework.permissions import BasePermission
from rest_framework.routers import SimpleRouter

from collections_app.models import Artifact, Collection
from collections_app.views import CollectionArtifactViewSet, CollectionViewSet
from deployments_app.models import Deployment, Project
from deployments_app.services import create_deployment
from deployments_app.views import DeploymentViewSet, ProjectViewSet
from groups_app.models import Group
from groups_app.views import GroupArtifactViewSet, GroupViewSet
from skillmeat_site.api.permissions import ModelPermissions

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.test_framework_access")]


class OwnBackend(BaseFilterBackend):
    """As in DRF's documentation: users see what is their own."""

    def filter_queryset(self, request: Any, queryset: Any, view: Any) -> Any:
        return queryset.filter(name__startswith=request.user.get_username())


class OwnPermission(BasePermission):
    def has_object_permission(self, request: Any, view: Any, obj: Any) -> bool:
        return getattr(obj, "name", "").startswith(request.user.get_username())


class BackendProjectViewSet(ProjectViewSet):
    filter_backends = [OwnBackend]


class OwnProjectViewSet(ProjectViewSet):
    permission_classes = [ModelPermissions, OwnPermission]


class OwnCollectionViewSet(CollectionViewSet):
    permission_classes = [ModelPermissions, OwnPermission]


class OwnCollectionArtifactViewSet(CollectionArtifactViewSet):
    parent_viewset = OwnCollectionViewSet


class OwnGroupViewSet(GroupViewSet):
    permission_classes = [ModelPermissions, OwnPermission]


class OwnGroupArtifactViewSet(GroupArtifactViewSet):
    parent_viewset = OwnGroupViewSet


class HalfGroupViewSet(GroupViewSet):
    def get_queryset(self) -> Any:
        return super().get_queryset().exclude(name="hidden")


class HalfGroupArtifactViewSet(GroupArtifactViewSet):
    parent_viewset = HalfGroupViewSet


class ActiveDeploymentViewSet(DeploymentViewSet):
    def get_queryset(self) -> Any:
        return super().get_queryset().filter(status="active")


class OwnDeploymentViewSet(DeploymentViewSet):
    permission_classes = [ModelPermissions, OwnPermission]


class NamedArtifactPermission(BasePermission):
    def has_object_permission(self, request: Any, view: Any, obj: Any) -> bool:
        return bool(obj.artifact.name)


class NamedArtifactDeploymentViewSet(DeploymentViewSet):
    permission_classes = [ModelPermissions & NamedArtifactPermission]


router = SimpleRouter(trailing_slash=False)
for prefix, viewset in {
    "backend": BackendProjectViewSet,
    "projects": OwnProjectViewSet,
    "collections": OwnCollectionViewSet,
    "collections/(?P<id>[^/]+)/artifacts": OwnCollectionArtifactViewSet,
    "groups": OwnGroupViewSet,
    "groups/(?P<id>[^/]+)/artifacts": OwnGroupArtifactViewSet,
    "half-groups/(?P<id>[^/]+)/artifacts": HalfGroupArtifactViewSet,
    "active": ActiveDeploymentViewSet,
    "deployments": OwnDeploymentViewSet,
    "named": NamedArtifactDeploymentViewSet,
}.items():
    router.register(prefix, viewset, prefix)
urlpatterns = [*router.urls, path("", include("skillmeat_site.urls"))]


@pytest.fixture
def artifact(make_artifact: Any) -> Artifact:
    return make_artifact("pdf")


@pytest.fixture
def collection(make_collection: Any, artifact: Artifact) -> Collection:
    return make_collection("theirs", artifact)


@pytest.fixture
def group(make_group: Any, collection: Collection, artifact: Artifact) -> Group:
    return make_group(collection, "hidden", artifact)


@pytest.fixture
def deployment(artifact: Artifact, make_project: Any) -> Deployment:
    return create_deployment(artifact_id=artifact.pk, project_id=make_project("web").pk)


def test_a_filter_backend_hides_the_history_too(api, make_project):
    theirs = make_project("theirs")
    assert api.get(f"/backend/{theirs.pk}").status_code == 404
    assert api.get(f"/backend/{theirs.pk}/history").status_code == 404
    theirs.delete()
    assert api.get(f"/backend/{theirs.pk}/history").status_code == 404


def test_an_object_permission_protects_the_history_of_what_was_deleted(api, make_project):
    theirs, own = make_project("theirs"), make_project("editor's")
    Project.objects.all().delete()
    assert api.get(f"/projects/{theirs.pk}/history").status_code == 403
    assert api.get(f"/projects/{own.pk}/history").json()["total"] == 2


def test_the_history_is_hidden_when_what_the_permission_looks_at_is_gone_too(api, deployment):
    Deployment.objects.all().delete()
    assert api.get(f"/named/{deployment.pk}/history").json()["total"] == 2
    Artifact.objects.all().delete()
    assert api.get(f"/named/{deployment.pk}/history").status_code == 404


def test_permissions_that_are_combined_are_in_the_document_too():
    named = SimpleRouter(trailing_slash=False)
    named.register("api/v1/named", NamedArtifactDeploymentViewSet, "named")
    paths = SchemaGenerator(patterns=named.urls).get_schema(request=None, public=True)["paths"]
    assert "deployments_app.delete_deployment" in paths["/api/v1/named/{id}"]["delete"]["description"]


def test_who_may_not_see_a_collection_cannot_use_what_is_in_it(api, collection, artifact):
    url = f"/collections/{collection.pk}/artifacts"
    assert api.get(url).status_code == 403
    assert api.post(url, {"artifact_id": artifact.pk}).status_code == 403
    assert api.delete(f"{url}/{artifact.pk}").status_code == 403
    assert collection.collection_artifacts.exists()


def test_who_may_not_see_a_group_cannot_use_what_is_in_it(api, group, artifact):
    url = f"/groups/{group.pk}/artifacts"
    assert api.get(url).status_code == 403
    assert api.post(url, {"artifact_id": artifact.pk}).status_code == 403
    assert api.put(f"{url}/{artifact.pk}", {"position": 0}).status_code == 403
    assert api.delete(f"{url}/{artifact.pk}").status_code == 403
    assert group.group_artifacts.exists()


def test_what_is_in_a_hidden_group_is_hidden(api, group):
    response = api.get(f"/half-groups/{group.pk}/artifacts")
    assert (response.status_code, response.json()["detail"]) == (404, f"Group '{group.pk}' not found")


def test_who_may_not_see_a_group_cannot_reorder_its_siblings(api, group):
    body = {"groups": [{"id": group.pk, "position": 0}]}
    assert api.put(f"/groups/{group.pk}/reorder", body).status_code == 403


def test_several_deployments_are_changed_by_whoever_may_change_each(api, deployment):
    body = {"deployment_ids": [deployment.pk], "status": "inactive"}
    assert api.post("/deployments/bulk-update", body).status_code == 403
    deployment.refresh_from_db()
    assert deployment.status == "active"
    assert api.post("/active/bulk-update", body).json()["deployments"][0]["status"] == "inactive"
    assert api.post("/active/bulk-update", body).status_code == 404


def test_a_write_may_take_a_row_out_of_the_queryset(api, deployment):
    response = api.put(f"/active/{deployment.pk}", {"status": "inactive"})
    assert (response.status_code, response.json()["status"]) == (200, "inactive")
    assert api.get(f"/active/{deployment.pk}").status_code == 404
    body = {"artifact_id": deployment.artifact_id, "project_id": deployment.project_id, "status": "pending"}
    assert api.post("/active", body).status_code == 201
