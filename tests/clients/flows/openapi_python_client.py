"""One flow with the client of openapi-python-client."""

import sys
import uuid
from http import HTTPStatus
from typing import TypeVar

from skill_meat_api_client import AuthenticatedClient, Client
from skill_meat_api_client.api.artifacts import create_artifact, delete_artifact
from skill_meat_api_client.api.auth import get_current_user, login
from skill_meat_api_client.api.collections import create_collection, delete_collection
from skill_meat_api_client.api.deployments import (
    create_deployment,
    delete_deployment,
    get_deployment,
    get_deployment_summary,
    list_deployments,
    update_deployment,
)
from skill_meat_api_client.api.groups import (
    add_group_artifacts,
    create_group,
    list_group_artifacts,
    reorder_sibling_groups,
    update_group_artifact,
)
from skill_meat_api_client.api.projects import create_project, delete_project
from skill_meat_api_client.models import (
    AddOneGroupArtifactRequest,
    AddSeveralGroupArtifactsRequest,
    ArtifactCreateRequest,
    ArtifactType,
    CollectionCreateRequest,
    DeploymentCreateRequest,
    DeploymentOrdering,
    DeploymentStatus,
    DeploymentUpdateRequest,
    ErrorCode,
    ErrorResponse,
    ErrorType,
    GroupArtifactUpdateRequest,
    GroupCreateRequest,
    GroupPositionRequest,
    LoginRequest,
    ProjectCreateRequest,
)

T = TypeVar("T")


def ok(result: T | ErrorResponse | None) -> T:
    """What a response holds; with what is wrong it is an exception."""
    assert result is not None
    assert not isinstance(result, ErrorResponse), result
    return result


def main(base_url: str, username: str, password: str) -> None:
    """Do everything once."""
    key = ok(
        login.sync(client=Client(base_url=base_url), body=LoginRequest(username=username, password=password))
    ).token
    client = AuthenticatedClient(base_url=base_url, token=key)
    assert ok(get_current_user.sync(client=client)).username == username

    body, idempotency_key = CollectionCreateRequest(name="Office"), str(uuid.uuid4())
    office = ok(create_collection.sync(client=client, body=body, idempotency_key=idempotency_key))
    again = create_collection.sync_detailed(client=client, body=body, idempotency_key=idempotency_key)
    assert ok(again.parsed).id == office.id
    assert again.headers["Idempotent-Replayed"] == "true"

    response = create_collection.sync_detailed(client=client, body=body)
    assert response.status_code == HTTPStatus.BAD_REQUEST
    taken = response.parsed
    assert isinstance(taken, ErrorResponse)
    assert taken.type_ is ErrorType.VALIDATION_ERROR
    assert (taken.errors[0].code, taken.errors[0].attr) == (ErrorCode.UNIQUE, "name")

    pdf, ocr = (
        ok(
            create_artifact.sync(
                client=client,
                body=ArtifactCreateRequest(type_=ArtifactType.SKILL, name=name, latest_version="2.0.0"),
            )
        )
        for name in ("pdf", "ocr")
    )
    group, other = (
        ok(create_group.sync(client=client, body=GroupCreateRequest(collection_id=office.id, name=name)))
        for name in ("Documents", "Images")
    )
    one = AddOneGroupArtifactRequest(artifact_id=pdf.id)
    ok(add_group_artifacts.sync(group.id, client=client, body=one))
    several = AddSeveralGroupArtifactsRequest(artifact_ids=[ocr.id], position=0)
    ok(add_group_artifacts.sync(group.id, client=client, body=several))
    last = GroupArtifactUpdateRequest(position=1)
    ok(update_group_artifact.sync(group.id, ocr.id, client=client, body=last))
    placed = ok(list_group_artifacts.sync(group.id, client=client))
    assert [row.name for row in placed.artifacts] == ["pdf", "ocr"]
    bare = [GroupPositionRequest(id=other.id, position=0)]
    reordered = ok(reorder_sibling_groups.sync(group.id, client=client, body=bare))
    assert [row.id for row in reordered.groups] == [other.id, group.id]

    web = ok(create_project.sync(client=client, body=ProjectCreateRequest(name="web")))
    new = DeploymentCreateRequest(artifact_id=pdf.id, project_id=web.id, deployed_version="1.9.0")
    deployment = ok(create_deployment.sync(client=client, body=new))
    outdated = ok(
        list_deployments.sync(
            client=client,
            project_id=web.id,
            outdated=True,
            status=[DeploymentStatus.ACTIVE, DeploymentStatus.PENDING],
            ordering=DeploymentOrdering.DEPLOYED_AT_DESC,
        )
    )
    assert [row.id for row in outdated.deployments] == [deployment.id]

    seen = get_deployment.sync_detailed(deployment.id, client=client)
    etag = seen.headers["ETag"]
    change = DeploymentUpdateRequest(deployed_version="2.0.0", status=ok(seen.parsed).status)
    changed = ok(update_deployment.sync(deployment.id, client=client, body=change, if_match=etag))
    assert not changed.is_outdated
    late = update_deployment.sync_detailed(deployment.id, client=client, body=change, if_match=etag)
    assert late.status_code == HTTPStatus.PRECONDITION_FAILED
    assert isinstance(late.parsed, ErrorResponse)
    assert late.parsed.errors[0].code is ErrorCode.PRECONDITION_FAILED

    summary = ok(get_deployment_summary.sync(client=client))
    assert (summary.total_deployments, summary.by_status.active) == (1, 1)

    gone = [
        delete_deployment.sync_detailed(deployment.id, client=client),
        delete_project.sync_detailed(web.id, client=client),
        delete_collection.sync_detailed(office.id, client=client),
        delete_artifact.sync_detailed(pdf.id, client=client),
        delete_artifact.sync_detailed(ocr.id, client=client),
    ]
    assert {response.status_code for response in gone} == {HTTPStatus.NO_CONTENT}
    missing = get_deployment.sync(deployment.id, client=client)
    assert isinstance(missing, ErrorResponse)
    assert missing.errors[0].code is ErrorCode.NOT_FOUND


if __name__ == "__main__":
    main(*sys.argv[1:])
