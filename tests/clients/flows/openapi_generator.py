"""One flow with the client of openapi-generator's python."""

import sys
import uuid
from collections.abc import Callable

from skillmeat_client import (
    AddGroupArtifactsRequest,
    AddOneGroupArtifactRequest,
    AddSeveralGroupArtifactsRequest,
    ApiClient,
    ArtifactCreateRequest,
    ArtifactsApi,
    ArtifactType,
    AuthApi,
    CollectionCreateRequest,
    CollectionsApi,
    Configuration,
    DeploymentCreateRequest,
    DeploymentOrdering,
    DeploymentsApi,
    DeploymentStatus,
    DeploymentUpdateRequest,
    ErrorCode,
    ErrorResponse,
    ErrorType,
    GroupArtifactUpdateRequest,
    GroupCreateRequest,
    GroupPositionRequest,
    GroupsApi,
    LoginRequest,
    ProjectCreateRequest,
    ProjectsApi,
    ReorderSiblingGroupsRequest,
)
from skillmeat_client.exceptions import ApiException


def error_of(request: Callable[[], object]) -> tuple[int, ErrorResponse]:
    """The status and the body of the error that a request ends with."""
    try:
        request()
    except ApiException as exception:
        if isinstance(exception.status, int) and isinstance(exception.data, ErrorResponse):
            return exception.status, exception.data
        raise
    raise AssertionError("The request should have failed.")


def main(host: str, username: str, password: str) -> None:
    """Do everything once."""
    configuration = Configuration(host=host)
    client = ApiClient(configuration)
    login = AuthApi(client).login(LoginRequest(username=username, password=password))
    configuration.access_token = login.token
    assert AuthApi(client).get_current_user().username == username
    artifacts, collections, groups = ArtifactsApi(client), CollectionsApi(client), GroupsApi(client)
    deployments, projects = DeploymentsApi(client), ProjectsApi(client)

    key = str(uuid.uuid4())
    office = collections.create_collection(CollectionCreateRequest(name="Office"), idempotency_key=key)
    again = collections.create_collection_with_http_info(
        CollectionCreateRequest(name="Office"), idempotency_key=key
    )
    assert again.data.id == office.id
    assert again.headers is not None
    assert again.headers["Idempotent-Replayed"] == "true"

    status, taken = error_of(lambda: collections.create_collection(CollectionCreateRequest(name="Office")))
    assert (status, taken.type) == (400, ErrorType.VALIDATION_ERROR)
    assert (taken.errors[0].code, taken.errors[0].attr) == (ErrorCode.UNIQUE, "name")

    pdf = artifacts.create_artifact(
        ArtifactCreateRequest(type=ArtifactType.SKILL, name="pdf", latest_version="2.0.0")
    )
    ocr = artifacts.create_artifact(
        ArtifactCreateRequest(type=ArtifactType.SKILL, name="ocr", description=None)
    )
    group = groups.create_group(GroupCreateRequest(collection_id=office.id, name="Documents"))
    other = groups.create_group(GroupCreateRequest(collection_id=office.id, name="Images"))
    groups.add_group_artifacts(
        group.id, AddGroupArtifactsRequest(AddOneGroupArtifactRequest(artifact_id=pdf.id))
    )
    several = AddSeveralGroupArtifactsRequest(artifact_ids=[ocr.id], position=0)
    groups.add_group_artifacts(group.id, AddGroupArtifactsRequest(several))
    groups.update_group_artifact(group.id, ocr.id, GroupArtifactUpdateRequest(position=1))
    assert [row.name for row in groups.list_group_artifacts(group.id).artifacts] == ["pdf", "ocr"]
    bare = ReorderSiblingGroupsRequest([GroupPositionRequest(id=other.id, position=0)])
    assert [row.id for row in groups.reorder_sibling_groups(group.id, bare).groups] == [other.id, group.id]

    web = projects.create_project(ProjectCreateRequest(name="web"))
    deployment = deployments.create_deployment(
        DeploymentCreateRequest(artifact_id=pdf.id, project_id=web.id, deployed_version="1.9.0")
    )
    outdated = deployments.list_deployments(
        project_id=web.id,
        outdated=True,
        status=[DeploymentStatus.ACTIVE, DeploymentStatus.PENDING],
        ordering=DeploymentOrdering.DEPLOYED_AT_DESC,
    )
    assert [row.id for row in outdated.deployments] == [deployment.id]

    seen = deployments.get_deployment_with_http_info(deployment.id)
    assert seen.headers is not None
    etag = seen.headers["ETag"]
    change = DeploymentUpdateRequest(deployed_version="2.0.0", status=seen.data.status)
    assert not deployments.update_deployment(deployment.id, change, if_match=etag).is_outdated
    status, late = error_of(lambda: deployments.update_deployment(deployment.id, change, if_match=etag))
    assert (status, late.errors[0].code) == (412, ErrorCode.PRECONDITION_FAILED)

    summary = deployments.get_deployment_summary()
    assert (summary.total_deployments, summary.by_status.active) == (1, 1)

    deployments.delete_deployment(deployment.id)
    projects.delete_project(web.id)
    collections.delete_collection(office.id)
    artifacts.delete_artifact(pdf.id)
    artifacts.delete_artifact(ocr.id)
    status, gone = error_of(lambda: deployments.get_deployment(deployment.id))
    assert (status, gone.errors[0].code) == (404, ErrorCode.NOT_FOUND)


if __name__ == "__main__":
    main(*sys.argv[1:])
