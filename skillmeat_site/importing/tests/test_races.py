"""Imports at the same time."""

from functools import partial
from typing import Any

import pytest
from django.core.management import call_command

from collections_app.models import Artifact
from deployments_app.models import Deployment
from tests.crowd import at_once

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

SKILL = "---\nname: {name}\nversion: {version}\n---\n"
NAMES = [f"skill-{number}" for number in range(8)]
AGENTS = (".claude", ".codex")


def files(agents: tuple[str, ...], version: int) -> dict[str, str]:
    """A project that has half of the skills for one agent, and the others for the other one."""
    return {
        f"{agents[number % 2]}/skills/{name}/SKILL.md": SKILL.format(name=name, version=version)
        for number, name in enumerate(NAMES)
    }


@pytest.mark.parametrize("agents", [AGENTS, AGENTS[::-1]], ids=["same order", "opposite order"])
@pytest.mark.parametrize("other", ["one", "two"], ids=["same project", "other project"])
def test_imports_at_the_same_time_all_succeed(
    project: Any, run_import: Any, agents: tuple[str, ...], other: str
) -> None:
    for version in (1, 2):
        runs = [
            partial(run_import, project(files(AGENTS, version), f"a{version}"), name="one"),
            partial(run_import, project(files(agents, version), f"b{version}"), name=other),
        ]
        at_once(*runs)

        assert dict(Artifact.objects.values_list("name", "latest_version")) == dict.fromkeys(
            NAMES, str(version)
        )
        active = Deployment.objects.active().values_list(
            "project__name", "artifact__name", "deployed_version"
        )
        assert sorted(active) == [
            (name, artifact, str(version)) for name in sorted({"one", other}) for artifact in NAMES
        ]
        assert not Deployment.objects.active().outdated().exists()
    call_command("check_integrity")
