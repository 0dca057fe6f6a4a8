"""Imports at the same time."""

from functools import partial
from typing import Any

import pytest
from django.core.management import call_command

from collections_app.models import Artifact, CollectionArtifact
from deployments_app.models import Deployment
from groups_app.models import GroupArtifact
from tests.crowd import at_once

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

AGENT = "---\nname: {name}\ndescription: version {version}\n---\n"
ENTRY = """
[[deployed]]
artifact_type = "agent"
artifact_name = "{name}"
version = "{version}"
from_collection = "{collection}"
"""
NAMES = [f"agent-{number:02}" for number in range(8)]
WITHOUT_FILE = "zombie"


def files(names: list[str], version: int) -> dict[str, str]:
    """A project that has these agents in this order, all deployed at a version, and one without a file."""
    agents = {
        f".claude/agents/category/{place:02}.md": AGENT.format(name=name, version=version)
        for place, name in enumerate(names)
    }
    entries = (
        ENTRY.format(name=name, version=version, collection=f"of {name[-1]}")
        for name in [*names, WITHOUT_FILE]
    )
    return {**agents, ".claude/.skillmeat-deployed.toml": "".join(entries)}


@pytest.mark.parametrize("names", [NAMES, NAMES[::-1]], ids=["same order", "opposite order"])
@pytest.mark.parametrize("other", ["one", "two"], ids=["same project", "other project"])
def test_imports_at_the_same_time_all_succeed(
    project: Any, run_import: Any, names: list[str], other: str
) -> None:
    for version in (1, 2):
        runs = [
            partial(run_import, project(files(NAMES, version), "a"), name="one"),
            partial(run_import, project(files(names, version), "b"), name=other),
        ]
        at_once(*runs)

        assert dict(
            Artifact.objects.exclude(name=WITHOUT_FILE).values_list("name", "description")
        ) == dict.fromkeys(NAMES, f"version {version}")
        deployed = Deployment.objects.values_list("project__name", "artifact__name", "deployed_version")
        assert sorted(deployed) == [
            (name, artifact, str(number))
            for name in sorted({"one", other})
            for artifact in [*NAMES, WITHOUT_FILE]
            for number in range(1, version + 1)
        ]
    assert CollectionArtifact.objects.count() == len(NAMES) + 1
    assert GroupArtifact.objects.count() == len(NAMES)
    call_command("check_integrity")
