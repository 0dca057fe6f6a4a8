"""Writes to collections and artifacts that need a lock, other rows or several statements.

Whatever changes the artifacts or groups of a collection holds the lock on that collection's
row, and takes it first; several are locked in id order. That one rule keeps positions dense
and makes deadlocks impossible.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from collections_app.models import Artifact, Collection, CollectionArtifact
from skillmeat_site.db.models import insert, save_changes
from skillmeat_site.db.transactions import Stale, atomic, get_all, locked, locked_all, not_found
from skillmeat_site.exceptions import NotInCollection, SameTarget


@dataclass(frozen=True)
class Membership:
    """An artifact in a collection, and whether the request at hand put it there."""

    artifact_id: str
    added_at: datetime
    created: bool


@atomic
def create_artifact(*, type: str, name: str, **fields: Any) -> Artifact:
    """Create an artifact; ``fields`` are ``namespace``, ``description`` and ``latest_version``.

    Raises:
        IntegrityError: one of this namespace, type and name exists.
    """
    return Artifact.objects.create(type=type, name=name, **fields)


@atomic
def update_artifact(*, id: str, **changes: Any) -> Artifact:
    """Change what is given of an artifact. Another latest version has another digest, which is unknown.

    Raises:
        NotFound: it does not exist.
        IntegrityError: another one has this namespace, type and name.
    """
    artifact = locked(Artifact, id)
    if changes.get("latest_version", artifact.latest_version) != artifact.latest_version:
        changes["latest_digest"] = None
    save_changes(artifact, changes)
    return artifact


@atomic
def delete_artifact(*, id: str) -> None:
    """Delete an artifact; it leaves its collections and their groups.

    Raises:
        NotFound: it does not exist.
        ProtectedError: deployments refer to it.
    """
    lock_artifact(id).delete()


def lock_artifact(id: str) -> Artifact:
    """The artifact, locked against new references too, with the collections that it is in.

    Collections come before artifacts in the order of locks, so they are read without a lock first, and
    compared once everything is locked.

    Raises:
        NotFound: it does not exist.
        Stale: it has joined another collection meanwhile.
    """
    memberships = CollectionArtifact.objects.filter(artifact=id)
    known = set(memberships.values_list("collection", flat=True))
    # A collection that vanishes meanwhile needs no lock any more, hence no `locked_all`.
    list(Collection.objects.select_for_update(no_key=True).filter(pk__in=known).order_by("pk"))
    # FOR UPDATE: a transaction that adds it to a collection now waits, and finds it deleted.
    artifact = Artifact.objects.select_for_update().filter(pk=id).first()
    if artifact is None:
        raise not_found(Artifact, id)
    if not known.issuperset(memberships.values_list("collection", flat=True)):
        raise Stale
    return artifact


@atomic
def create_collection(*, name: str, description: str | None = None) -> Collection:
    """Create an empty collection.

    Raises:
        IntegrityError: the name is taken.
    """
    return Collection.objects.create(name=name, description=description)


@atomic
def update_collection(*, id: str, **changes: Any) -> Collection:
    """Change what is given of a collection.

    Raises:
        NotFound: it does not exist.
        IntegrityError: the name is taken.
    """
    collection = locked(Collection, id)
    save_changes(collection, changes)
    return collection


@atomic
def delete_collection(*, id: str) -> None:
    """Delete a collection with its groups and memberships; the artifacts stay.

    Raises:
        NotFound: it does not exist.
    """
    locked(Collection, id).delete()


@atomic
def add_artifacts(*, collection_id: str, artifact_ids: Sequence[str]) -> list[Membership]:
    """Put artifacts into a collection; those that are in it already stay as they are.

    Args:
        artifact_ids: each once.

    Returns:
        One membership for each id, in the same order.

    Raises:
        NotFound: the collection or an artifact does not exist.
    """
    return _memberships(*join(locked(Collection, collection_id), artifact_ids))


@atomic
def remove_artifact(*, collection_id: str, artifact_id: str) -> None:
    """Take an artifact out of a collection and its groups; nothing happens if it is not in it.

    Raises:
        NotFound: the collection does not exist.
    """
    for member in memberships_of(locked(Collection, collection_id), [artifact_id]).values():
        member.delete()


@atomic
def move_artifacts(
    *, source_collection_id: str, target_collection_id: str, artifact_ids: Sequence[str]
) -> list[Membership]:
    """Take artifacts out of one collection, and its groups, into another: all of them or none.

    Returns:
        The memberships in the target, in the order of ``artifact_ids``.

    Raises:
        NotFound: a collection or an artifact does not exist.
        NotInCollection: an artifact is not in the source.
        SameTarget: the target is the source.
    """
    source, target = _source_and_target(source_collection_id, target_collection_id)
    _check_members(source, artifact_ids)
    source.collection_artifacts.filter(artifact__in=artifact_ids).delete()
    return _memberships(*join(target, artifact_ids))


@atomic
def copy_artifacts(
    *, source_collection_id: str, target_collection_id: str, artifact_ids: Sequence[str]
) -> list[Membership]:
    """Put artifacts of one collection into another as well.

    Returns and raises what `move_artifacts` does.
    """
    source, target = _source_and_target(source_collection_id, target_collection_id)
    _check_members(source, artifact_ids)
    return _memberships(*join(target, artifact_ids))


def join(collection: Collection, artifact_ids: Sequence[str]) -> tuple[list[CollectionArtifact], list[str]]:
    """Make artifacts members of a locked collection; see `add_artifacts`.

    Returns:
        Their rows, in the same order, and the ids of the artifacts that were not in it before.
    """
    present = memberships_of(collection, artifact_ids)
    new_ids = [id for id in artifact_ids if id not in present]
    if new_ids:
        artifacts = get_all(Artifact, new_ids, attr="artifact_ids")
        created = [CollectionArtifact(collection=collection, artifact=artifact) for artifact in artifacts]
        insert(created)
        present |= {row.artifact_id: row for row in created}
    return [present[id] for id in artifact_ids], new_ids


def _memberships(rows: Sequence[CollectionArtifact], new_ids: Sequence[str]) -> list[Membership]:
    created = set(new_ids)
    return [Membership(row.artifact_id, row.added_at, created=row.artifact_id in created) for row in rows]


def _source_and_target(source_id: str, target_id: str) -> list[Collection]:
    if source_id == target_id:
        raise SameTarget("The target must be another collection.", attr="target_collection_id")
    return locked_all(Collection, [source_id, target_id])


def _check_members(collection: Collection, artifact_ids: Sequence[str]) -> None:
    present = memberships_of(collection, artifact_ids)
    missing = [id for id in artifact_ids if id not in present]
    if missing:
        get_all(Artifact, missing, attr="artifact_ids")
        raise NotInCollection(f"Not in the source collection: {', '.join(missing)}.", attr="artifact_ids")


def memberships_of(collection: Collection, artifact_ids: Sequence[str]) -> dict[str, CollectionArtifact]:
    """Which of the artifacts are in a collection: the memberships by artifact id. Costs one query."""
    members = collection.collection_artifacts.filter(artifact__in=artifact_ids).order_by()
    return {member.artifact_id: member for member in members}
