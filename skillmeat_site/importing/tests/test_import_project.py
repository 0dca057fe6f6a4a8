import subprocess

import pytest
from django.core.management import CommandError, call_command
from skillmeat_cli.bodies import report_body

from deployments_app.models import Deployment, Project
from reports_app.models import Report
from skillmeat_site.audit.trail import SYSTEM

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
HOOKS = (
    '{"hooks": {"PostToolUse": [{"matcher": "Write", "hooks": [{"type": "command", "command": "lint"}]}]}}'
)
FILES = {
    ".claude/skills/pdf/SKILL.md": SKILL,
    ".claude/agents/team/reviewer.md": AGENT,
    ".claude/agents/team/architect.md": "---\nname: architect\n---\n",
    ".claude/commands/plan.md": "---\ndescription: Plans.\n---\n",
    ".claude/settings.json": HOOKS,
    ".claude/.skillmeat-deployed.toml": DEPLOYED,
    ".mcp.json": '{"mcpServers": {"browser": {"command": "browser"}}}',
}
CODEX = {".codex/skills/ocr/SKILL.md": "---\nname: ocr\nversion: 1.0.0\n---\n"}
KEY = "github.com/acme/web"
TOML = ".claude/.skillmeat-deployed.toml"


@pytest.fixture
def with_remote():
    """Make a folder a git repository that comes from `KEY`."""

    def make(root):
        for arguments in (["init", "-q"], ["remote", "add", "origin", f"git@{KEY.replace('/', ':', 1)}.git"]):
            subprocess.run(["git", "-C", str(root), *arguments], check=True)
        return root

    return make


def everything(api) -> list:
    """All that the API shows of artifacts, collections, projects and deployments."""
    lists = [api.get(f"/api/v1/{name}").json() for name in ("artifacts", "collections", "projects")]
    return [*lists, api.get("/api/v1/deployments/summary").json()]


def counted(output: str, what: str) -> list[int]:
    """The numbers in a line of the table of what was done, one for each target."""
    (line,) = [line for line in output.splitlines() if line.startswith(f"│ {what} ")]
    return [int(cell) for cell in line.split("│")[2:-1]]


def active(api) -> list[tuple[str, str, str | None]]:
    """Target, artifact and version of what is active."""
    rows = api.get("/api/v1/deployments?status=active").json()["deployments"]
    return sorted((row["target"], row["artifact_name"], row["deployed_version"]) for row in rows)


def test_it_makes_artifacts_of_all_kinds_from_front_matter_or_file_names(api, project, run_import):
    run_import(project(FILES))
    artifacts = api.get("/api/v1/artifacts").json()["artifacts"]
    hook = artifacts[0]
    assert hook["type"] == "hook"
    assert hook["name"].startswith("PostToolUse:Write:")
    assert [(a["type"], a["name"], a["description"], a["latest_version"]) for a in artifacts[1:]] == [
        ("agent", "architect", None, None),
        ("mcp", "browser", None, None),
        ("skill", "pdf", "Reads forms.", "2.0.0"),
        ("command", "plan", "Plans.", None),
        ("agent", "reviewer", "Reviews.", "3.1"),
    ]


def test_whatever_is_there_is_deployed_with_its_digest_and_what_its_entry_says(api, project, run_import):
    run_import(project(FILES))
    rows = {
        row["artifact_name"]: row
        for row in api.get("/api/v1/deployments?status=active").json()["deployments"]
    }
    assert len(rows) == 6
    assert {(row["target"], row["evidence"]) for row in rows.values()} == {("claude_code", "reported")}
    assert all(row["deployed_digest"].startswith("sha256:") for row in rows.values())
    assert [(rows[name]["deployed_version"], rows[name]["deployed_at"]) for name in ("pdf", "reviewer")] == [
        ("2.0.0", "2026-01-05T14:07:49.157370Z"),
        ("3.1", "2026-01-06T00:00:00Z"),
    ]


def test_it_makes_a_group_of_each_category_in_the_collection(api, project, run_import):
    run_import(project(FILES))
    (collection,) = api.get("/api/v1/collections").json()["collections"]
    assert (collection["name"], collection["artifact_count"]) == ("default", 6)
    (group,) = api.get(f"/api/v1/collections/{collection['id']}").json()["groups"]
    artifacts = api.get(f"/api/v1/groups/{group['id']}").json()["artifacts"]
    assert group["name"] == "team"
    assert [(a["name"], a["position"]) for a in artifacts] == [("architect", 0), ("reviewer", 1)]


def test_without_a_git_remote_the_project_is_called_after_its_folder_unless_it_is_named(
    api, project, run_import
):
    root = project(FILES)
    run_import(root / ".claude")
    run_import(root, name="Shop")
    projects = api.get("/api/v1/projects").json()["projects"]
    assert [(p["name"], p["key"]) for p in projects] == [("Shop", None), ("webshop", None)]


def test_with_a_git_remote_the_project_is_the_one_of_that_key(api, project, run_import, with_remote):
    run_import(with_remote(project(FILES)))
    run_import(with_remote(project(FILES, "elsewhere")))
    (found,) = api.get("/api/v1/projects").json()["projects"]
    assert (found["name"], found["key"]) == ("web", KEY)


def test_a_folder_that_is_called_like_a_project_with_a_key_is_that_one_only_when_it_is_named(
    api, project, run_import, make_project
):
    make_project("webshop", key=KEY)
    root = project(FILES)
    with pytest.raises(CommandError, match=f"{KEY}.* use --name"):
        run_import(root)
    run_import(root, name="webshop")
    assert api.get("/api/v1/projects").json()["projects"][0]["active_deployment_count"] == 6


def test_each_agent_that_has_something_is_a_target_of_its_own(api, project, run_import):
    output = run_import(project(FILES | CODEX))
    assert "claude_code" in output
    assert counted(output, "deployments created") == [6, 1]
    assert ("codex", "ocr", "1.0.0") in active(api)
    assert sorted(Report.objects.values_list("target", "by")) == [("claude_code", SYSTEM), ("codex", SYSTEM)]


def test_a_second_run_changes_nothing(api, project, run_import):
    root = project(FILES | CODEX)
    run_import(root)
    before = everything(api)
    assert counted(run_import(root), "deployments unchanged") == [6, 1]
    assert everything(api) == before
    assert Report.objects.count() == 2


def test_a_changed_file_supersedes_its_deployment_and_only_that(api, project, run_import):
    run_import(project(FILES))
    changed = FILES | {".claude/skills/pdf/SKILL.md": SKILL.replace("2.0.0", "2.1.0")}
    output = run_import(project(changed))
    assert counted(output, "artifacts updated") == counted(output, "deployments superseded") == [1]
    assert counted(output, "deployments unchanged") == [5]
    assert ("claude_code", "pdf", "2.1.0") in active(api)


def test_what_is_gone_is_retired(api, project, run_import):
    root = project(FILES)
    run_import(root)
    (root / ".claude/commands/plan.md").unlink()
    assert counted(run_import(root), "deployments retired") == [1]
    assert "plan" not in [name for _, name, _ in active(api)]


def test_an_agent_that_is_gone_is_reported_with_nothing(api, project, run_import):
    root = project(FILES | CODEX)
    run_import(root)
    (root / ".codex/skills/ocr/SKILL.md").unlink()
    assert counted(run_import(root), "deployments retired") == [0, 1]
    assert {target for target, _, _ in active(api)} == {"claude_code"}


def test_what_another_tool_reported_stays(api, project, run_import):
    root = project(FILES)
    run_import(root)
    project_id = api.get("/api/v1/projects").json()["projects"][0]["id"]
    artifacts = [{"type": "skill", "name": "other"}]
    body = {"project": {"id": project_id}, "target": "codex", "tool": "other 1.0", "artifacts": artifacts}
    api.post("/api/v1/reports", body)
    run_import(root)
    assert ("codex", "other", None) in active(api)


def test_a_dry_run_shows_what_would_be_done_and_does_nothing(api, project, run_import):
    before = everything(api)
    output = run_import(project(FILES | CODEX), dry_run=True)
    assert "What would be done" in output
    assert counted(output, "deployments created") == [6, 1]
    assert everything(api) == before
    assert not Report.objects.exists()
    assert not Deployment.history.exists()


def test_a_target_that_the_api_would_refuse_is_an_error_and_undoes_the_others(
    api, project, run_import, monkeypatch
):
    def with_a_long_tool(local, target, **options):
        body = report_body(local, target, **options)
        return {**body, "tool": "x" * 101} if target == "codex" else body

    monkeypatch.setattr("skillmeat_site.importing.services.report_body", with_a_long_tool)
    with pytest.raises(CommandError, match=r"Nothing was imported: .*no more than 100 characters"):
        run_import(project(FILES | CODEX))
    assert not Project.objects.exists()


def test_a_project_without_deployments_gets_a_collection_of_its_own_name(api, project, run_import):
    run_import(project({".claude/skills/pdf/SKILL.md": SKILL}))
    assert [c["name"] for c in api.get("/api/v1/collections").json()["collections"]] == ["webshop"]


@pytest.mark.parametrize(
    ("files", "line"),
    [
        ({".claude/agents/a.md": "---\nname: a\n b: [\n---\n"}, ".claude/agents/a.md: broken_front_matter: "),
        ({TOML: "[[deployed"}, f"{TOML}: broken_file: "),
        (
            {TOML: DEPLOYED.replace("skills/pdf", "skills/x").replace('"pdf"', '"x"')},
            f"{TOML}: missing_file: Entry 1",
        ),
        ({".mcp.json": "{"}, ".mcp.json: broken_file: "),
    ],
)
def test_what_is_malformed_is_a_line_and_the_rest_is_imported(api, project, run_import, files, line):
    output = run_import(project(FILES | files))
    assert [found for found in output.splitlines() if found.startswith(line)], output
    assert "What was wrong" in output
    assert ("claude_code", "pdf", "2.0.0") in active(api)
    assert Report.objects.get().problems


def test_what_is_wrong_over_and_over_in_a_file_is_one_line_unless_asked_for_in_full(project, run_import):
    gone = DEPLOYED.replace("skills/pdf", "skills/x").replace('"pdf"', '"x"')
    root = project(FILES | {TOML: gone * 7})
    lines = [line for line in run_import(root).splitlines() if ": missing_file: " in line]
    assert [line.split("; ")[0] for line in lines] == [
        f"{TOML}: missing_file: 7 times, all with --verbosity 2"
    ]
    in_full = run_import(root, verbosity=2).splitlines()
    assert sum(": missing_file: " in line for line in in_full) == 7


@pytest.mark.parametrize("name", ["[/b] [red", "\udcff", "ünïcode"])
def test_any_name_can_be_shown_and_stored(api, project, run_import, name):
    run_import(project(FILES), name=name)
    assert api.get("/api/v1/projects").json()["total"] == 1


@pytest.mark.parametrize("options", [{}, {"name": "x" * 256}, {"name": " "}])
def test_a_folder_or_name_that_cannot_be_imported_is_an_error_that_says_what_to_do(db, tmp_path, options):
    with pytest.raises(CommandError, match=r"Name the folder|a name of 1 to 255"):
        call_command("import_project", str(tmp_path), **options)


def test_a_folder_that_is_not_there_is_an_error(db, tmp_path):
    with pytest.raises(CommandError, match="There is no folder"):
        call_command("import_project", str(tmp_path / "gone"))
