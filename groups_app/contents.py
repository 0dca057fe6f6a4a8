"""Writes to the artifacts in groups, which all hold the lock on the collection."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from collections_app.models import Artifact, CollectionArtifact
from collections_app.services import join, memberships_of
from groups_app.locks import lock_group, lock_groups
from groups_app.models import Group, GroupArtifact
from skillmeat_site.audit.trail import record_rearranged
from skillmeat_site.db.models import insert
from skillmeat_site.db.ordering import RANK_ORDER, Siblings, check_position, rearrange, save_order
from skillmeat_site.db.transactions import atomic, get_all
from skillmeat_site.exceptions import NotFound, NotInGroup, SameTarget

GROUP_ARTIFACTS = Siblings(GroupArtifact, parent="group")


@dataclass(frozen=True)
class Place:
    """An artifact's place in a group, and whether the request at hand put it there."""

    artifact_id: str
    position: int
    added_at: datetime
    created: bool


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
    return put(group, join(group.collection, artifact_ids)[0], position)


@atomic
def position_artifact(*, group_id: str, artifact_id: str, position: int) -> Place:
    """Put an artifact of a group at another place in it.

    Raises:
        NotFound: the group does not exist, or the artifact is not in it.
        PositionOutOfRange: there is no such place.
    """
    group = lock_group(group_id)
    members = list(memberships_of(group.collection, [artifact_id]).values())
    if not _entries(group, members):
        raise NotFound(f"Artifact '{artifact_id}' not found in this group")
    check_position(position, group.group_artifacts.count())
    return put(group, members, position)[0]


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
    source, target = lock_groups(source_group_id, target_group_id)
    present = memberships_of(source.collection, artifact_ids)
    entries = _entries(source, present.values())
    _check_in_group(artifact_ids, entries, attr="artifact_ids")
    source.group_artifacts.filter(pk__in=[entry.pk for entry in entries.values()]).delete()
    if target.collection_id == source.collection_id:
        return put(target, [present[id] for id in artifact_ids], position)
    return put(target, join(target.collection, artifact_ids)[0], position)


def put(group: Group, members: Sequence[CollectionArtifact], position: int | None) -> list[Place]:
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


def _entries(group: Group, members: Iterable[CollectionArtifact]) -> dict[str, GroupArtifact]:
    """Which members of its collection are in a group: the rows by the ids of the artifacts. One query."""
    artifact_ids = {member.pk: member.artifact_id for member in members}
    entries = group.group_artifacts.filter(collection_artifact__in=list(artifact_ids)).order_by()
    return {artifact_ids[entry.collection_artifact_id]: entry for entry in entries}


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


def _check_in_group(artifact_ids: Sequence[str], present: Any, *, attr: str) -> None:
    missing = [id for id in artifact_ids if id not in present]
    if missing:
        get_all(Artifact, missing, attr=attr)
        raise NotInGroup(f"Not in the group: {', '.join(missing)}.", attr=attr)
