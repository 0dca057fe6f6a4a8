"""Writes to projects and deployments that need a lock, other rows or several statements."""

from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from collections_app.models import Artifact
from deployments_app.models import Deployment, DeploymentStatus, Project
from skillmeat_site.db.models import save_changes
from skillmeat_site.db.transactions import atomic, get, locked

# What stands for "not given" where None means "unknown".
LATEST: Final = object()


@atomic
def create_project(*, name: str, description: str | None = None) -> Project:
    """Create a project.

    Raises:
        IntegrityError: the name is taken.
    """
    return Project.objects.create(name=name, description=description)


@atomic
def update_project(*, id: str, **changes: Any) -> Project:
    """Change what is given of a project.

    Raises:
        NotFound: it does not exist.
        IntegrityError: the name is taken.
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
    deployed_version: str | object | None = LATEST,
    status: str = DeploymentStatus.ACTIVE,
    deployed_at: datetime | None = None,
) -> Deployment:
    """Record a deployment. An active one makes the one before it inactive.

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
    if status == DeploymentStatus.ACTIVE:
        _supersede(artifact.pk, project.pk)
    return Deployment.objects.create(
        artifact=artifact,
        project=project,
        deployed_version=artifact.latest_version if deployed_version is LATEST else deployed_version,
        status=status,
        deployed_at=deployed_at or timezone.now(),
    )


@atomic
def update_deployment(*, id: str, **changes: Any) -> Deployment:
    """Change the status or version of a deployment; a new version sets ``deployed_at``.

    One that becomes active makes the one before it inactive.

    Raises:
        NotFound: it does not exist.
        ImmutableField: ``artifact_id`` or ``project_id`` is given and not its own.
    """
    deployment = lock_deployment(id)
    if changes.get("status") == DeploymentStatus.ACTIVE != deployment.status:
        _supersede(deployment.artifact_id, deployment.project_id)
    if changes.get("deployed_version", deployment.deployed_version) != deployment.deployed_version:
        changes["deployed_at"] = timezone.now()
    save_changes(deployment, changes, fixed=("artifact_id", "project_id"))
    return deployment


@atomic
def delete_deployment(*, id: str) -> None:
    """Delete the record of a deployment.

    Raises:
        NotFound: it does not exist.
    """
    lock_deployment(id).delete()


def lock_deployment(id: str) -> Deployment:
    """The deployment, locked, and before it the artifact, which others of it would wait for.

    Raises:
        NotFound: it does not exist.
    """
    locked(Artifact, get(Deployment, id).artifact_id)
    return locked(Deployment, id)


def _supersede(artifact_id: str, project_id: str) -> None:
    """Make the deployment that is active inactive, if there is one."""
    active = Deployment.objects.filter(
        artifact=artifact_id, project=project_id, status=DeploymentStatus.ACTIVE
    )
    for deployment in active:
        save_changes(deployment, {"status": DeploymentStatus.INACTIVE})
