"""The import of a real project's folder, where a copy of it lies beside the repository."""

import tomllib
from collections import Counter

import pytest
from django.conf import settings

from deployments_app.models import Deployment

REAL_PROJECT = settings.BASE_DIR.parent / "shared" / "data" / "skillmeat-project"
ENTRIES = 132
WITHOUT_FILE = 2
WITHOUT_ENTRY = 16
ARTIFACTS = ENTRIES - WITHOUT_FILE + WITHOUT_ENTRY

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not REAL_PROJECT.is_dir(), reason="the real project's folder is not here"),
]


def test_a_real_project_is_imported_whole_and_nothing_of_it_is_outdated(api, run_import):
    run_import(REAL_PROJECT)
    summary = api.get("/api/v1/deployments/summary").json()
    assert (summary["artifact_total"], summary["project_total"]) == (ARTIFACTS, 1)
    assert (summary["by_status"]["active"], summary["by_sync_status"]["outdated"]) == (ARTIFACTS, 0)
    assert api.get("/api/v1/deployments?outdated=true").json()["total"] == 0
    types = Counter(Deployment.objects.values_list("artifact__type", flat=True))
    assert types == {"command": 57, "agent": 57, "skill": 32}
    (collection,) = api.get("/api/v1/collections").json()["collections"]
    groups = api.get(f"/api/v1/collections/{collection['id']}").json()["groups"]
    assert (collection["name"], collection["artifact_count"]) == ("default", ARTIFACTS)
    assert [group["position"] for group in groups] == list(range(20))


def test_each_entry_of_a_real_project_is_a_deployment_or_a_problem(run_import):
    output = run_import(REAL_PROJECT)
    toml = REAL_PROJECT / ".claude" / ".skillmeat-deployed.toml"
    entries = tomllib.loads(toml.read_text(encoding="utf-8"))["deployed"]
    assert len(entries) == ENTRIES
    lines = [line.split(": ") for line in output.splitlines() if line.startswith(".claude/")]
    assert Counter(line[1] for line in lines) == {
        "missing_file": WITHOUT_FILE,
        "moved_file": 2,
        "no_front_matter": 1,
        "broken_front_matter": 1,
    }
    missing = [int(line[2].removeprefix("Entry ")) for line in lines if line[1] == "missing_file"]
    # An entry's time is in UTC where it names no zone.
    times = {entry["deployed_at"] for number, entry in enumerate(entries, start=1) if number not in missing}
    stored = Deployment.objects.values_list("deployed_at", flat=True)
    noted = [time for time in stored if time.replace(tzinfo=None).isoformat() in times]
    assert len(noted) == ENTRIES - WITHOUT_FILE
