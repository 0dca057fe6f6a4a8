"""Fills an empty database for measuring. It goes past the services: speed is all it needs."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import chain, islice
from typing import Any

from django.contrib.auth.models import Group as UserGroup
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import DateTimeField
from django.test import Client
from django.utils import timezone

from benchmarks.sizes import ARTIFACTS_OF_OTHERS, GROUPS, GROUPS_OF_OTHERS, TIMES, Size
from collections_app.models import Artifact, ArtifactType, Collection, CollectionArtifact
from deployments_app.models import Deployment, DeploymentStatus, Evidence, Project
from groups_app.models import Group, GroupArtifact

# Large ones: the triggers on PostgreSQL count the rows of a statement at once.
BATCH = 200_000
PAGE = 100
# How many rows the writes choose from.
CHOICE = 1_000
PASSWORD = "a benchmark's password"  # noqa: S105 - of a database that is gone afterwards


class Loader:
    """Writes the rows of a size.

    Args:
        advance: called with the number of rows that were written since the last call.
    """

    def __init__(self, size: Size, advance: Callable[[int], Any]) -> None:
        self._size, self._advance = size, advance

    @transaction.atomic
    def load(self) -> dict[str, Any]:
        """Write them all.

        Returns:
            What the scenarios fill in: ids, lists of ids to choose from, numbers of pages, a token.
        """
        size, types = self._size, ArtifactType.values
        projects = self._write(Project(name=f"project {n:06}") for n in range(size.projects))
        artifacts = self._write(
            Artifact(
                type=types[n % len(types)],
                name=f"artifact {n:06}",
                latest_version="2",
                namespace="" if n % 10 else "acme",
            )
            for n in range(size.artifacts)
        )
        large, *others = self._write(Collection(name=f"collection {n:06}") for n in range(size.collections))
        groups = self._fill_others(others, artifacts)
        pairs = self._pairs()
        for time in range(TIMES):
            self._write(self._deployments(artifacts, projects, pairs, last=time == TIMES - 1))
        return {
            **self._fill_large(large, artifacts),
            "token": _token(),
            "artifact": artifacts[0].pk,
            "project": projects[0].pk,
            "middle_page": size.artifacts // PAGE // 2,
            "last_page": size.artifacts // PAGE,
            "last_page_of_members": size.members // PAGE,
            "last_page_of_artifact": sum(artifact == 0 for artifact, _ in pairs) * TIMES // PAGE,
            "last_page_of_project": sum(project == 0 for _, project in pairs) * TIMES // PAGE,
            "any": {
                "group": [row.pk for row in groups[:CHOICE]],
                "collection": [row.pk for row in others[:CHOICE]],
                "artifact": [row.pk for row in artifacts[:CHOICE]],
                "project": [row.pk for row in projects[:CHOICE]],
            },
        }

    def _fill_large(self, large: Collection, artifacts: list[Artifact]) -> dict[str, Any]:
        """Many groups, the first of which holds all there is."""
        members = self._write(
            CollectionArtifact(collection=large, artifact=artifact)
            for artifact in artifacts[: self._size.members]
        )
        groups = self._write(Group(collection=large, name=f"group {n:03}", rank=n) for n in range(GROUPS))
        self._write(
            GroupArtifact(group=groups[0], collection_artifact=member, rank=rank)
            for rank, member in enumerate(members)
        )
        return {"collection": large.pk, "group": groups[0].pk}

    def _fill_others(self, others: list[Collection], artifacts: list[Artifact]) -> list[Group]:
        """Some artifacts each, dealt out to some groups; these are returned."""
        members = self._write(
            CollectionArtifact(collection=other, artifact=artifacts[(place + n) % len(artifacts)])
            for place, other in enumerate(others)
            for n in range(ARTIFACTS_OF_OTHERS)
        )
        groups = self._write(
            Group(collection=other, name=f"group {n}", rank=n)
            for other in others
            for n in range(GROUPS_OF_OTHERS)
        )
        self._write(
            GroupArtifact(
                group=groups[n // ARTIFACTS_OF_OTHERS * GROUPS_OF_OTHERS + n % GROUPS_OF_OTHERS],
                collection_artifact=member,
                rank=n,
            )
            for n, member in enumerate(members)
        )
        return groups

    def _pairs(self) -> list[tuple[int, int]]:
        """Which artifact is deployed to which project: evenly, but the first of each has many."""
        size = self._size
        many = min(size.projects, size.deployed) // 2
        pairs = chain(
            ((artifact, artifact) for artifact in range(size.deployed)),
            ((0, project) for project in range(many)),
            ((artifact, 0) for artifact in range(many)),
            (
                (artifact, (2 * artifact + place) % size.projects)
                for place in range(size.projects)
                for artifact in range(size.deployed)
            ),
        )
        # Each pair once; the last ones are more than enough.
        distinct = dict.fromkeys(islice(pairs, size.deployments))
        return list(islice(distinct, size.deployments // TIMES))

    def _deployments(
        self,
        artifacts: list[Artifact],
        projects: list[Project],
        pairs: list[tuple[int, int]],
        *,
        last: bool,
    ) -> Iterator[Deployment]:
        """One for every pair; only the last may be active."""
        now = timezone.now()
        statuses = [DeploymentStatus.ACTIVE] * 4 + [DeploymentStatus.ERROR]
        for artifact, project in pairs:
            yield Deployment(
                artifact=artifacts[artifact],
                project=projects[project],
                deployed_version=str(1 + artifact % 2),
                evidence=Evidence.DECLARED if project % 2 else Evidence.REPORTED,
                status=statuses[artifact % len(statuses)] if last else DeploymentStatus.INACTIVE,
                deployed_at=now - timedelta(days=0 if last else 1, seconds=artifact + project),
            )

    def _write(self, rows: Iterable[Any]) -> list[Any]:
        rows = list(rows)
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            _insert(batch)
            self._advance(len(batch))
        return rows


def _token() -> str:
    """The key of an Editor: not a superuser, whose permissions nobody needs to look up."""
    user = User.objects.create_user("bench", password=PASSWORD)
    user.groups.add(UserGroup.objects.get(name="Editors"))
    response = Client().post(
        "/api/v1/auth/login",
        {"username": "bench", "password": PASSWORD},
        content_type="application/json",
        headers={"host": "localhost"},
    )
    return response.json()["token"]


def _insert(rows: list[Any]) -> None:
    """Write rows by what the driver has for many, several times as fast as ``bulk_create``."""
    adapt = connection.ops.adapt_datetimefield_value
    fields = rows[0]._meta.concrete_fields
    columns = [
        [adapt(field.pre_save(row, True)) for row in rows]
        if isinstance(field, DateTimeField)
        else [getattr(row, field.attname) for row in rows]
        for field in fields
    ]
    into = f"{rows[0]._meta.db_table} ({', '.join(field.column for field in fields)})"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            places = ", ".join(["%s"] * len(fields))
            cursor.executemany(f"INSERT INTO {into} VALUES ({places})", list(zip(*columns, strict=True)))
            return
        with cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for row in zip(*columns, strict=True):
                copy.write_row(row)
