"""Writes to groups, which all hold the lock on the collection: see `collections_app.services`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from collections_app.models import Artifact, Collection, CollectionArtifact
from collections_app.services import join, members_of
from groups_app.models import Group, GroupArtifact
from skillmeat_site.audit.trail import record_rearranged
from skillmeat_site.db.models import NAME_MAX_LENGTH, insert, save_changes
from skillmeat_site.db.ordering import RANK_ORDER, Siblings, check_position, rearrange, save_order
from skillmeat_site.db.transactions import atomic, get, get_all, locked, locked_all, not_found
from skillmeat_site.exceptions import MixedCollections, NotFound, NotInGroup, SameTarget

GROUPS = Siblings(Group, parent="collection")
GROUP_ARTIFACTS = Siblings(GroupArtifact, parent="group")


@dataclass(frozen=True)
class Place:
    """An artifact's place in a group, and whether the request at hand put it there."""

    artifact_id: str
    position: int
    added_at: datetime
    created: bool


@atomic
def create_group(
    *, collection_id: str, name: str, description: str | None = None, position: int | None = None
) -> Group:
    """Create a group in a collection.

    Args:
        position: its place among the others; past the end or None means last.

    Raises:
        NotFound: the collection does not exist.
        IntegrityError: the name is taken in this collection.
    """
    collection = locked(Collection, collection_id, attr="collection_id")
    return _insert_group(collection, name, description, position)


@atomic
def update_group(*, id: str, position: int | None = None, **changes: Any) -> Group:
    """Change what is given of a group.

    Args:
        position: its new place among the groups of its collection.

    Raises:
        NotFound: it does not exist.
        IntegrityError: the name is taken in its collection.
        ImmutableField: ``collection_id`` is given and not its own.
        PositionOutOfRange: there is no such place.
    """
    group = lock_group(id)
    reason = None
    if position is not None:
        check_position(position, Group.objects.filter(collection=group.collection_id).count())
        if position != GROUPS.position_of(group.collection_id, group.rank):
            changes["rank"] = GROUPS.make_room(group.collection_id, position, excluding=[group])
            reason = f"moved to position {position}"
    save_changes(group, changes, fixed=("collection_id",), reason=reason)
    return group


@atomic
def delete_group(*, id: str) -> None:
    """Delete a group; its artifacts stay in the collection.

    Raises:
        NotFound: it does not exist.
    """
    lock_group(id).delete()


@atomic
def reorder_groups(*, positions: Mapping[str, int], sibling_id: str | None = None) -> Collection:
    """Put groups of one collection at the places asked for.

    Args:
        positions: the place of each named group by its id. The others keep their relative
            order in the places left.
        sibling_id: a group of the collection that is meant, if the request names one.

    Returns:
        The collection.

    Raises:
        NotFound: a group does not exist.
        MixedCollections: they are not all of one collection.
        PositionOutOfRange: there is no such place.
    """
    named = get_all(Group, [*([sibling_id] if sibling_id else []), *positions], attr="groups")
    collection_id = named[0].collection_id
    if any(group.collection_id != collection_id for group in named):
        raise MixedCollections("All groups of one reorder must be in the same collection.", attr="groups")
    collection = locked(Collection, collection_id)
    siblings = list(Group.objects.filter(collection=collection).order_by(*RANK_ORDER))
    _check_present(Group, positions, {group.pk for group in siblings})
    if save_order(Group, rearrange(siblings, positions, attr="groups")):
        record_rearranged(collection, "groups")
    return collection


@atomic
def copy_group(*, group_id: str, target_collection_id: str, name: str | None = None) -> Group:
    """Copy a group with its artifacts, in their order, to the end of a collection.

    Args:
        name: of the copy; the group's own when None, numbered where that is taken.

    Raises:
        NotFound: the group or the collection does not exist.
        IntegrityError: ``name`` is given and taken.
    """
    source_collection_id = get(Group, group_id).collection_id
    ids = list({source_collection_id: None, target_collection_id: None})
    target = locked_all(Collection, ids, attr="target_collection_id")[-1]
    group = get(Group, group_id)
    copy = _insert_group(target, name or _free_name(target, group.name), group.description)
    entries = group.group_artifacts.order_by(*RANK_ORDER)
    artifact_ids = list(entries.values_list("collection_artifact__artifact_id", flat=True))
    _place(copy, join(target, artifact_ids)[0], position=None)
    return copy


@atomic
def place_artifacts(
    *, group_id: str, artifact_ids: Sequence[str], position: int | None = None
) -> list[Place]:
    """Put artifacts into a group, as one block; those not in its collection join that too.

    Args:
        artifact_ids: each once, in the order they should have.
        position: where the first of them should stand; past the end means last. With None new
            ones go last and those in the group already stay put.

    Returns:
        One place for each id, in the same order.

    Raises:
        NotFound: the group or an artifact does not exist.
    """
    group = lock_group(group_id)
    return _place(group, join(group.collection, artifact_ids)[0], position)


@atomic
def position_artifact(*, group_id: str, artifact_id: str, position: int) -> Place:
    """Put an artifact of a group at another place in it.

    Raises:
        NotFound: the group does not exist, or the artifact is not in it.
        PositionOutOfRange: there is no such place.
    """
    group = lock_group(group_id)
    members = list(members_of(group.collection, [artifact_id]).values())
    if not _entries(group, members):
        raise NotFound(f"Artifact '{artifact_id}' not found in this group")
    check_position(position, group.group_artifacts.count())
    return _place(group, members, position)[0]


@atomic
def remove_artifact(*, group_id: str, artifact_id: str) -> None:
    """Take an artifact out of a group; nothing happens if it is not in it.

    Raises:
        NotFound: the group does not exist.
    """
    group = lock_group(group_id)
    for entry in group.group_artifacts.filter(collection_artifact__artifact=artifact_id):
        entry.delete()


@atomic
def reorder_artifacts(*, group_id: str, positions: Mapping[str, int]) -> Group:
    """Put artifacts of a group at the places asked for; the others fill what is left in order.

    Args:
        positions: the place of each named artifact by its id.

    Returns:
        The group.

    Raises:
        NotFound: the group or an artifact does not exist.
        NotInGroup: an artifact is not in the group.
        PositionOutOfRange: there is no such place.
    """
    group = lock_group(group_id)
    entries = list(group.group_artifacts.select_related("collection_artifact").order_by(*RANK_ORDER))
    entry_ids = {entry.collection_artifact.artifact_id: entry.pk for entry in entries}
    _check_in_group(list(positions), entry_ids, attr="artifacts")
    by_entry = {entry_ids[id]: position for id, position in positions.items()}
    if save_order(GroupArtifact, rearrange(entries, by_entry, attr="artifacts")):
        record_rearranged(group, "artifacts")
    return group


@atomic
def move_artifacts(
    *, source_group_id: str, target_group_id: str, artifact_ids: Sequence[str], position: int | None = None
) -> list[Place]:
    """Take artifacts out of one group into another, as a drag does.

    They join the target's collection where it is another one, and stay in the source's.

    Returns:
        The places in the target, in the order of ``artifact_ids``.

    Raises:
        NotFound: a group or an artifact does not exist.
        NotInGroup: an artifact is not in the source.
        SameTarget: the target is the source.
    """
    if source_group_id == target_group_id:
        raise SameTarget("The target must be another group.", attr="target_group_id")
    source, target = _locked_groups(source_group_id, target_group_id)
    present = members_of(source.collection, artifact_ids)
    entries = _entries(source, present.values())
    _check_in_group(artifact_ids, entries, attr="artifact_ids")
    source.group_artifacts.filter(pk__in=[entry.pk for entry in entries.values()]).delete()
    if target.collection_id == source.collection_id:
        return _place(target, [present[id] for id in artifact_ids], position)
    return _place(target, join(target.collection, artifact_ids)[0], position)


def lock_group(id: str) -> Group:
    """The group, with its collection locked; see `_locked_groups`."""
    return _locked_groups(id)[0]


def _locked_groups(*ids: str) -> list[Group]:
    """Groups as they are once their collections are locked: another request may have deleted one.

    Raises:
        NotFound: naming every id that has no group (any more).
    """
    parents = Collection.objects.filter(pk__in=Group.objects.filter(pk__in=ids).values("collection"))
    collections = {row.pk: row for row in parents.select_for_update(no_key=True).order_by("pk")}
    groups = get_all(Group, ids)
    for group in groups:
        group.collection = collections[group.collection_id]
    return groups


def _insert_group(
    collection: Collection, name: str, description: str | None, position: int | None = None
) -> Group:
    rank = GROUPS.make_room(collection.pk, position)
    return Group.objects.create(collection=collection, name=name, description=description, rank=rank)


def _entries(group: Group, members: Iterable[CollectionArtifact]) -> dict[str, GroupArtifact]:
    """Which members of its collection are in a group: the rows by the ids of the artifacts. One query."""
    artifact_ids = {member.pk: member.artifact_id for member in members}
    entries = group.group_artifacts.filter(collection_artifact__in=list(artifact_ids)).order_by()
    return {artifact_ids[entry.collection_artifact_id]: entry for entry in entries}


def _place(group: Group, members: Sequence[CollectionArtifact], position: int | None) -> list[Place]:
    """Put members of its collection into a group, with that locked; see `place_artifacts`."""
    present = _entries(group, members)
    entries = {
        member.artifact_id: present.get(member.artifact_id)
        or GroupArtifact(group=group, collection_artifact=member)
        for member in members
    }
    # Without a position, what is in the group already stays where it is.
    staying = [] if position is not None else list(present.values())
    block = [entry for id, entry in entries.items() if position is not None or id not in present]
    moving = [entry for entry in block if not entry._state.adding]
    new = [entry for entry in block if entry._state.adding]
    first_rank = GROUP_ARTIFACTS.make_room(group.pk, position, count=len(block), excluding=moving)
    for rank, entry in enumerate(block, first_rank):
        entry.rank = rank
    insert(new)
    _save_ranks(group, moving)
    positions = _positions(group, block, staying)
    return [
        Place(id, positions[entry.pk], entry.added_at, created=id not in present)
        for id, entry in entries.items()
    ]


def _save_ranks(group: Group, entries: Sequence[GroupArtifact]) -> None:
    """Save new ranks of rows that were in the group before. The group's audit trail says so, once."""
    if len(entries) == 1:
        # Ranks are not recorded. The name is django-simple-history's.
        entries[0].skip_history_when_saving = True  # type: ignore[attr-defined]
        entries[0].save()
    elif entries:
        GroupArtifact.objects.bulk_update(entries, ["rank"])
    if entries:
        record_rearranged(group, "artifacts")


def _positions(
    group: Group, block: Sequence[GroupArtifact], others: Sequence[GroupArtifact]
) -> dict[str, int]:
    """The positions of rows of a group by their ids. Costs a query for each of the arguments.

    Args:
        block: rows with consecutive ranks, in order.
        others: any other rows.
    """
    positions = {}
    if block:
        first = GROUP_ARTIFACTS.position_of(group.pk, block[0].rank)
        positions = {entry.pk: position for position, entry in enumerate(block, first)}
    if others:
        rows: Any = GroupArtifact.objects.filter(pk__in=[entry.pk for entry in others])
        positions |= dict(rows.with_positions().values_list("pk", "position"))
    return positions


def _check_present(model: type[Any], named: Mapping[str, int], present: set[str]) -> None:
    """Rows that were deleted while the lock was waited for."""
    missing = [id for id in named if id not in present]
    if missing:
        raise not_found(model, *missing, attr="groups")


def _check_in_group(artifact_ids: Sequence[str], present: Any, *, attr: str) -> None:
    missing = [id for id in artifact_ids if id not in present]
    if missing:
        get_all(Artifact, missing, attr=attr)
        raise NotInGroup(f"Not in the group: {', '.join(missing)}.", attr=attr)


def _free_name(collection: Collection, name: str) -> str:
    """``name``, or ``name (2)``, ``name (3)``, … whichever is free, cut to fit."""
    taken = set(Group.objects.filter(collection=collection).values_list("name", flat=True))
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        suffix = f" ({number})"
        candidate = name[: NAME_MAX_LENGTH - len(suffix)] + suffix
    return candidate
