"""What a catalogue does, in one transaction: it is the only one that says what is latest."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from collections_app.models import Artifact
from deployments_app.models import Deployment
from reports_app.items import (
    Item,
    find_artifacts,
    find_or_make,
    lock_artifacts,
    organise,
    with_digest_among,
)
from reports_app.services import save_artifacts
from reports_app.states import CREATED, UNCHANGED, UPDATED
from skillmeat_site.audit.trail import records_inserted_together
from skillmeat_site.db.transactions import in_transaction, lock_name

WITHDRAWN = "withdrawn"


@dataclass
class CatalogOutcome:
    """What came of a catalogue.

    Attributes:
        artifacts: how many were created, updated, unchanged and withdrawn.
        newly_outdated: how many active deployments are outdated that were not before.
    """

    namespace: str
    artifacts: dict[str, int]
    newly_outdated: int


def receive_catalog(*, namespace: str, artifacts: Sequence[Item], dry_run: bool = False) -> CatalogOutcome:
    """Let the artifacts of a namespace be what a source offers.

    What it no longer has keeps its row and is withdrawn.

    Args:
        artifacts: all that it offers; see `Item`.
        dry_run: do all of it, and then undo it.

    Raises:
        Repeated: an artifact is named twice.
    """
    items = [{**item, "namespace": namespace} for item in artifacts]
    return in_transaction(partial(_receive, namespace, items, dry_run))


def _receive(namespace: str, items: Sequence[Item], dry_run: bool) -> CatalogOutcome:
    # A savepoint of its own, so that a dry run undoes its audit records too.
    with transaction.atomic(), records_inserted_together():
        # A namespace has no row, and two catalogues that share no artifact would not see each other.
        lock_name(f"catalog {namespace}")
        artifacts, new = find_or_make(items, partial(_find, namespace))
        organise(items, artifacts)
        gone = Artifact.objects.filter(namespace=namespace, catalogued_at__isnull=False, withdrawn_at=None)
        gone = gone.exclude(pk__in=[artifact.pk for artifact in artifacts])
        rows = lock_artifacts(artifacts, beside=gone.values_list("pk", flat=True))
        offered = [rows.pop(artifact.pk) for artifact in artifacts]
        outdated = set(_outdated(offered))
        changed, fields = _set_latest(namespace, items, offered)
        withdrawn = list(rows.values())
        for row in withdrawn:
            row.withdrawn_at = timezone.now()
        save_artifacts([*changed, *withdrawn], sorted({*fields, "withdrawn_at", "updated_at"}))
        newly_outdated = len(set(_outdated(offered)) - outdated)
    transaction.set_rollback(dry_run)
    updated = len({row.pk for row in changed} - new)
    counts = {
        CREATED: len(new),
        UPDATED: updated,
        UNCHANGED: len(items) - len(new) - updated,
        WITHDRAWN: len(withdrawn),
    }
    return CatalogOutcome(namespace, counts, newly_outdated)


def _find(namespace: str, items: Sequence[Item]) -> list[Artifact | None]:
    """Those of the namespace, else what was reported with one of the digests, without a namespace."""
    found = find_artifacts(items)
    missing = [item for item, artifact in zip(items, found, strict=True) if artifact is None]
    digests = {item["digest"] for item in items if item.get("digest")}
    if not missing or not digests:
        return found
    homeless = Artifact.objects.filter(with_digest_among(digests), namespace="")
    homeless = homeless.filter(name__in={item["name"] for item in missing})
    adopted = {(row.type, row.name): row for row in homeless}
    return [
        artifact or adopted.get((item["type"], item["name"]))
        for item, artifact in zip(items, found, strict=True)
    ]


def _set_latest(
    namespace: str, items: Sequence[Item], artifacts: Sequence[Artifact]
) -> tuple[list[Artifact], set[str]]:
    """Set what the items say on the artifacts, and return those that it changes, and which fields."""
    changed: list[Artifact] = []
    fields: set[str] = set()
    for item, artifact in zip(items, artifacts, strict=True):
        said: dict[str, Any] = {
            "namespace": namespace,
            "latest_version": item.get("version"),
            "latest_digest": item.get("digest"),
            "description": item.get("description", artifact.description),
            "catalogued_at": artifact.catalogued_at or timezone.now(),
            "withdrawn_at": None,
        }
        new = {name: value for name, value in said.items() if getattr(artifact, name) != value}
        for name, value in new.items():
            setattr(artifact, name, value)
        if new:
            changed.append(artifact)
            fields |= new.keys()
    return changed, fields


def _outdated(artifacts: Sequence[Artifact]) -> list[str]:
    """The ids of active deployments of the artifacts that are outdated."""
    active = Deployment.objects.active().outdated().filter(artifact__in=artifacts).order_by()
    return list(active.values_list("pk", flat=True))
