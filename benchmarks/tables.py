"""The product's tables as SQLAlchemy models, for `benchmarks.fast_api`."""

import os
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    MetaData,
    String,
    Table,
    TypeDecorator,
    insert,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from uuid_utils.compat import uuid7

URL = os.environ["DATABASE_URL"]
SQLITE = URL.startswith("sqlite")


class Utc(TypeDecorator):
    """A time in UTC; SQLite stores it without a zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.replace(tzinfo=None) if value and dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else value


def now() -> datetime:
    return datetime.now(UTC)


def new_id(prefix: str) -> str:
    return f"{prefix}-{uuid7().hex}"


def id_column(prefix: str) -> Any:
    return mapped_column(String, primary_key=True, default=partial(new_id, prefix))


class Base(DeclarativeBase):
    type_annotation_map = {datetime: Utc()}


class User(Base):
    __tablename__ = "auth_user"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str]
    is_active: Mapped[bool]
    is_superuser: Mapped[bool]


class ApiToken(Base):
    __tablename__ = "accounts_apitoken"
    digest: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("auth_user.id"))
    last_used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Timestamped:
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class Artifact(Timestamped, Base):
    __tablename__ = "collections_app_artifact"
    id: Mapped[str] = id_column("art")
    type: Mapped[str]
    namespace: Mapped[str]
    name: Mapped[str]
    description: Mapped[str | None]
    latest_version: Mapped[str | None]
    latest_digest: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]


class Collection(Timestamped, Base):
    __tablename__ = "collections_app_collection"
    id: Mapped[str] = id_column("col")
    name: Mapped[str]
    description: Mapped[str | None]


class CollectionArtifact(Base):
    __tablename__ = "collections_app_collectionartifact"
    id: Mapped[str] = id_column("cart")
    collection_id: Mapped[str] = mapped_column(ForeignKey(Collection.id))
    artifact_id: Mapped[str] = mapped_column(ForeignKey(Artifact.id))
    added_at: Mapped[datetime] = mapped_column(default=now)


class Group(Timestamped, Base):
    __tablename__ = "groups_app_group"
    id: Mapped[str] = id_column("grp")
    collection_id: Mapped[str] = mapped_column(ForeignKey(Collection.id))
    name: Mapped[str]
    description: Mapped[str | None]
    rank: Mapped[int] = mapped_column(BigInteger)


class GroupArtifact(Base):
    __tablename__ = "groups_app_groupartifact"
    id: Mapped[str] = id_column("gart")
    group_id: Mapped[str] = mapped_column(ForeignKey(Group.id))
    collection_artifact_id: Mapped[str] = mapped_column(ForeignKey(CollectionArtifact.id))
    rank: Mapped[int] = mapped_column(BigInteger)
    added_at: Mapped[datetime] = mapped_column(default=now)


class Project(Timestamped, Base):
    __tablename__ = "deployments_app_project"
    id: Mapped[str] = id_column("proj")
    name: Mapped[str]
    description: Mapped[str | None]


class Deployment(Base):
    __tablename__ = "deployments_app_deployment"
    id: Mapped[str] = id_column("dep")
    artifact_id: Mapped[str] = mapped_column(ForeignKey(Artifact.id))
    project_id: Mapped[str] = mapped_column(ForeignKey(Project.id))
    target: Mapped[str] = mapped_column(default="default")
    deployed_version: Mapped[str | None]
    deployed_digest: Mapped[str | None]
    is_modified: Mapped[bool] = mapped_column(default=False)
    evidence: Mapped[str] = mapped_column(default="declared")
    last_reported_at: Mapped[datetime | None]
    status: Mapped[str]
    deployed_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class Tally(Base):
    """The deployments of an artifact, counted by triggers."""

    __tablename__ = "deployments_app_artifacttally"
    artifact_id: Mapped[str] = mapped_column(ForeignKey(Artifact.id), primary_key=True)
    count: Mapped[int]
    active: Mapped[int]
    outdated: Mapped[int]
    variants: Mapped[int]


# What is not recorded.
UNTRACKED = {"rank", "last_reported_at"}


def _trail(model: Any) -> Table:
    """The table of a model's audit trail: most of its columns, and who did what when."""
    columns = [Column(c.name, c.type) for c in model.__table__.columns if c.name not in UNTRACKED]
    history = [
        Column("history_date", Utc),
        Column("history_type", String),
        Column("history_user_id", String),
    ]
    return Table(f"audit_historical{model.__name__.lower()}", MetaData(), *columns, *history)


TRAILS = {model: _trail(model) for model in (CollectionArtifact, Group, GroupArtifact, Deployment)}


async def record(session: AsyncSession, row: Any, kind: str, user: str) -> None:
    """Flush a row that was created (``+``) or changed (``~``), and record it."""
    await session.flush()
    trail = TRAILS[type(row)]
    values = {column.name: getattr(row, column.name) for column in trail.columns if hasattr(row, column.name)}
    values |= {"history_date": now(), "history_type": kind, "history_user_id": user}
    await session.execute(insert(trail).values(values))
