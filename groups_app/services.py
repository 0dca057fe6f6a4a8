"""Writes to groups, which all hold the lock on the collection: see `collections_app.services`.

Those to the artifacts in a group are in `groups_app.contents`.
"""

from collections.abc import Mapping
from typing import Any

from collections_app.models import Collection
from collections_app.services import join
from groups_app.contents import put
from groups_app.locks import lock_group
from groups_app.models import Group
from skillmeat_site.audit.trail import record_rearranged
from skillmeat_site.db.models import numbered, save_changes
from skillmeat_site.db.ordering import RANK_ORDER, Siblings, check_position, rearrange, save_order
from skillmeat_site.db.transactions import atomic, get, get_all, locked, locked_all, not_found
from skillmeat_site.exceptions import MixedCollections

GROUPS = Siblings(Group, parent="collection")


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
    missing = positions.keys() - {group.pk for group in siblings}
    if missing:
        # Deleted while the lock was waited for.
        raise not_found(Group, *(id for id in positions if id in missing), attr="groups")
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
    taken = set(Group.objects.filter(collection=target).values_list("name", flat=True))
    copy = _insert_group(target, name or numbered(group.name, taken), group.description)
    entries = group.group_artifacts.order_by(*RANK_ORDER)
    artifact_ids = list(entries.values_list("collection_artifact__artifact_id", flat=True))
    put(copy, join(target, artifact_ids)[0], position=None)
    return copy


def _insert_group(
    collection: Collection, name: str, description: str | None, position: int | None = None
) -> Group:
    rank = GROUPS.make_room(collection.pk, position)
    return Group.objects.create(collection=collection, name=name, description=description, rank=rank)
