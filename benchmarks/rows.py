"""Fills an empty database for measuring. It goes past the services: speed is all it needs."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group as UserGroup
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import DateTimeField
from django.utils import timezone

from benchmarks.sizes import ARTIFACTS_OF_OTHERS, GROUPS, GROUPS_OF_OTHERS, MOST_CLIENTS, Size
from collections_app.models import Artifact, ArtifactType, Collection, CollectionArtifact
from deployments_app.models import Deployment, DeploymentStatus, Project
from groups_app.models import Group, GroupArtifact
from skillmeat_site.accounts.models import ApiToken

BATCH = 5_000
PAGE = 100


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
            The ids that the scenarios name, and a token.
        """
        size, types = self._size, ArtifactType.values
        projects = self._write(Project(name=f"project {n:06}") for n in range(size.projects))
        artifacts = self._write(
            Artifact(type=types[n % len(types)], name=f"artifact {n:06}", latest_version="2")
            for n in range(size.artifacts)
        )
        large, *others = self._write(Collection(name=f"collection {n:06}") for n in range(size.collections))
        self._fill_others(others, artifacts)
        for time in range(size.times):
            self._write(self._deployments(artifacts, projects, last=time == size.times - 1))
        # Not a superuser, whose permissions nobody needs to look up.
        user = User.objects.create_user("bench", "bench@example.org", "a benchmark's password")
        user.groups.add(UserGroup.objects.get(name="Editors"))
        return {
            **self._fill_large(large, artifacts),
            "token": ApiToken.objects.issue(user)[1],
            "other": others[0].pk,
            "artifact": artifacts[0].pk,
            "free_artifact": artifacts[-1].pk,
            "project": projects[0].pk,
            "middle_page": size.artifacts // PAGE // 2,
            "last_page": size.artifacts // PAGE,
            "last_page_of_members": size.members // PAGE,
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
        return {
            "collection": large.pk,
            "group": groups[0].pk,
            "other_group": groups[1].pk,
            "member": members[-1].artifact_id,
            "members": [member.artifact_id for member in members[-MOST_CLIENTS:]],
        }

    def _fill_others(self, others: list[Collection], artifacts: list[Artifact]) -> None:
        """Some artifacts each, dealt out to some groups."""
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

    def _deployments(
        self, artifacts: list[Artifact], projects: list[Project], *, last: bool
    ) -> Iterator[Deployment]:
        """One for every pair of an artifact and a project; only the last may be active."""
        size, now = self._size, timezone.now()
        statuses = [DeploymentStatus.ACTIVE] * 4 + [DeploymentStatus.ERROR]
        for number, artifact in enumerate(artifacts[: size.deployed]):
            for place in range(size.places):
                yield Deployment(
                    artifact=artifact,
                    project=projects[(number * size.places + place) % size.projects],
                    deployed_version=str(1 + number % 2),
                    status=statuses[number % len(statuses)] if last else DeploymentStatus.INACTIVE,
                    deployed_at=now - timedelta(seconds=place if last else size.places),
                )

    def _write(self, rows: Iterable[Any]) -> list[Any]:
        rows = list(rows)
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            _insert(batch)
            self._advance(len(batch))
        return rows


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
