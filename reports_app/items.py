"""The artifacts that a report or a catalogue names: which rows they are, and where they belong."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError
from django.db.models import Q

from collections_app.models import Artifact, Collection
from collections_app.services import add_artifacts
from deployments_app.models import Deployment
from groups_app.models import Group
from groups_app.services import create_group, place_artifacts
from reports_app.versions import greatest
from skillmeat_site.db.models import insert
from skillmeat_site.db.transactions import Stale
from skillmeat_site.exceptions import Repeated

# As a request has it: type, name, namespace, version, digest, and more.
Item = dict[str, Any]


def find_artifacts(items: Sequence[Item]) -> list[Artifact | None]:
    """The artifact that each item means, None for one that is unknown.

    With a namespace it is that one of the type and name. Without one it is the one that is known to have
    had the digest, else the only one of the type and name, else the one with an empty namespace.
    Costs two queries.
    """
    by_name: dict[tuple[str, str], list[Artifact]] = defaultdict(list)
    for artifact in Artifact.objects.filter(name__in={item["name"] for item in items}).order_by("pk"):
        by_name[artifact.type, artifact.name].append(artifact)
    had = _known_digests(items, by_name)
    return [_choose(item, by_name[item["type"], item["name"]], had) for item in items]


def make_artifacts(items: Sequence[Item], artifacts: Sequence[Artifact | None]) -> list[Artifact]:
    """The artifacts, where those that are unknown are made now.

    The version that was seen is the latest, as far as is known.

    Returns:
        One for each item.

    Raises:
        Repeated: two items mean the same one.
        Stale: somebody else has made one of them meanwhile.
    """
    _check_once(items, artifacts)
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
    try:
        insert(new)
    except IntegrityError as exc:
        raise Stale from exc
    made = iter(new)
    return [artifact or next(made) for artifact in artifacts]


def organise(items: Iterable[Item], artifacts: Sequence[Artifact]) -> None:
    """Add the artifacts to the collections and groups that the items name; missing ones are made."""
    members: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for item, artifact in zip(items, artifacts, strict=True):
        if item.get("collection"):
            members[item["collection"]][item.get("group") or ""].append(artifact.pk)
    collections = _collections(sorted(members))
    for collection in collections:
        groups = members[collection.name]
        add_artifacts(collection_id=collection.pk, artifact_ids=[id for ids in groups.values() for id in ids])
        known = dict(Group.objects.filter(collection=collection).values_list("name", "pk"))
        for name in filter(None, groups):
            id = known.get(name) or create_group(collection_id=collection.pk, name=name).pk
            place_artifacts(group_id=id, artifact_ids=groups[name])


def _collections(names: Sequence[str]) -> list[Collection]:
    """The collections of these names, in the order in which they are locked; missing ones are made."""
    known = set(Collection.objects.filter(name__in=names).values_list("name", flat=True))
    try:
        insert([Collection(name=name) for name in names if name not in known])
    except IntegrityError as exc:
        raise Stale from exc
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


def _choose(item: Item, candidates: Sequence[Artifact], had: set[tuple[str, str]]) -> Artifact | None:
    by_namespace = {artifact.namespace: artifact for artifact in candidates}
    if item.get("namespace"):
        return by_namespace.get(item["namespace"])
    if len(candidates) == 1:
        return candidates[0]
    with_digest = [artifact for artifact in candidates if (artifact.pk, item.get("digest")) in had]
    return with_digest[0] if with_digest else by_namespace.get("")


def _check_once(items: Sequence[Item], artifacts: Sequence[Artifact | None]) -> None:
    seen = set()
    for number, (item, artifact) in enumerate(zip(items, artifacts, strict=True)):
        named = (item.get("namespace", ""), item["type"], item["name"])
        identity = artifact.pk if artifact else named
        if identity in seen:
            raise Repeated(f"The {item['type']} '{item['name']}' is named twice.", attr=f"artifacts.{number}")
        seen.add(identity)


def with_digest_among(digests: Iterable[str]) -> Q:
    """The condition on artifacts that one of the digests was reported of them."""
    reported = Deployment.objects.filter(deployed_digest__in=set(digests), last_reported_at__isnull=False)
    return Q(pk__in=reported.order_by().values("artifact"))
