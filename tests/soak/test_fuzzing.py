"""Schemathesis makes requests from the OpenAPI document and checks every answer against it."""

import os
import subprocess
import sys
from collections.abc import Callable

from django.conf import settings

from tests.server import Server

SECONDS = os.environ.get("FUZZ_SECONDS", "60")

# The rows that the examples of the document name, so that these lead somewhere.
_MAKE_EXAMPLES = """
from collections_app.models import Artifact, Collection, CollectionArtifact
from deployments_app.models import Deployment, Project
from groups_app.models import Group, GroupArtifact
from skillmeat_site.openapi.examples import example_id
collections = [Collection.objects.create(id=example_id("col", n), name=f"example {n}") for n in (1, 2)]
artifacts = [
    Artifact.objects.create(id=example_id("art", n), type="skill", name=f"example {n}") for n in (1, 2, 3)
]
members = [CollectionArtifact.objects.create(collection=collections[0], artifact=a) for a in artifacts]
groups = [
    Group.objects.create(id=example_id("grp", n), collection=collections[0], name=f"example {n}", rank=n)
    for n in (1, 2)
]
for rank, member in enumerate(members):
    GroupArtifact.objects.create(group=groups[0], collection_artifact=member, rank=rank)
project = Project.objects.create(id=example_id("proj"), name="example")
Deployment.objects.create(id=example_id("dep"), artifact=artifacts[0], project=project)
"""


def test_no_request_that_the_document_leads_to_breaks_anything(
    server: Server, key: str, intact: Callable[[], None]
) -> None:
    server.manage("shell", "--no-imports", "-v0", "-c", _MAKE_EXAMPLES)
    url = f"http://127.0.0.1:{server.port}/api/v1/schema"
    fuzz = subprocess.run(
        [
            f"{sys.prefix}/bin/schemathesis",
            "--config-file=tests/soak/schemathesis.toml",
            "run",
            url,
            f"--max-time={SECONDS}",
            "--no-color",
        ],
        cwd=settings.BASE_DIR,
        env={**os.environ, "API_TOKEN": key},
        capture_output=True,
        text=True,
        check=False,
    )
    print(fuzz.stdout[-20_000:], fuzz.stderr)
    assert fuzz.returncode == 0
    assert "Traceback" not in server.log.read_text()
    intact()
