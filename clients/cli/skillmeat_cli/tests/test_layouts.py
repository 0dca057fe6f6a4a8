"""Every layout, in small folders as real projects have them."""

import json

from skillmeat_cli.reader import read_project
from skillmeat_cli.tests.helpers import SKILL, codes, names, only

PDF = SKILL.format("pdf")
SERVERS = {"mcpServers": {"github": {"command": "npx"}}}


def test_claude_has_skills_agents_and_commands_in_folders(read):
    project = read(
        {
            ".claude/skills/pdf/SKILL.md": PDF,
            ".claude/skills/dev/review/SKILL.md": SKILL.format("review"),
            ".claude/skills/lower/skill.md": SKILL.format("lower"),
            ".claude/agents/ops/deep/boss.md": SKILL.format("boss"),
            ".claude/commands/plan.md": "Plan it.\n",
        }
    )
    assert names(project) == [
        ("claude_code", "agent", "boss"),
        ("claude_code", "command", "plan"),
        ("claude_code", "skill", "lower"),
        ("claude_code", "skill", "pdf"),
        ("claude_code", "skill", "review"),
    ]
    assert [artifact.group for artifact in project.artifacts] == ["ops/deep", None, None, None, "dev"]
    assert project.problems == []


def test_the_folder_claude_itself_may_be_named(write):
    root = write({".claude/skills/pdf/SKILL.md": PDF})
    assert read_project(root / ".claude") == read_project(root)


def test_what_a_skills_folder_holds_is_part_of_the_skill(read):
    project = read(
        {".claude/skills/pdf/SKILL.md": PDF, ".claude/skills/pdf/examples/x/SKILL.md": SKILL.format("x")}
    )
    assert only(project).name == "pdf"


def test_readmes_and_hidden_files_are_no_artifacts(read):
    project = read(
        {
            ".claude/agents/README.md": "# Ours",
            ".claude/commands/readme.md": "# Ours",
            ".claude/agents/._rev.md": b"\x00\x05Mac OS X",
            ".claude/agents/.hidden.md": PDF,
            ".claude/skills/.git/SKILL.md": PDF,
        }
    )
    assert project.artifacts == []
    assert project.problems == []
    assert project.targets == []


def test_hooks_are_named_after_event_matcher_and_digest(read):
    hook = {"type": "command", "command": "fmt --token hunter2"}
    project = read(
        {
            ".claude/settings.json": {"hooks": {"PostToolUse": [{"matcher": "Write", "hooks": [hook]}]}},
            ".claude/settings.local.json": {
                "hooks": {"Stop": [{"hooks": [hook]}], "PostToolUse": [{"matcher": "Write", "hooks": [hook]}]}
            },
        }
    )
    written, stopped = project.artifacts
    assert written.name == f"PostToolUse:Write:{written.digest[7:15]}"
    assert stopped.name == f"Stop:{stopped.digest[7:15]}"
    assert "hunter2" not in json.dumps([artifact.as_dict() for artifact in project.artifacts])


def test_each_agent_has_a_target_of_its_own(read):
    project = read(
        {
            ".agents/skills/pdf/SKILL.md": PDF,
            ".codex/skills/pdf/SKILL.md": PDF,
            ".codex/prompts/plan.md": "Plan it.",
            ".codex/config.toml": '[mcp_servers.github]\ncommand = "npx"\n',
            ".cursor/skills/pdf/SKILL.md": PDF,
            ".cursor/agents/boss.md": SKILL.format("boss"),
            ".cursor/commands/plan.md": "Plan it.",
            ".cursor/mcp.json": SERVERS,
            ".gemini/skills/pdf/SKILL.md": PDF,
            ".gemini/settings.json": SERVERS,
            ".github/skills/pdf/SKILL.md": PDF,
            ".github/agents/boss.md": SKILL.format("boss"),
            ".github/prompts/plan.prompt.md": "Plan it.",
            ".vscode/mcp.json": {"servers": {"github": {"command": "npx"}}, "inputs": []},
        }
    )
    assert names(project) == [
        ("agents", "skill", "pdf"),
        ("codex", "command", "plan"),
        ("codex", "mcp", "github"),
        ("codex", "skill", "pdf"),
        ("copilot", "agent", "boss"),
        ("copilot", "command", "plan"),
        ("copilot", "mcp", "github"),
        ("copilot", "skill", "pdf"),
        ("cursor", "agent", "boss"),
        ("cursor", "command", "plan"),
        ("cursor", "mcp", "github"),
        ("cursor", "skill", "pdf"),
        ("gemini", "mcp", "github"),
        ("gemini", "skill", "pdf"),
    ]
    assert len({artifact.digest for artifact in project.artifacts if artifact.type == "mcp"}) == 1


def test_servers_may_be_wrapped_or_flat(write, read):
    assert names(read({".mcp.json": SERVERS})) == [("claude_code", "mcp", "github")]
    assert names(read({".mcp.json": {"servers": {"github": {}}}})) == [("claude_code", "mcp", "github")]
    assert names(read({".mcp.json": {"github": {"command": "npx"}}})) == [("claude_code", "mcp", "github")]
    assert names(read({".mcp.json": {}})) == []


def test_settings_of_editors_may_have_comments_and_trailing_commas(read):
    text = '{\n  // ours\n  "servers": {"a": {"url": "https://x", /* why */ },},\n}'
    assert names(read({".vscode/mcp.json": text})) == [("copilot", "mcp", "a")]


def test_a_lock_file_tells_where_skills_come_from(read):
    lock = {
        "pdf": {"source": "acme/skills"},
        "ui": {"source": "https://user:pw@GitLab.com/acme/ui.git"},
        "own": {"source": "./skills"},
        "gone": {"source": "acme/skills"},
        "odd": ["acme/skills"],
    }
    project = read(
        {
            "skills-lock.json": {"version": 1, "skills": lock},
            ".agents/skills/pdf/SKILL.md": PDF,
            ".claude/skills/pdf/SKILL.md": PDF,
            ".agents/skills/ui/SKILL.md": SKILL.format("other name"),
            ".agents/skills/own/SKILL.md": SKILL.format("own"),
        }
    )
    assert [(found.target, found.name, found.namespace) for found in project.artifacts] == [
        ("agents", "own", ""),
        ("agents", "pdf", "acme/skills"),
        ("agents", "other name", "gitlab.com/acme/ui"),
        ("claude_code", "pdf", "acme/skills"),
    ]
    assert codes(project) == [("skills-lock.json", "bad_lock"), ("skills-lock.json", "missing_file")]


def test_a_home_has_servers_of_the_user(read):
    project = read(
        {
            ".claude.json": {"mcpServers": {"gh": {"command": "npx"}}, "projects": {"/x": {}}},
            ".claude/skills/pdf/SKILL.md": PDF,
            "work/other/.claude/skills/other/SKILL.md": SKILL.format("other"),
        }
    )
    assert names(project) == [("claude_code", "mcp", "gh"), ("claude_code", "skill", "pdf")]


def test_a_folder_with_nothing_of_its_own_is_read_through_those_below(read):
    project = read(
        {
            "packages/web/.claude/skills/y/SKILL.md": SKILL.format("y"),
            "packages/api/.mcp.json": SERVERS,
            "node_modules/x/.claude/skills/z/SKILL.md": SKILL.format("z"),
        }
    )
    assert names(project) == [("claude_code", "mcp", "github"), ("claude_code", "skill", "y")]
    assert project.artifacts[1].path == "packages/web/.claude/skills/y"
