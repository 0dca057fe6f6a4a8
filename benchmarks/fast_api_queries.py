"""What `benchmarks.fast_api` reads, compiled once by SQLAlchemy's cache."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import and_, case, false, func, or_, select

from benchmarks.fast_api_schemas import ArtifactQuery
from benchmarks.tables import (
    SQLITE,
    Artifact,
    Collection,
    CollectionArtifact,
    Deployment,
    Group,
    GroupArtifact,
    Project,
    Tally,
)


def count_of(model: Any, foreign_key: Any, owner: Any) -> Any:
    return select(func.count()).select_from(model).where(foreign_key == owner).scalar_subquery()


COLLECTION = select(
    *(Collection.id, Collection.name, Collection.description, Collection.created_at, Collection.updated_at),
    count_of(Group, Group.collection_id, Collection.id).label("group_count"),
    count_of(CollectionArtifact, CollectionArtifact.collection_id, Collection.id).label("artifact_count"),
).order_by(Collection.name, Collection.id)
GROUP = select(
    *(Group.id, Group.collection_id, Group.name, Group.description, Group.created_at, Group.updated_at),
    count_of(GroupArtifact, GroupArtifact.group_id, Group.id).label("artifact_count"),
).order_by(Group.rank, Group.id)


def of_several(groups: Any) -> Any:
    """Of several collections, by their names first, which each group has."""
    joined = groups.join(Collection, Collection.id == Group.collection_id)
    joined = joined.add_columns(Collection.name.label("collection_name"))
    return joined.order_by(None).order_by(Collection.name, Collection.id, Group.rank, Group.id)


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
ARTIFACT = (
    select(
        *(Artifact.id, Artifact.type, Artifact.namespace, Artifact.name, Artifact.description),
        *(Artifact.latest_version, Artifact.latest_digest, Artifact.withdrawn_at),
        *(Artifact.created_at, Artifact.updated_at),
        count_of(CollectionArtifact, CollectionArtifact.artifact_id, Artifact.id).label("collection_count"),
        func.coalesce(Tally.count, 0).label("deployment_count"),
        func.coalesce(Tally.active, 0).label("active_deployment_count"),
        func.coalesce(Tally.outdated, 0).label("outdated_count"),
        func.coalesce(Tally.variants, 0).label("variant_count"),
        select(Deployment.deployed_at)
        .where(Deployment.artifact_id == Artifact.id, Deployment.status == "active")
        .order_by(Deployment.deployed_at.desc())
        .limit(1)
        .scalar_subquery()
        .label("last_deployed_at"),
    )
    .outerjoin(Tally, Tally.artifact_id == Artifact.id)
    .order_by(Artifact.name, Artifact.type, Artifact.id)
)
DEPLOYMENT = (
    select(
        *(Deployment.id, Deployment.artifact_id, Deployment.project_id, Deployment.target),
        *(Deployment.deployed_version, Deployment.deployed_digest, Deployment.is_modified),
        *(Deployment.evidence, Deployment.last_reported_at, Deployment.status),
        *(Deployment.deployed_at, Deployment.updated_at),
        *(Artifact.name.label("artifact_name"), Artifact.type.label("artifact_type")),
        *(Artifact.latest_version, Artifact.latest_digest, Project.name.label("project_name")),
    )
    .join(Artifact, Artifact.id == Deployment.artifact_id)
    .join(Project, Project.id == Deployment.project_id)
    .order_by(Deployment.deployed_at.desc(), Deployment.id.desc())
)


def _scheme(digest: Any) -> Any:
    return func.substr(digest, 1, (func.instr if SQLITE else func.strpos)(digest, ":"))


# What `benchmarks.comparison` says, for filters. Each is true or false, never null.
_VERSIONS_KNOWN = and_(Deployment.deployed_version.is_not(None), Artifact.latest_version.is_not(None))
_HAS_VERSION = func.coalesce(Deployment.deployed_version == Artifact.latest_version, false())
_HAS_DIGEST = func.coalesce(Deployment.deployed_digest == Artifact.latest_digest, false())
_OTHER_DIGEST = func.coalesce(
    and_(
        Deployment.deployed_digest != Artifact.latest_digest,
        _scheme(Deployment.deployed_digest) == _scheme(Artifact.latest_digest),
    ),
    false(),
)
IS_OUTDATED = case((_VERSIONS_KNOWN, ~_HAS_VERSION), else_=_OTHER_DIGEST)
SYNC_STATUS = case(
    (or_(Deployment.is_modified, and_(_HAS_VERSION, _OTHER_DIGEST)), "modified"),
    (IS_OUTDATED, "outdated"),
    (or_(_HAS_VERSION, _HAS_DIGEST), "current"),
    else_="unknown",
)

_MEMBERS = select(CollectionArtifact.artifact_id)
_GROUPED = _MEMBERS.join(GroupArtifact, GroupArtifact.collection_artifact_id == CollectionArtifact.id)
# Part of what is asked of the rows joined to a deployment, since the query that counts joins nothing itself.
_ITS_ARTIFACT = Deployment.artifact_id == Artifact.id
_ITS_PROJECT = Deployment.project_id == Project.id

Conditions = dict[str, Callable[[Any], Any]]


def _contains(text: str, *columns: Any) -> Any:
    return or_(*(column.icontains(text, autoescape=True) for column in columns))


def _tallied(condition: Any, wanted: bool) -> Any:
    artifacts = select(Tally.artifact_id).where(condition).correlate(None)
    return Artifact.id.in_(artifacts) if wanted else Artifact.id.not_in(artifacts)


COLLECTION_FILTERS: Conditions = {
    "search": lambda text: _contains(text, Collection.name, Collection.description),
    "artifact_id": lambda key: Collection.id.in_(
        select(CollectionArtifact.collection_id).where(CollectionArtifact.artifact_id == key)
    ),
}
GROUP_FILTERS: Conditions = {
    "search": lambda text: _contains(text, Group.name),
    "collection_id": lambda key: Group.collection_id == key,
    "artifact_id": lambda key: Group.id.in_(
        select(GroupArtifact.group_id)
        .join(CollectionArtifact, CollectionArtifact.id == GroupArtifact.collection_artifact_id)
        .where(CollectionArtifact.artifact_id == key)
    ),
}
ARTIFACT_FILTERS: Conditions = {
    "search": lambda text: _contains(text, Artifact.name, Artifact.description),
    "type": lambda types: Artifact.type.in_(types),
    "namespace": lambda namespace: Artifact.namespace == namespace,
    "withdrawn": lambda is_: Artifact.withdrawn_at.is_not(None) if is_ else Artifact.withdrawn_at.is_(None),
    "collection_id": lambda key: Artifact.id.in_(_MEMBERS.where(CollectionArtifact.collection_id == key)),
    "group_id": lambda key: Artifact.id.in_(_GROUPED.where(GroupArtifact.group_id == key)),
    "deployed": lambda is_: _tallied(Tally.active > 0, is_),
    "varies": lambda is_: _tallied(Tally.variants > 1, is_),
}
DEPLOYMENT_FILTERS: Conditions = {
    "search": lambda text: and_(_ITS_ARTIFACT, _ITS_PROJECT, _contains(text, Artifact.name, Project.name)),
    "artifact_id": lambda key: Deployment.artifact_id == key,
    "project_id": lambda key: Deployment.project_id == key,
    "artifact_type": lambda types: and_(_ITS_ARTIFACT, Artifact.type.in_(types)),
    "namespace": lambda namespace: and_(_ITS_ARTIFACT, Artifact.namespace == namespace),
    "collection_id": lambda key: Deployment.artifact_id.in_(
        _MEMBERS.where(CollectionArtifact.collection_id == key)
    ),
    "group_id": lambda key: Deployment.artifact_id.in_(_GROUPED.where(GroupArtifact.group_id == key)),
    "target": lambda target: Deployment.target == target,
    "status": lambda statuses: Deployment.status.in_(statuses),
    "sync_status": lambda statuses: and_(_ITS_ARTIFACT, SYNC_STATUS.in_(statuses)),
    "evidence": lambda kinds: Deployment.evidence.in_(kinds),
    "deployed_version": lambda version: Deployment.deployed_version == version,
    "outdated": lambda is_: and_(_ITS_ARTIFACT, IS_OUTDATED if is_ else ~IS_OUTDATED),
    "deployed_after": lambda time: Deployment.deployed_at >= time,
    "deployed_before": lambda time: Deployment.deployed_at <= time,
}


def conditions(filters: Conditions, query: Any) -> list[Any]:
    """Those of the filters that were sent."""
    return [
        condition(value) for name, condition in filters.items() if (value := getattr(query, name)) is not None
    ]


def artifact_conditions(query: ArtifactQuery) -> list[Any]:
    """Those of the filters that were sent; with a project, ``outdated`` is about that one."""
    found, outdated = conditions(ARTIFACT_FILTERS, query), query.outdated
    if query.project_id is None:
        return found if outdated is None else [*found, _tallied(Tally.outdated > 0, outdated)]
    active = select(Deployment.id).where(
        Deployment.artifact_id == Artifact.id,
        Deployment.project_id == query.project_id,
        Deployment.status == "active",
    )
    found.append(active.exists())
    if outdated is not None:
        found.append(active.where(IS_OUTDATED).exists() if outdated else ~active.where(IS_OUTDATED).exists())
    return found


_COLUMNS = {"artifact_name": Artifact.name, "project_name": Project.name}


def in_order(rows: Any, model: Any, ordering: str | None) -> Any:
    """By one column, where it was sent; ties are broken by id."""
    if ordering is None:
        return rows
    name = ordering.removeprefix("-")
    columns = _COLUMNS[name] if name in _COLUMNS else getattr(model, name), model.id
    if ordering.startswith("-"):
        columns = tuple(column.desc() for column in columns)
    return rows.order_by(None).order_by(*columns)
