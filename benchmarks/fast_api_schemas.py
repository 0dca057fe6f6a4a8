"""What clients send and get, for `benchmarks.fast_api`."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, computed_field

from benchmarks import comparison


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


class GroupListed(GroupOut):
    """With the name only in a list of several collections' groups."""

    collection_name: str | None = None


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
    namespace: str
    name: str
    description: str | None
    latest_version: str | None
    latest_digest: str | None
    withdrawn_at: datetime | None
    collection_count: int
    deployment_count: int
    active_deployment_count: int
    outdated_count: int
    variant_count: int
    last_deployed_at: datetime | None
    created_at: datetime
    updated_at: datetime


class DeploymentOut(Out):
    id: str
    artifact_id: str
    artifact_name: str
    artifact_type: str
    project_id: str
    project_name: str
    target: str
    deployed_version: str | None
    deployed_digest: str | None
    latest_version: str | None
    latest_digest: str | None
    is_modified: bool
    evidence: str
    last_reported_at: datetime | None
    status: str
    deployed_at: datetime
    updated_at: datetime

    @computed_field
    @property
    def is_outdated(self) -> bool:
        return comparison.is_outdated(*self._compared())

    @computed_field
    @property
    def sync_status(self) -> str:
        return comparison.sync_status(*self._compared(), is_modified=self.is_modified)

    def _compared(self) -> tuple[str | None, str | None, str | None, str | None]:
        return self.deployed_version, self.latest_version, self.deployed_digest, self.latest_digest


class Page(BaseModel):
    total: int
    page: int
    page_size: int


class Collections(Page):
    collections: list[CollectionOut]


class Groups(Page):
    groups: list[GroupListed]


class Artifacts(Page):
    artifacts: list[ArtifactOut]


class Deployments(Page):
    deployments: list[DeploymentOut]


class Paging(BaseModel):
    page: int = Field(1, ge=1)
    page_size: int = Field(50, ge=1, le=1000)


class LargePaging(Paging):
    page_size: int = Field(1000, ge=1, le=1000)


Type = Literal["skill", "command", "agent", "mcp", "hook"]
Status = Literal["active", "inactive", "error", "pending"]


class CollectionQuery(Paging):
    search: str | None = None
    artifact_id: str | None = None
    ordering: Literal["name", "-name", "created_at", "-created_at", "updated_at", "-updated_at"] | None = None


class GroupQuery(LargePaging):
    search: str | None = None
    collection_id: str | None = None
    artifact_id: str | None = None


class ArtifactQuery(Paging):
    search: str | None = None
    type: list[Type] | None = None
    namespace: str | None = None
    withdrawn: bool | None = None
    collection_id: str | None = None
    group_id: str | None = None
    project_id: str | None = None
    deployed: bool | None = None
    outdated: bool | None = None
    varies: bool | None = None
    ordering: (
        Literal["name", "-name", "type", "-type", "created_at", "-created_at", "updated_at", "-updated_at"]
        | None
    ) = None


class DeploymentQuery(LargePaging):
    search: str | None = None
    artifact_id: str | None = None
    project_id: str | None = None
    artifact_type: list[Type] | None = None
    namespace: str | None = None
    collection_id: str | None = None
    group_id: str | None = None
    target: str | None = None
    status: list[Status] | None = None
    sync_status: list[Literal["current", "outdated", "modified", "unknown"]] | None = None
    evidence: list[Literal["reported", "declared"]] | None = None
    deployed_version: str | None = None
    outdated: bool | None = None
    deployed_after: datetime | None = None
    deployed_before: datetime | None = None
    ordering: (
        Literal[
            *("deployed_at", "-deployed_at", "updated_at", "-updated_at", "status", "-status"),
            *("artifact_name", "-artifact_name", "project_name", "-project_name"),
        ]
        | None
    ) = None


Name = Annotated[str, Field(min_length=1, max_length=255)]
Position = Annotated[int, Field(ge=0)] | None


class GroupIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    collection_id: str
    name: Name
    description: str | None = None
    position: Position = None


class GroupChanges(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Name | None = None
    description: str | None = None
    position: Position = None


class ArtifactIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    artifact_id: str
    position: Position = None


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
    target: Annotated[str, Field(pattern="^[-a-zA-Z0-9_]{1,50}$")] = "default"
    deployed_version: str | None = None
    deployed_digest: Annotated[str, Field(pattern="^[a-z0-9-]+:[0-9A-Za-z._=+/-]+$")] | None = None
    status: Status = "active"
