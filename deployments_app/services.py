"""Writes to projects and deployments that need a lock, other rows or several statements.

Whatever writes deployments of a project holds the lock on the project's row, then that on the artifact's;
several of a kind are locked in id order. So nobody else changes any deployment of a locked project.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone

from collections_app.models import Artifact
from deployments_app.models import (
    DEFAULT_TARGET,
    Deployment,
    DeploymentStatus,
    Evidence,
    Project,
    ProjectTally,
)
from skillmeat_site.db.models import save_changes, update_all
from skillmeat_site.db.transactions import atomic, get, locked

# What stands for "not given" where None means "unknown".
LATEST: Final = object()


@atomic
def create_project(*, name: str, **fields: Any) -> Project:
    """Create a project; ``fields`` are ``description`` and ``key``.

    Raises:
        IntegrityError: the name or the key is taken.
    """
    return Project.objects.create(name=name, **fields)


@atomic
def update_project(*, id: str, **changes: Any) -> Project:
    """Change what is given of a project.

    Raises:
        NotFound: it does not exist.
        IntegrityError: the name or the key is taken.
    """
    project = locked(Project, id)
    save_changes(project, changes)
    return project


@atomic
def delete_project(*, id: str) -> None:
    """Delete a project.

    Raises:
        NotFound: it does not exist.
        ProtectedError: deployments refer to it.
    """
    locked(Project, id).delete()


@atomic
def create_deployment(
    *,
    artifact_id: str,
    project_id: str,
    target: str = DEFAULT_TARGET,
    deployed_version: str | object | None = LATEST,
    deployed_digest: str | None = None,
    status: str = DeploymentStatus.ACTIVE,
    deployed_at: datetime | None = None,
) -> Deployment:
    """Record a deployment. An active one makes the one before it in its target inactive.

    Args:
        deployed_version: the artifact's latest version when not given; None means unknown.
        deployed_at: now when not given.

    Raises:
        NotFound: the artifact or the project does not exist.
    """
    # Neither can be deleted from here on, and two deployments of one artifact to one project wait for
    # each other. The project comes first, as it does in an import.
    project = locked(Project, project_id, attr="project_id")
    artifact = locked(Artifact, artifact_id, attr="artifact_id")
    deployment = Deployment(
        artifact=artifact,
        project=project,
        target=target,
        deployed_version=artifact.latest_version if deployed_version is LATEST else deployed_version,
        deployed_digest=deployed_digest,
        status=status,
        deployed_at=deployed_at or timezone.now(),
    )
    if status == DeploymentStatus.ACTIVE:
        _supersede(deployment)
    deployment.save()
    return deployment


@atomic
def update_deployment(*, id: str, **changes: Any) -> Deployment:
    """Change the status, version or digest of a deployment; see `implied`.

    One that becomes active makes the one before it in its target inactive.

    Raises:
        NotFound: it does not exist.
        ImmutableField: ``artifact_id``, ``project_id`` or ``target`` is given and not its own.
    """
    deployment = lock_deployment(id)
    if changes.get("status") == DeploymentStatus.ACTIVE != deployment.status:
        _supersede(deployment)
    changes |= implied(deployment, changes)
    save_changes(deployment, changes, fixed=("artifact_id", "project_id", "target"))
    return deployment


@atomic
def delete_deployment(*, id: str) -> None:
    """Delete the record of a deployment.

    Raises:
        NotFound: it does not exist.
    """
    lock_deployment(id).delete()


def lock_deployment(id: str) -> Deployment:
    """The deployment, locked, and before it the project and the artifact, which others of it wait for.

    Raises:
        NotFound: it does not exist.
    """
    deployment = get(Deployment, id)
    locked(Project, deployment.project_id)
    locked(Artifact, deployment.artifact_id)
    return locked(Deployment, id)


def lock_tallies(*, projects: Iterable[str] = (), artifacts: Iterable[Artifact] = ()) -> None:
    """Lock the tallies of projects, and of those in which artifacts are active, in id order.

    Before several statements, or a new latest of several artifacts: each changes such tallies by its
    triggers, and in the order of those opposite writers would deadlock. The artifacts are locked already.
    """
    active = Deployment.objects.active().filter(artifact__in=artifacts).order_by().values("project")
    tallies = ProjectTally.objects.filter(Q(pk__in=projects) | Q(pk__in=active))
    list(tallies.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def implied(deployment: Deployment, changes: dict[str, Any]) -> dict[str, Any]:
    """What ``changes`` by a person mean for the other fields of a deployment.

    Another version sets ``deployed_at`` and has another digest, which is unknown unless given. What was
    reported is from then on declared only.
    """
    changed = {name for name, value in changes.items() if getattr(deployment, name) != value}
    further: dict[str, Any] = {}
    if "deployed_version" in changed:
        further = {"deployed_at": timezone.now(), "is_modified": False}
        if "deployed_digest" not in changes:
            further["deployed_digest"] = None
    if changed & {"deployed_version", "deployed_digest", "status"}:
        further["evidence"] = Evidence.DECLARED
    return further


def retire(deployments: Iterable[Deployment]) -> None:
    """Make active deployments, whose project or artifact is locked, inactive."""
    update_all(list(deployments), {"status": DeploymentStatus.INACTIVE})


def _supersede(successor: Deployment) -> None:
    """Make the deployment that is active where ``successor`` will be inactive, if there is one."""
    place = {"artifact": successor.artifact_id, "project": successor.project_id, "target": successor.target}
    for deployment in Deployment.objects.active().filter(**place):
        save_changes(deployment, {"status": DeploymentStatus.INACTIVE})
