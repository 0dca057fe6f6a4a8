"""The compared requests in FastAPI, SQLAlchemy 2 and Pydantic 2, as an experienced developer writes them.

The rows of a list are selected by column, without model instances; no N+1 queries; async throughout. The
answers are the product's, and writes leave its audit trail.
"""

import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from sqlalchemy import and_, event, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from benchmarks.fast_api_queries import (
    ARTIFACT,
    COLLECTION,
    COLLECTION_FILTERS,
    COUNTED,
    DEPLOYMENT,
    DEPLOYMENT_FILTERS,
    ENTRY,
    ENUMERATED,
    GROUP,
    GROUP_FILTERS,
    artifact_conditions,
    conditions,
    in_order,
    of_several,
)
from benchmarks.fast_api_schemas import (
    ArtifactIn,
    ArtifactQuery,
    Artifacts,
    CollectionDetail,
    CollectionQuery,
    Collections,
    DeploymentIn,
    DeploymentOut,
    DeploymentQuery,
    Deployments,
    GroupChanges,
    GroupDetail,
    GroupIn,
    GroupOut,
    GroupQuery,
    Groups,
    Paging,
    Place,
    Placed,
)
from benchmarks.tables import (
    SQLITE,
    URL,
    ApiToken,
    Artifact,
    Collection,
    CollectionArtifact,
    Deployment,
    Group,
    GroupArtifact,
    Project,
    User,
    now,
    record,
)

engine = create_async_engine(
    URL.replace("sqlite:", "sqlite+aiosqlite:").replace("postgres:", "postgresql+asyncpg:"),
    pool_size=8,
    **({"connect_args": {"timeout": 20}} if SQLITE else {}),
)
Sessions = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()

if SQLITE:

    @event.listens_for(engine.sync_engine, "connect")
    def _on_connect(connection: Any, _: Any) -> None:
        # As the product has it: an acknowledged commit survives a power cut.
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA cache_size=-6000")


async def session() -> AsyncIterator[AsyncSession]:
    async with Sessions() as opened:
        yield opened


Session = Annotated[AsyncSession, Depends(session)]


async def current_user(request: Request, session: Session) -> Any:
    digest = hashlib.sha256(request.headers.get("authorization", "")[6:].encode()).hexdigest()
    token = ApiToken.expires_at, ApiToken.revoked_at, ApiToken.last_used_at
    found = select(User.id, User.username, User.is_superuser, *token).join(User, User.id == ApiToken.user_id)
    user = (await session.execute(found.where(ApiToken.digest == digest, User.is_active))).first()
    if user is None or user.revoked_at or user.expires_at <= now():
        raise HTTPException(401)
    if user.last_used_at is None or now() - user.last_used_at >= timedelta(minutes=1):
        await session.execute(update(ApiToken).where(ApiToken.digest == digest).values(last_used_at=now()))
        await session.commit()
    return user


CurrentUser = Annotated[Any, Depends(current_user)]

PERMITTED = text(
    "SELECT 1 FROM auth_permission p WHERE p.codename = :codename AND (p.id IN (SELECT g.permission_id FROM"
    " auth_group_permissions g JOIN auth_user_groups u ON u.group_id = g.group_id WHERE u.user_id = :user)"
    " OR p.id IN (SELECT permission_id FROM auth_user_user_permissions WHERE user_id = :user))"
)


def allowed_to(codename: str) -> Any:
    """A dependency: the user, who has a permission. SQLite's write lock is taken before anything is read."""

    async def check(session: Session, user: CurrentUser) -> Any:
        if not user.is_superuser:
            parameters = {"codename": codename, "user": user.id}
            if (await session.execute(PERMITTED, parameters)).first() is None:
                raise HTTPException(403)
        if SQLITE:
            await session.rollback()
            await session.execute(text("BEGIN IMMEDIATE"))
        return user

    return Depends(check)


async def page_of(
    session: AsyncSession, name: str, rows: Any, model: Any, where: list[Any], paging: Paging
) -> dict[str, Any]:
    total = await session.scalar(select(func.count()).select_from(model).where(*where))
    rows = rows.where(*where).limit(paging.page_size).offset((paging.page - 1) * paging.page_size)
    page = {"total": total, "page": paging.page, "page_size": paging.page_size}
    return {name: (await session.execute(rows)).all(), **page}


async def one(session: AsyncSession, rows: Any) -> dict[str, Any]:
    row = (await session.execute(rows)).mappings().first()
    if row is None:
        raise HTTPException(404)
    return dict(row)


async def locked(session: AsyncSession, model: Any, id: str) -> Any:
    row = await session.scalar(select(model).where(model.id == id).with_for_update(key_share=True))
    if row is None:
        raise HTTPException(404)
    return row


@app.get("/api/v1/collections")
async def list_collections(
    session: Session, user: CurrentUser, query: Annotated[CollectionQuery, Query()]
) -> Collections:
    rows = in_order(COLLECTION, Collection, query.ordering)
    where = conditions(COLLECTION_FILTERS, query)
    return await page_of(session, "collections", rows, Collection, where, query)


@app.get("/api/v1/collections/{id}")
async def get_collection(id: str, session: Session, user: CurrentUser) -> CollectionDetail:
    collection = await one(session, COLLECTION.where(Collection.id == id))
    groups = await session.execute(GROUP.add_columns(ENUMERATED).where(Group.collection_id == id))
    return {**collection, "groups": groups.all()}


@app.get("/api/v1/groups", response_model_exclude_unset=True)
async def list_groups(session: Session, user: CurrentUser, query: Annotated[GroupQuery, Query()]) -> Groups:
    is_narrowed = query.search is not None or query.artifact_id is not None
    rows = GROUP.add_columns(COUNTED if is_narrowed else ENUMERATED)
    if query.collection_id is None:
        rows = of_several(rows)
    where = conditions(GROUP_FILTERS, query)
    return await page_of(session, "groups", rows, Group, where, query)


@app.get("/api/v1/groups/{id}")
async def get_group(id: str, session: Session, user: CurrentUser) -> GroupDetail:
    group = await one(session, GROUP.add_columns(COUNTED).where(Group.id == id))
    entries = await session.execute(ENTRY.where(GroupArtifact.group_id == id))
    return {**group, "artifacts": entries.all()}


@app.get("/api/v1/artifacts")
async def list_artifacts(
    session: Session, user: CurrentUser, query: Annotated[ArtifactQuery, Query()]
) -> Artifacts:
    rows = in_order(ARTIFACT, Artifact, query.ordering)
    return await page_of(session, "artifacts", rows, Artifact, artifact_conditions(query), query)


@app.get("/api/v1/deployments")
async def list_deployments(
    session: Session, user: CurrentUser, query: Annotated[DeploymentQuery, Query()]
) -> Deployments:
    rows = in_order(DEPLOYMENT, Deployment, query.ordering)
    where = conditions(DEPLOYMENT_FILTERS, query)
    return await page_of(session, "deployments", rows, Deployment, where, query)


async def free_rank(
    session: AsyncSession, model: Any, siblings: Any, position: int | None, moving: Any = None
) -> int:
    """Before the one at a position, which moves with all behind it; last if there is none."""
    if position is not None:
        siblings = and_(siblings, model.id != moving.id) if moving else siblings
        ranks = select(model.rank).where(siblings).order_by(model.rank, model.id)
        following = await session.scalar(ranks.offset(position).limit(1))
        if following is not None:
            values = {"rank": model.rank + 1}
            if model is Group:
                # Another place is no change of a group.
                values["updated_at"] = model.updated_at
            await session.execute(update(model).where(siblings, model.rank >= following).values(values))
            return following
    last = await session.scalar(select(func.max(model.rank)).where(siblings))
    return 0 if last is None else last + 1


@app.post("/api/v1/groups", status_code=201)
async def create_group(
    body: GroupIn, session: Session, user: Annotated[Any, allowed_to("add_group")]
) -> GroupOut:
    await locked(session, Collection, body.collection_id)
    siblings = Group.collection_id == body.collection_id
    rank = await free_rank(session, Group, siblings, body.position)
    group = Group(**body.model_dump(exclude={"position"}), rank=rank)
    session.add(group)
    await record(session, group, "+", user.username)
    created = await one(session, GROUP.add_columns(COUNTED).where(Group.id == group.id))
    await session.commit()
    return created


@app.patch("/api/v1/groups/{id}")
async def change_group(
    id: str, body: GroupChanges, session: Session, user: Annotated[Any, allowed_to("change_group")]
) -> GroupOut:
    if body.position is not None:
        collection_id = await session.scalar(select(Group.collection_id).where(Group.id == id))
        await locked(session, Collection, collection_id)
    group = await locked(session, Group, id)
    if body.position is not None:
        siblings = Group.collection_id == group.collection_id
        group.rank = await free_rank(session, Group, siblings, body.position, group)
    for name, value in body.model_dump(exclude_unset=True, exclude={"position"}).items():
        setattr(group, name, value)
    if session.is_modified(group):
        await record(session, group, "~", user.username)
    changed = await one(session, GROUP.add_columns(COUNTED).where(Group.id == id))
    await session.commit()
    return changed


@app.post("/api/v1/groups/{id}/artifacts", status_code=201)
async def add_artifact(
    id: str,
    body: ArtifactIn,
    session: Session,
    response: Response,
    user: Annotated[Any, allowed_to("change_group")],
) -> Placed:
    collection_id = await session.scalar(select(Group.collection_id).where(Group.id == id))
    await locked(session, Collection, collection_id)
    artifact = await session.get(Artifact, body.artifact_id)
    if artifact is None:
        raise HTTPException(404)
    pair = {"collection_id": collection_id, "artifact_id": artifact.id}
    member = await session.scalar(select(CollectionArtifact).filter_by(**pair))
    if member is None:
        member = CollectionArtifact(**pair)
        session.add(member)
        await record(session, member, "+", user.username)
    entry = await session.scalar(
        select(GroupArtifact).filter_by(group_id=id, collection_artifact_id=member.id)
    )
    created, siblings = entry is None, GroupArtifact.group_id == id
    if entry is None:
        rank = await free_rank(session, GroupArtifact, siblings, body.position)
        entry = GroupArtifact(group_id=id, collection_artifact_id=member.id, rank=rank)
        session.add(entry)
        await record(session, entry, "+", user.username)
    elif body.position is not None:
        entry.rank = await free_rank(session, GroupArtifact, siblings, body.position, entry)
        await record(session, entry, "~", user.username)
    before = select(func.count()).where(siblings, GroupArtifact.rank < entry.rank)
    position = await session.scalar(before)
    await session.commit()
    response.status_code = 201 if created else 200
    place = Place(artifact_id=artifact.id, position=position, added_at=entry.added_at, created=created)
    return Placed(group_id=id, artifacts=[place])


@app.post("/api/v1/deployments", status_code=201)
async def create_deployment(
    body: DeploymentIn, session: Session, user: Annotated[Any, allowed_to("add_deployment")]
) -> DeploymentOut:
    artifact = await locked(session, Artifact, body.artifact_id)
    if await session.get(Project, body.project_id) is None:
        raise HTTPException(404)
    if body.status == "active":
        place = {"artifact_id": artifact.id, "project_id": body.project_id, "target": body.target}
        for before in await session.scalars(select(Deployment).filter_by(**place, status="active")):
            before.status = "inactive"
            await record(session, before, "~", user.username)
    deployment = Deployment(**body.model_dump())
    if "deployed_version" not in body.model_fields_set:
        deployment.deployed_version = artifact.latest_version
    session.add(deployment)
    await record(session, deployment, "+", user.username)
    created = await one(session, DEPLOYMENT.where(Deployment.id == deployment.id))
    await session.commit()
    return created
