"""The compared requests in FastAPI, SQLAlchemy 2 and Pydantic 2, as an experienced developer writes them.

The rows of a list are selected by column, without model instances; no N+1 queries; async throughout. The
answers are the product's, and writes leave its audit trail.
"""

import hashlib
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from sqlalchemy import and_, event, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from benchmarks.fast_api_queries import ARTIFACT, COLLECTION, COUNTED, DEPLOYMENT, ENTRY, ENUMERATED, GROUP
from benchmarks.fast_api_schemas import (
    ArtifactIn,
    Artifacts,
    CollectionDetail,
    Collections,
    DeploymentIn,
    DeploymentOut,
    Deployments,
    GroupChanges,
    GroupDetail,
    GroupIn,
    GroupOut,
    Groups,
    Paging,
    Place,
    Placed,
)
from benchmarks.tables import (
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

URL = os.environ["DATABASE_URL"]
SQLITE = URL.startswith("sqlite")
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
    return {name: (await session.execute(rows)).all(), "total": total, **paging.model_dump()}


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
    session: Session, user: CurrentUser, paging: Annotated[Paging, Query()]
) -> Collections:
    rows = COLLECTION.order_by(Collection.name, Collection.id)
    return await page_of(session, "collections", rows, Collection, [], paging)


@app.get("/api/v1/collections/{id}")
async def get_collection(id: str, session: Session, user: CurrentUser) -> CollectionDetail:
    collection = await one(session, COLLECTION.where(Collection.id == id))
    groups = await session.execute(GROUP.add_columns(ENUMERATED).where(Group.collection_id == id))
    return {**collection, "groups": groups.all()}


@app.get("/api/v1/groups")
async def list_groups(
    collection_id: str, session: Session, user: CurrentUser, page: int = 1, page_size: int = 1000
) -> Groups:
    paging = Paging(page=page, page_size=page_size)
    where = [Group.collection_id == collection_id]
    return await page_of(session, "groups", GROUP.add_columns(ENUMERATED), Group, where, paging)


@app.get("/api/v1/groups/{id}")
async def get_group(id: str, session: Session, user: CurrentUser) -> GroupDetail:
    group = await one(session, GROUP.add_columns(COUNTED).where(Group.id == id))
    entries = await session.execute(ENTRY.where(GroupArtifact.group_id == id))
    return {**group, "artifacts": entries.all()}


@app.get("/api/v1/artifacts")
async def list_artifacts(
    session: Session, user: CurrentUser, paging: Annotated[Paging, Query()]
) -> Artifacts:
    return await page_of(session, "artifacts", ARTIFACT, Artifact, [], paging)


@app.get("/api/v1/deployments")
async def list_deployments(
    session: Session,
    user: CurrentUser,
    artifact_id: str | None = None,
    project_id: str | None = None,
    page: int = 1,
    page_size: int = 1000,
) -> Deployments:
    where = [Deployment.artifact_id == artifact_id] if artifact_id else []
    where += [Deployment.project_id == project_id] if project_id else []
    paging = Paging(page=page, page_size=page_size)
    return await page_of(session, "deployments", DEPLOYMENT, Deployment, where, paging)


async def next_rank(session: AsyncSession, rank: Any, parent: Any) -> int:
    last = await session.scalar(select(func.max(rank)).where(parent))
    return 0 if last is None else last + 1


@app.post("/api/v1/groups", status_code=201)
async def create_group(
    body: GroupIn, session: Session, user: Annotated[Any, allowed_to("add_group")]
) -> GroupOut:
    await locked(session, Collection, body.collection_id)
    rank = await next_rank(session, Group.rank, Group.collection_id == body.collection_id)
    group = Group(**body.model_dump(), rank=rank)
    session.add(group)
    await record(session, group, "+", user.username)
    created = await one(session, GROUP.add_columns(COUNTED).where(Group.id == group.id))
    await session.commit()
    return created


@app.patch("/api/v1/groups/{id}")
async def change_group(
    id: str, body: GroupChanges, session: Session, user: Annotated[Any, allowed_to("change_group")]
) -> GroupOut:
    group = await locked(session, Group, id)
    for name, value in body.model_dump(exclude_unset=True).items():
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
    created = entry is None
    if entry is None:
        rank = await next_rank(session, GroupArtifact.rank, GroupArtifact.group_id == id)
        entry = GroupArtifact(group_id=id, collection_artifact_id=member.id, rank=rank)
        session.add(entry)
        await record(session, entry, "+", user.username)
    before = and_(GroupArtifact.group_id == id, GroupArtifact.rank < entry.rank)
    position = await session.scalar(select(func.count()).select_from(GroupArtifact).where(before))
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
    pair = {"artifact_id": artifact.id, "project_id": body.project_id}
    for before in await session.scalars(select(Deployment).filter_by(**pair, status="active")):
        before.status = "inactive"
        await record(session, before, "~", user.username)
    fields = {"deployed_version": artifact.latest_version, **body.model_dump(exclude_unset=True)}
    deployment = Deployment(**{**fields, "status": body.status})
    session.add(deployment)
    await record(session, deployment, "+", user.username)
    created = await one(session, DEPLOYMENT.where(Deployment.id == deployment.id))
    await session.commit()
    return created
