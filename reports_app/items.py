"""The artifacts that a report or a catalogue names: which rows they are, and where they belong."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import Q

from collections_app.models import Artifact, Collection
from collections_app.services import add_artifacts
from deployments_app.models import Deployment
from groups_app.contents import place_artifacts
from groups_app.models import Group, GroupArtifact
from groups_app.services import create_group
from reports_app.versions import greatest
from skillmeat_site.db.models import insert
from skillmeat_site.db.transactions import Stale, insert_missing
from skillmeat_site.exceptions import NotFound, Repeated

# As a request has it: type, name, namespace, version, digest, and more.
Item = dict[str, Any]
# The artifact that each item means, None where it is unknown.
Find = Callable[[Sequence[Item]], list[Artifact | None]]


def find_artifacts(items: Sequence[Item]) -> list[Artifact | None]:
    """The artifact that each item means, None for one that is unknown.

    With a namespace it is that one of the type and name. Without one it is the one that is known to have
    had the digest, else the only one of the type and name, else the one with an empty namespace; what
    another item names by its namespace is none of these. Costs two queries.
    """
    by_name: dict[tuple[str, str], list[Artifact]] = defaultdict(list)
    for artifact in Artifact.objects.filter(name__in={item["name"] for item in items}).order_by("pk"):
        by_name[artifact.type, artifact.name].append(artifact)
    had = _known_digests(items, by_name)
    named = {_named(item) for item in items if item.get("namespace")}
    return [_choose(item, by_name[item["type"], item["name"]], had, named) for item in items]


def find_or_make(items: Sequence[Item], find: Find) -> tuple[list[Artifact], set[str]]:
    """The artifacts that ``find`` finds, where those that are unknown are made now.

    Returns:
        One for each item, and the ids of those that were made.

    Raises:
        Repeated: two items mean the same one.
    """

    def work() -> tuple[list[Artifact], set[str]]:
        found = find(items)
        _check_once(items, found)
        return _make_artifacts(items, found)

    return insert_missing(work)


def lock_artifacts(artifacts: Iterable[Artifact], *, beside: Iterable[str]) -> dict[str, Artifact]:
    """The artifacts, and those with the ids ``beside``, as they are once all are locked, by id.

    Raises:
        Stale: one of the artifacts was deleted meanwhile, or has another name.
    """
    named = {artifact.pk: _identity(artifact) for artifact in artifacts}
    found = Artifact.objects.filter(pk__in={*named, *beside})
    rows = {row.pk: row for row in found.select_for_update(no_key=True).order_by("pk")}
    if any(id not in rows or _identity(rows[id]) != identity for id, identity in named.items()):
        raise Stale
    return rows


def _named(item: Item) -> tuple[str, str, str]:
    return item.get("namespace", ""), item["type"], item["name"]


def _identity(artifact: Artifact) -> tuple[str, str, str]:
    return artifact.namespace, artifact.type, artifact.name


def _make_artifacts(
    items: Sequence[Item], artifacts: Sequence[Artifact | None]
) -> tuple[list[Artifact], set[str]]:
    """The version that was seen is the latest, as far as is known."""
    new = [
        Artifact(
            type=item["type"],
            name=item["name"],
            namespace=item.get("namespace", ""),
            description=item.get("description"),
            latest_version=greatest(None, item.get("version")),
        )
        for item, artifact in zip(items, artifacts, strict=True)
        if artifact is None
    ]
    # In one order, so that those who make the same ones wait for each other in no circle.
    in_order: list[Artifact] = sorted(new, key=_identity)
    insert(in_order)
    made = iter(new)
    return [artifact or next(made) for artifact in artifacts], {artifact.pk for artifact in new}


def organise(items: Iterable[Item], artifacts: Sequence[Artifact]) -> None:
    """Add the artifacts to the collections and groups that the items name; missing ones are made.

    Raises:
        Stale: an artifact was deleted meanwhile.
    """
    members: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for item, artifact in zip(items, artifacts, strict=True):
        if item.get("collection"):
            members[item["collection"]][item.get("group") or ""].append(artifact.pk)
    try:
        _add_members(members)
    except NotFound as exc:
        # An artifact was deleted meanwhile.
        raise Stale from exc


def _add_members(members: dict[str, dict[str, list[str]]]) -> None:
    for collection in _collections(sorted(members)) if members else ():
        groups = members[collection.name]
        artifact_ids = [id for ids in groups.values() for id in ids]
        add_artifacts(collection_id=collection.pk, artifact_ids=artifact_ids)
        known = dict(Group.objects.filter(collection=collection).values_list("name", "pk"))
        placed = _placed(collection, artifact_ids)
        for name in filter(None, groups):
            id = known.get(name) or create_group(collection_id=collection.pk, name=name).pk
            # Most are there already, and to tell their places would cost much.
            new = [artifact_id for artifact_id in groups[name] if (name, artifact_id) not in placed]
            if new:
                place_artifacts(group_id=id, artifact_ids=new)


def _placed(collection: Collection, artifact_ids: Sequence[str]) -> set[tuple[str, str]]:
    """The names of groups, each with one of the artifacts that the group holds."""
    entries = GroupArtifact.objects.filter(group__collection=collection).order_by()
    entries = entries.filter(collection_artifact__artifact__in=artifact_ids)
    return set(entries.values_list("group__name", "collection_artifact__artifact"))


def _collections(names: Sequence[str]) -> list[Collection]:
    """The collections of these names, in the order in which they are locked; missing ones are made."""

    def make() -> None:
        known = set(Collection.objects.filter(name__in=names).values_list("name", flat=True))
        insert([Collection(name=name) for name in names if name not in known])

    insert_missing(make)
    rows = Collection.objects.filter(name__in=names)
    return list(rows.select_for_update(no_key=True).order_by("pk"))


def _known_digests(
    items: Sequence[Item], by_name: dict[tuple[str, str], list[Artifact]]
) -> set[tuple[str, str]]:
    """Which artifacts are known to have had which digests, where that decides between several."""
    digests = {item["digest"] for item in items if item.get("digest")}
    several = [artifact for found in by_name.values() if len(found) > 1 for artifact in found]
    if not digests or not several:
        return set()
    deployed = Deployment.objects.filter(artifact__in=several, deployed_digest__in=digests).order_by()
    had = set(deployed.values_list("artifact", "deployed_digest").distinct())
    return had | {(artifact.pk, artifact.latest_digest) for artifact in several if artifact.latest_digest}


def _choose(
    item: Item,
    candidates: Sequence[Artifact],
    had: set[tuple[str, str]],
    named: set[tuple[str, str, str]],
) -> Artifact | None:
    by_namespace = {artifact.namespace: artifact for artifact in candidates}
    if item.get("namespace"):
        return by_namespace.get(item["namespace"])
    candidates = [artifact for artifact in candidates if _identity(artifact) not in named]
    if len(candidates) == 1:
        return candidates[0]
    with_digest = [artifact for artifact in candidates if (artifact.pk, item.get("digest")) in had]
    return with_digest[0] if with_digest else by_namespace.get("")


def _check_once(items: Sequence[Item], artifacts: Sequence[Artifact | None]) -> None:
    seen = set()
    for number, (item, artifact) in enumerate(zip(items, artifacts, strict=True)):
        identity = artifact.pk if artifact else _named(item)
        if identity in seen:
            raise Repeated(f"The {item['type']} '{item['name']}' is named twice.", attr=f"artifacts.{number}")
        seen.add(identity)


def with_digest_among(digests: Iterable[str]) -> Q:
    """The condition on artifacts that one of the digests was reported of them."""
    reported = Deployment.objects.filter(deployed_digest__in=set(digests), last_reported_at__isnull=False)
    return Q(pk__in=reported.order_by().values("artifact"))
