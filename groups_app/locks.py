"""The locks of writes to groups: whoever changes one holds the lock on its collection."""

from collections_app.models import Collection
from groups_app.models import Group
from skillmeat_site.db.transactions import get_all


def lock_group(id: str) -> Group:
    """The group, with its collection locked; see `lock_groups`."""
    return lock_groups(id)[0]


def lock_groups(*ids: str) -> list[Group]:
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
