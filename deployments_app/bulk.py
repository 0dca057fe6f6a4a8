"""Writes to many deployments at once: all of them or none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from collections_app.models import Artifact, Collection
from deployments_app.models import DEFAULT_TARGET, Deployment, DeploymentStatus, Project
from deployments_app.services import implied, lock_tallies, retire
from skillmeat_site.audit.trail import record_changed
from skillmeat_site.db.models import insert
from skillmeat_site.db.transactions import atomic, get, get_all, locked, locked_all
from skillmeat_site.exceptions import LatestUnknown, Repeated, TooMany

MAX_PAIRS = 10_000
DEPLOY, UPDATE, UNCHANGED = ACTIONS = ("deploy", "update", "unchanged")
ACTION_CHOICES = [(action, action) for action in ACTIONS]


# What an update of the status or version may change.
_WRITTEN = [
    *["status", "deployed_version", "deployed_digest", "deployed_at", "is_modified", "evidence"],
    "updated_at",
]
# Known by the relation's name only: groups_app is this app's sibling.
_GROUP: Any = Collection._meta.get_field("groups").related_model


@dataclass
class Step:
    """What a rollout does with one artifact in one project.

    Attributes:
        active: the deployment that is active there before it.
        action: `DEPLOY` where there is none, `UPDATE` where another version is, else `UNCHANGED`.
        to_version: what is there afterwards; None when that is unknown.
        deployment_id: the row that stands for it afterwards; None in a dry run.
    """

    artifact: Artifact
    project: Project
    target: str
    active: Deployment | None
    action: str
    to_version: str | None
    deployment_id: str | None = None

    @property
    def from_version(self) -> str | None:
        """The version of the active deployment."""
        return self.active.deployed_version if self.active else None


@atomic
def update_deployments(
    *, deployment_ids: Sequence[str], to_latest: bool = False, **changes: Any
) -> list[Deployment]:
    """Change the status or version of deployments; those that become active supersede.

    Args:
        deployment_ids: each once.
        to_latest: give each the latest version of its artifact.
        changes: ``status`` and ``deployed_version``, as given.

    Returns:
        The deployments, in the order of ``deployment_ids``.

    Raises:
        NotFound: one of them does not exist.
        LatestUnknown: an artifact has no latest version that is known.
        Repeated: two of them would be active in the same place.
    """
    found = get_all(Deployment, deployment_ids, attr="deployment_ids")
    projects = sorted({row.project_id for row in found})
    locked_all(Project, projects)
    artifacts = _lock_artifacts(row.artifact_id for row in found)
    deployments = locked_all(Deployment, deployment_ids, attr="deployment_ids")
    if to_latest:
        _check_latest(artifacts[row.artifact_id] for row in deployments)
    lock_tallies(projects=projects)
    if changes.get("status") == DeploymentStatus.ACTIVE:
        _supersede(deployments)
    changed = []
    for row in deployments:
        latest = {"deployed_version": artifacts[row.artifact_id].latest_version} if to_latest else {}
        if _change(row, {**changes, **latest}):
            changed.append(row)
    Deployment.objects.bulk_update(changed, _WRITTEN, batch_size=500)
    record_changed(changed)
    return deployments


@atomic
def roll_out(
    *,
    project_ids: Sequence[str],
    artifact_ids: Sequence[str] = (),
    group_id: str | None = None,
    collection_id: str | None = None,
    target: str = DEFAULT_TARGET,
    deployed_version: str | None = None,
    status: str = DeploymentStatus.ACTIVE,
    dry_run: bool = False,
) -> list[Step]:
    """Deploy artifacts to projects: those named, or those that a group or a collection holds now.

    What is active at that version already stays, and where the version is unknown whatever is active.

    Args:
        deployed_version: each artifact's latest when None.
        dry_run: lock and look at everything, and write nothing.

    Returns:
        One step for each pair, artifact by artifact.

    Raises:
        NotFound: something that is named does not exist.
        TooMany: there are more than `MAX_PAIRS`.
    """
    projects = locked_all(Project, project_ids, attr="project_ids")
    ids = _artifact_ids(artifact_ids, group_id, collection_id)
    if len(ids) * len(project_ids) > MAX_PAIRS:
        raise TooMany(
            f"{len(ids)} artifacts to {len(project_ids)} projects are {len(ids) * len(project_ids)} pairs. "
            f"Send several requests of at most {MAX_PAIRS}."
        )
    artifacts = locked_all(Artifact, ids, attr="artifact_ids")
    steps = _plan(artifacts, projects, target, deployed_version)
    if not dry_run:
        lock_tallies(projects=project_ids)
        _carry_out(steps, status)
    return steps


def _artifact_ids(artifact_ids: Sequence[str], group_id: str | None, collection_id: str | None) -> list[str]:
    """The artifacts that are meant, in order; whoever changes what holds them waits."""
    if group_id is not None:
        # The collection is what writers of its groups lock.
        locked(Collection, get(_GROUP, group_id, attr="group_id").collection_id)
        rows = get(_GROUP, group_id, attr="group_id").ordered_artifacts()
        return list(rows.values_list("collection_artifact__artifact", flat=True))
    if collection_id is not None:
        collection = locked(Collection, collection_id, attr="collection_id")
        members = collection.collection_artifacts.order_by("artifact__name", "artifact__type", "artifact")
        return list(members.values_list("artifact", flat=True))
    return list(artifact_ids)


def _plan(
    artifacts: Sequence[Artifact], projects: Sequence[Project], target: str, version: str | None
) -> list[Step]:
    found = Deployment.objects.active().filter(artifact__in=artifacts, project__in=projects, target=target)
    active = {(row.artifact_id, row.project_id): row for row in found}
    return [
        _step(artifact, project, target, active.get((artifact.pk, project.pk)), version)
        for artifact in artifacts
        for project in projects
    ]


def _step(
    artifact: Artifact, project: Project, target: str, active: Deployment | None, version: str | None
) -> Step:
    wanted = artifact.latest_version if version is None else version
    if active is None:
        action = DEPLOY
    elif wanted is None or wanted == active.deployed_version:
        action, wanted = UNCHANGED, active.deployed_version
    else:
        action = UPDATE
    return Step(artifact, project, target, active, action, wanted)


def _carry_out(steps: Sequence[Step], status: str) -> None:
    if status == DeploymentStatus.ACTIVE:
        retire(step.active for step in steps if step.active and step.action == UPDATE)
    rows = []
    for step in steps:
        if step.action == UNCHANGED and step.active:
            step.deployment_id = step.active.pk
            continue
        row = Deployment(
            artifact=step.artifact,
            project=step.project,
            target=step.target,
            deployed_version=step.to_version,
            status=status,
        )
        step.deployment_id = row.pk
        rows.append(row)
    insert(rows)


def _change(row: Deployment, changes: dict[str, Any]) -> bool:
    """Set ``changes`` and what they imply; whether anything is another value than before."""
    if all(getattr(row, name) == value for name, value in changes.items()):
        return False
    for name, value in {**changes, **implied(row, changes), "updated_at": timezone.now()}.items():
        setattr(row, name, value)
    return True


def _lock_artifacts(ids: Iterable[str]) -> dict[str, Artifact]:
    return {artifact.pk: artifact for artifact in locked_all(Artifact, sorted(set(ids)))}


def _check_latest(artifacts: Iterable[Artifact]) -> None:
    unknown = sorted({artifact.pk for artifact in artifacts if artifact.latest_version is None})
    if unknown:
        raise LatestUnknown(f"No latest version is known of: {', '.join(unknown)}.", attr="to_latest")


def _supersede(successors: Sequence[Deployment]) -> None:
    """Make what is active where ``successors`` will be inactive.

    Raises:
        Repeated: two of them would be active in the same place.
    """
    places = {(row.artifact_id, row.project_id, row.target) for row in successors}
    if len(places) < len(successors):
        raise Repeated(
            "Two of these deployments are of one artifact, project and target: only one can be active.",
            attr="deployment_ids",
        )
    active = Deployment.objects.active().filter(
        artifact__in={artifact for artifact, _, _ in places},
        project__in={project for _, project, _ in places},
    )
    given = {row.pk for row in successors}
    retire(
        row for row in active.exclude(pk__in=given) if (row.artifact_id, row.project_id, row.target) in places
    )
