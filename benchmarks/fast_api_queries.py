"""What `benchmarks.fast_api` reads, compiled once by SQLAlchemy's cache."""

from typing import Any

from sqlalchemy import func, literal_column, select

from benchmarks.tables import (
    Artifact,
    Collection,
    CollectionArtifact,
    Deployment,
    Group,
    GroupArtifact,
    Project,
)


def count_of(model: Any, foreign_key: Any, owner: Any) -> Any:
    return select(func.count()).select_from(model).where(foreign_key == owner).scalar_subquery()


COLLECTION = select(
    *(Collection.id, Collection.name, Collection.description, Collection.created_at, Collection.updated_at),
    count_of(Group, Group.collection_id, Collection.id).label("group_count"),
    count_of(CollectionArtifact, CollectionArtifact.collection_id, Collection.id).label("artifact_count"),
)
GROUP = select(
    *(Group.id, Group.collection_id, Group.name, Group.description, Group.created_at, Group.updated_at),
    count_of(GroupArtifact, GroupArtifact.group_id, Group.id).label("artifact_count"),
).order_by(Group.rank, Group.id)
ENUMERATED = (
    func.row_number().over(partition_by=Group.collection_id, order_by=(Group.rank, Group.id)) - 1
).label("position")
_sibling = Group.__table__.alias()
COUNTED = (
    select(func.count())
    .where(_sibling.c.collection_id == Group.collection_id, _sibling.c.rank < Group.rank)
    .scalar_subquery()
    .label("position")
)
ENTRY = (
    select(
        *(CollectionArtifact.artifact_id, Artifact.type, Artifact.name, Artifact.latest_version),
        (func.row_number().over(order_by=(GroupArtifact.rank, GroupArtifact.id)) - 1).label("position"),
        GroupArtifact.added_at,
    )
    .join(CollectionArtifact, CollectionArtifact.id == GroupArtifact.collection_artifact_id)
    .join(Artifact, Artifact.id == CollectionArtifact.artifact_id)
    .order_by(GroupArtifact.rank, GroupArtifact.id)
)
ARTIFACT = select(
    *(Artifact.id, Artifact.type, Artifact.name, Artifact.description, Artifact.latest_version),
    *(Artifact.created_at, Artifact.updated_at),
    count_of(CollectionArtifact, CollectionArtifact.artifact_id, Artifact.id).label("collection_count"),
    count_of(Deployment, Deployment.artifact_id, Artifact.id).label("deployment_count"),
).order_by(Artifact.name, Artifact.type, Artifact.id)
DEPLOYMENT = (
    select(
        *(Deployment.id, Deployment.artifact_id, Deployment.project_id, Deployment.deployed_version),
        *(Deployment.status, Deployment.deployed_at, Deployment.updated_at),
        *(Artifact.name.label("artifact_name"), Artifact.type.label("artifact_type")),
        *(Artifact.latest_version, Project.name.label("project_name")),
        func.coalesce(Deployment.deployed_version != Artifact.latest_version, literal_column("false")).label(
            "is_outdated"
        ),
    )
    .join(Artifact, Artifact.id == Deployment.artifact_id)
    .join(Project, Project.id == Deployment.project_id)
    .order_by(Deployment.deployed_at.desc(), Deployment.id.desc())
)
