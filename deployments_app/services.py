"""Writes to projects and deployments that need a lock, other rows or several statements."""

from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from collections_app.models import Artifact
from deployments_app.models import Deployment, DeploymentStatus, Project
from skillmeat_site.common.db import get, locked
from skillmeat_site.common.models import save_changes
from skillmeat_site.common.services import RowServices

# What stands for "not given" where None means "unknown".
LATEST: Final = object()


@transaction.atomic
def create_project(*, name: str, description: str | None = None) -> Project:
    """Create a project.

    Raises:
        IntegrityError: the name is taken.
    """
    return Project.objects.create(name=name, description=description)


@transaction.atomic
def update_project(*, id: str, **changes: Any) -> Project:
    """Change what is given of a project.

    Raises:
        NotFound: it does not exist.
        IntegrityError: the name is taken.
    """
    project = locked(Project, id)
    save_changes(project, changes)
    return project


@transaction.atomic
def delete_project(*, id: str) -> None:
    """Delete a project.

    Raises:
        NotFound: it does not exist.
        ProtectedError: deployments refer to it.
    """
    locked(Project, id).delete()


@transaction.atomic
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
    # The lock is what two deployments of one artifact to one project wait for.
    artifact = locked(Artifact, artifact_id, attr="artifact_id")
    project = get(Project, project_id, attr="project_id")
    if status == DeploymentStatus.ACTIVE:
        _supersede(_active(artifact.pk, project.pk))
    return Deployment.objects.create(
        artifact=artifact,
        project=project,
        deployed_version=artifact.latest_version if deployed_version is LATEST else deployed_version,
        status=status,
        deployed_at=deployed_at or timezone.now(),
    )


@transaction.atomic
def update_deployment(*, id: str, **changes: Any) -> Deployment:
    """Change the status or version of a deployment; a new version sets ``deployed_at``.

    One that becomes active makes the one before it inactive.

    Raises:
        NotFound: it does not exist.
        ImmutableField: ``artifact_id`` or ``project_id`` is given and not its own.
    """
    locked(Artifact, get(Deployment, id).artifact_id)
    deployment = locked(Deployment, id)
    if changes.get("status") == DeploymentStatus.ACTIVE:
        _supersede(_active(deployment.artifact_id, deployment.project_id).exclude(pk=id))
    if changes.get("deployed_version", deployment.deployed_version) != deployment.deployed_version:
        changes["deployed_at"] = timezone.now()
    save_changes(deployment, changes, fixed=("artifact_id", "project_id"))
    return deployment


@transaction.atomic
def delete_deployment(*, id: str) -> None:
    """Delete the record of a deployment.

    Raises:
        NotFound: it does not exist.
    """
    locked(Deployment, id).delete()


def _active(artifact_id: str, project_id: str) -> QuerySet[Deployment]:
    return Deployment.objects.filter(artifact=artifact_id, project=project_id, status=DeploymentStatus.ACTIVE)


def _supersede(deployments: QuerySet[Deployment]) -> None:
    deployments.update(status=DeploymentStatus.INACTIVE, updated_at=timezone.now())


PROJECT_SERVICES = RowServices(create_project, update_project, delete_project)
DEPLOYMENT_SERVICES = RowServices(create_deployment, update_deployment, delete_deployment)
