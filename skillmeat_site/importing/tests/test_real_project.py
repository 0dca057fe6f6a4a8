"""The import of a real project's folder, where a copy of it lies beside the repository."""

from collections import Counter

import pytest
from django.conf import settings

REAL_PROJECT = settings.BASE_DIR.parent / "shared" / "data" / "skillmeat-project"


@pytest.mark.skipif(not REAL_PROJECT.is_dir(), reason="the real project's folder is not here")
def test_a_real_project_is_imported_whole_and_its_dirt_accounted_for(api, run_import):
    output = run_import(REAL_PROJECT)
    summary = api.get("/api/v1/deployments/summary").json()
    assert (summary["total_deployments"], summary["artifact_total"], summary["project_total"]) == (
        132,
        132,
        1,
    )
    assert summary["by_status"]["active"] == 132
    types = Counter(
        artifact["type"]
        for page in (1, 2)
        for artifact in api.get(f"/api/v1/artifacts?page_size=100&page={page}").json()["artifacts"]
    )
    assert types == {"command": 57, "agent": 57, "skill": 34}
    lines = [line for line in output.splitlines() if line.startswith(".claude/")]
    assert [line.split(": ")[2].split(",")[0] for line in lines if "naive time" in line] == ["132 times"]
    assert Counter(line.split(": ")[1] for line in lines if "naive time" not in line) == {
        "no front matter": 11,
        "entry without a file": 4,
        "name with spaces": 2,
        "broken front matter": 1,
        "name taken": 1,
    }
    (collection,) = api.get("/api/v1/collections").json()["collections"]
    groups = api.get(f"/api/v1/collections/{collection['id']}").json()["groups"]
    assert (collection["name"], collection["artifact_count"], len(groups)) == ("default", 148, 19)
    assert [group["position"] for group in groups] == list(range(19))
