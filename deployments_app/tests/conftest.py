from collections.abc import Callable
from typing import Any

import pytest

from collections_app.models import Artifact
from deployments_app.models import Deployment, Project
from deployments_app.services import create_deployment


@pytest.fixture
def pdf(make_artifact: Any) -> Artifact:
    return make_artifact("pdf", latest_version="2.0.0")


@pytest.fixture
def docx(make_artifact: Any) -> Artifact:
    return make_artifact("docx", type="command", latest_version="5.1")


@pytest.fixture
def web(make_project: Any) -> Project:
    return make_project("web")


@pytest.fixture
def shop(make_project: Any) -> Project:
    return make_project("shop")


@pytest.fixture
def deploy(db: None) -> Callable[..., Deployment]:
    """Deploy an artifact to a project, as the API does; ``fields`` are those of the service."""

    def make(artifact: Artifact, project: Project, **fields: Any) -> Deployment:
        return create_deployment(artifact_id=artifact.pk, project_id=project.pk, **fields)

    return make
