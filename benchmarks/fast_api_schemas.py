"""What clients send and get, for `benchmarks.fast_api`."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class CollectionOut(Out):
    id: str
    name: str
    description: str | None
    group_count: int
    artifact_count: int
    created_at: datetime
    updated_at: datetime


class GroupOut(Out):
    id: str
    collection_id: str
    name: str
    description: str | None
    position: int
    artifact_count: int
    created_at: datetime
    updated_at: datetime


class CollectionDetail(CollectionOut):
    groups: list[GroupOut]


class GroupArtifactOut(Out):
    artifact_id: str
    type: str
    name: str
    latest_version: str | None
    position: int
    added_at: datetime


class GroupDetail(GroupOut):
    artifacts: list[GroupArtifactOut]


class ArtifactOut(Out):
    id: str
    type: str
    name: str
    description: str | None
    latest_version: str | None
    collection_count: int
    deployment_count: int
    created_at: datetime
    updated_at: datetime


class DeploymentOut(Out):
    id: str
    artifact_id: str
    artifact_name: str
    artifact_type: str
    project_id: str
    project_name: str
    deployed_version: str | None
    latest_version: str | None
    is_outdated: bool
    status: str
    deployed_at: datetime
    updated_at: datetime


class Page(BaseModel):
    total: int
    page: int
    page_size: int


class Collections(Page):
    collections: list[CollectionOut]


class Groups(Page):
    groups: list[GroupOut]


class Artifacts(Page):
    artifacts: list[ArtifactOut]


class Deployments(Page):
    deployments: list[DeploymentOut]


class Paging(BaseModel):
    page: int = Field(1, ge=1)
    page_size: int = Field(50, ge=1, le=1000)


Name = Annotated[str, Field(min_length=1, max_length=255)]


class GroupIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    collection_id: str
    name: Name
    description: str | None = None


class GroupChanges(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Name | None = None
    description: str | None = None


class ArtifactIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    artifact_id: str


class Place(BaseModel):
    artifact_id: str
    position: int
    added_at: datetime
    created: bool


class Placed(BaseModel):
    group_id: str
    artifacts: list[Place]


class DeploymentIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    artifact_id: str
    project_id: str
    deployed_version: str | None = None
    status: str = "active"
