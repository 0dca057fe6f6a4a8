import pytest
from django.core.management import CommandError, call_command

SKILL = "---\nname: pdf\ndescription: Reads forms.\nversion: 2.0.0\n---\n# Pdf\n"
AGENT = "---\nname: reviewer\ndescription: Reviews.\n---\n"
DEPLOYED = """
[[deployed]]
artifact_name = "pdf"
artifact_type = "skill"
from_collection = "default"
deployed_at = "2026-01-05T15:07:49.157370+01:00"
artifact_path = "skills/pdf"
content_hash = "0123456789abcdef0123456789abcdef"

[[deployed]]
artifact_name = "reviewer"
artifact_type = "agent"
from_collection = "default"
deployed_at = "2026-01-06T00:00:00Z"
artifact_path = "agents/team/reviewer.md"
version = "3.1"
"""
FILES = {
    ".claude/skills/pdf/SKILL.md": SKILL,
    ".claude/agents/team/reviewer.md": AGENT,
    ".claude/agents/team/architect.md": "---\nname: architect\n---\n",
    ".claude/commands/plan.md": "---\ndescription: Plans.\n---\n",
    ".claude/.skillmeat-deployed.toml": DEPLOYED,
    ".mcp.json": '{"mcpServers": {"browser": {"command": "browser"}}}',
}


def everything(api) -> list:
    """All that the API shows of artifacts, collections, projects and deployments."""
    lists = [api.get(f"/api/v1/{name}").json() for name in ("artifacts", "collections", "projects")]
    return [*lists, api.get("/api/v1/deployments/summary").json()]


def test_it_makes_artifacts_of_all_kinds_from_front_matter_or_file_names(api, project, run_import):
    run_import(project(FILES))
    artifacts = api.get("/api/v1/artifacts").json()["artifacts"]
    assert [(a["type"], a["name"], a["description"], a["latest_version"]) for a in artifacts] == [
        ("agent", "architect", None, None),
        ("mcp", "browser", None, None),
        ("skill", "pdf", "Reads forms.", "2.0.0"),
        ("command", "plan", "Plans.", None),
        ("agent", "reviewer", "Reviews.", None),
    ]


def test_it_deploys_each_entry_at_its_version_or_the_beginning_of_its_hash(api, project, run_import):
    run_import(project(FILES))
    project_id = api.get("/api/v1/projects").json()["projects"][0]["id"]
    deployments = api.get(f"/api/v1/deployments?project_id={project_id}").json()["deployments"]
    assert [
        (d["artifact_name"], d["deployed_version"], d["status"], d["deployed_at"]) for d in deployments
    ] == [
        ("reviewer", "3.1", "active", "2026-01-06T00:00:00Z"),
        ("pdf", "0123456789ab", "active", "2026-01-05T14:07:49.157370Z"),
    ]


def test_it_makes_a_group_of_each_category_in_the_collection(api, project, run_import):
    run_import(project(FILES))
    (collection,) = api.get("/api/v1/collections").json()["collections"]
    assert (collection["name"], collection["artifact_count"]) == ("default", 5)
    (group,) = api.get(f"/api/v1/collections/{collection['id']}").json()["groups"]
    artifacts = api.get(f"/api/v1/groups/{group['id']}").json()["artifacts"]
    assert group["name"] == "team"
    assert [(a["name"], a["position"]) for a in artifacts] == [("architect", 0), ("reviewer", 1)]


def test_the_project_is_called_after_its_folder_unless_it_is_named(api, project, run_import):
    root = project(FILES)
    run_import(root / ".claude")
    run_import(root, name="Shop")
    assert [p["name"] for p in api.get("/api/v1/projects").json()["projects"]] == ["Shop", "webshop"]


def test_a_second_run_changes_nothing(api, project, run_import):
    root = project(FILES)
    run_import(root)
    before = everything(api)
    assert "│ deployments              │       0 │       0 │         2 │" in run_import(root)
    assert everything(api) == before


def test_a_changed_file_updates_its_artifact_and_only_that(api, project, run_import):
    run_import(project(FILES))
    changed = FILES | {".claude/skills/pdf/SKILL.md": SKILL.replace("2.0.0", "2.1.0")}
    assert "│ artifacts                │       0 │       1 │         4 │" in run_import(project(changed))
    versions = {a["name"]: a["latest_version"] for a in api.get("/api/v1/artifacts").json()["artifacts"]}
    assert versions["pdf"] == "2.1.0"


def test_a_changed_entry_supersedes_the_deployment_before_it(api, project, run_import):
    run_import(project(FILES))
    newer = DEPLOYED.replace("3.1", "3.2").replace("2026-01-06", "2026-02-06")
    run_import(project(FILES | {".claude/.skillmeat-deployed.toml": newer}))
    summary = api.get("/api/v1/deployments/summary").json()
    assert summary["by_status"] == {"active": 2, "inactive": 1, "error": 0, "pending": 0}


def test_a_dry_run_shows_what_would_be_done_and_does_nothing(api, project, run_import):
    before = everything(api)
    output = run_import(project(FILES), dry_run=True)
    assert "What would be done" in output
    assert "│ deployments              │       2 │" in output
    assert everything(api) == before


def test_a_project_without_deployments_gets_a_collection_of_its_own_name(api, project, run_import):
    run_import(project({".claude/skills/pdf/SKILL.md": SKILL}))
    assert [c["name"] for c in api.get("/api/v1/collections").json()["collections"]] == ["webshop"]


@pytest.mark.parametrize("options", [{}, {"name": "x" * 256}, {"name": " "}])
def test_a_folder_or_name_that_cannot_be_imported_is_an_error_that_says_what_to_do(db, tmp_path, options):
    if options:
        (tmp_path / ".claude").mkdir()
    with pytest.raises(CommandError, match=r"Name the folder|use --name"):
        call_command("import_project", str(tmp_path), **options)
