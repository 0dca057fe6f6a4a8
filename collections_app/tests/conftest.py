"""Fixtures of this app's tests."""

from collections.abc import Callable
from typing import Any

import pytest

from collections_app.models import Artifact
from collections_app.tests.helpers import DEPLOYMENTS


@pytest.fixture
def deploy(api: Any, make_project: Any) -> Callable[[Artifact], str]:
    """Deploy an artifact to a project of its own; answers the id of the deployment."""

    def make(artifact: Artifact) -> str:
        project = make_project(f"project of {artifact.pk}")
        body = {"artifact_id": artifact.pk, "project_id": project.pk}
        return api.post(DEPLOYMENTS, body).json()["id"]

    return make
