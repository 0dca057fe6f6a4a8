"""What a report makes of the deployments of its project and target."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from collections_app.models import Artifact
from deployments_app.models import Deployment, DeploymentQuerySet, DeploymentStatus, Evidence, Project
from reports_app.items import Item
from skillmeat_site.audit.trail import record_changed
from skillmeat_site.db.models import insert, update_all

CREATED, UPDATED, SUPERSEDED, RETIRED, UNCHANGED = OUTCOMES = (
    *("created", "updated", "superseded", "retired", "unchanged"),
)
# How exact `last_reported_at` is, so that the same report again is hardly a write.
PRECISION = timedelta(minutes=1)
_CONFIRMED = ["deployed_version", "deployed_digest", "is_modified", "evidence", "status", "deployed_at"]


@dataclass
class State:
    """The deployments of one target of a locked project, and what a report changes about them.

    Attributes:
        counts: how many deployments had each of `OUTCOMES`.
        created: the ids of those that were made.
    """

    project: Project
    target: str
    now: datetime = field(default_factory=timezone.now)
    counts: Counter[str] = field(default_factory=Counter)
    created: list[str] = field(default_factory=list)

    def artifacts(self) -> list[str]:
        """The ids of the artifacts of which something is active or pending."""
        live = [DeploymentStatus.ACTIVE, DeploymentStatus.PENDING]
        return list(self._own().filter(status__in=live).order_by().values_list("artifact", flat=True))

    def become(self, items: Sequence[Item], artifacts: Sequence[Artifact]) -> None:
        """Let what the items say be active, and nothing else. Costs a few queries, whatever their number.

        Call it under locks on their artifacts and those of `artifacts`.
        """
        # The lock on the project is enough: whoever writes one of its deployments has it.
        active = {row.artifact_id: row for row in self._own().active()}
        pending = self._pending()
        confirmed, retired, new = [], [], []
        for item, artifact in zip(items, artifacts, strict=True):
            before = active.pop(artifact.pk, None)
            if before is not None and _is_same(before, item):
                if self._confirm(before, item):
                    confirmed.append(before)
                continue
            if before is not None:
                retired.append(before)
            arrived = _arrived(pending.get(artifact.pk, ()), item)
            if arrived is not None:
                self._arrive(arrived, item)
                confirmed.append(arrived)
            else:
                new.append(self._make(item, artifact))
                self.counts[CREATED if before is None else SUPERSEDED] += 1
        self.counts[RETIRED] = len(active)
        update_all(
            [*retired, *active.values()],
            {"status": DeploymentStatus.INACTIVE, "evidence": Evidence.DECLARED},
        )
        _save(confirmed, self.now)
        insert(new)
        self.created = [row.pk for row in new]
        self.touch()

    def touch(self) -> None:
        """Write down when this was last reported, unless that is as good as known."""
        stale = self.now - PRECISION
        for rows in (self._own().active(), Project.objects.filter(pk=self.project.pk)):
            rows.exclude(last_reported_at__gt=stale).update(last_reported_at=self.now)

    def _own(self) -> DeploymentQuerySet:
        return Deployment.objects.all().filter(project=self.project, target=self.target)

    def _pending(self) -> dict[str, list[Deployment]]:
        """What waits to arrive, by artifact, the newest first."""
        pending: dict[str, list[Deployment]] = {}
        rows = self._own().filter(status=DeploymentStatus.PENDING).newest_first()
        for row in rows:
            pending.setdefault(row.artifact_id, []).append(row)
        return pending

    def _confirm(self, row: Deployment, item: Item) -> bool:
        """Take over what the item says of an active deployment; whether anything is new."""
        before = [getattr(row, name) for name in _CONFIRMED]
        is_modified = item.get("is_modified", False)
        self.counts[UPDATED if row.is_modified != is_modified else UNCHANGED] += 1
        row.deployed_version = row.deployed_version if item.get("version") is None else item["version"]
        row.deployed_digest = row.deployed_digest if item.get("digest") is None else item["digest"]
        row.is_modified, row.evidence = is_modified, Evidence.REPORTED
        return before != [getattr(row, name) for name in _CONFIRMED]

    def _arrive(self, row: Deployment, item: Item) -> None:
        row.status = DeploymentStatus.ACTIVE
        row.deployed_version, row.deployed_digest = item.get("version"), item.get("digest")
        row.is_modified, row.evidence = item.get("is_modified", False), Evidence.REPORTED
        row.deployed_at = item.get("deployed_at") or self.now
        self.counts[UPDATED] += 1

    def _make(self, item: Item, artifact: Artifact) -> Deployment:
        return Deployment(
            project=self.project,
            artifact=artifact,
            target=self.target,
            deployed_version=item.get("version"),
            deployed_digest=item.get("digest"),
            is_modified=item.get("is_modified", False),
            evidence=Evidence.REPORTED,
            last_reported_at=self.now,
            deployed_at=item.get("deployed_at") or self.now,
        )


def _is_same(row: Deployment, item: Item) -> bool:
    """Whether nothing that is known of both is different. What is unknown is not another one."""
    pairs = [(row.deployed_version, item.get("version")), (row.deployed_digest, item.get("digest"))]
    return all(None in pair or pair[0] == pair[1] for pair in pairs)


def _arrived(pending: Iterable[Deployment], item: Item) -> Deployment | None:
    """The newest of those that were announced at this version, or at none."""
    wanted = (None, item.get("version"))
    return next((row for row in pending if row.deployed_version in wanted), None)


def _save(rows: Sequence[Deployment], now: datetime) -> None:
    for row in rows:
        row.updated_at = now
    Deployment.objects.bulk_update(rows, [*_CONFIRMED, "updated_at"], batch_size=500)
    record_changed(rows)
