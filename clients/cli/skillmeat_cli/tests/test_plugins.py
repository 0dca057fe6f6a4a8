"""Plugins, marketplaces and repositories that offer skills."""

from skillmeat_cli.tests.helpers import SKILL, codes, names, only

PDF = SKILL.format("pdf")
SERVERS = {"mcpServers": {"github": {"command": "npx"}}}


def test_a_plugin_is_the_namespace_of_its_parts(read):
    project = read(
        {
            ".claude-plugin/plugin.json": {"name": "plug", "version": "1.2.0"},
            "skills/pdf/SKILL.md": PDF,
            "commands/plan.md": "Plan it.",
            "agents/boss.md": SKILL.format("boss"),
            "hooks/hooks.json": {"hooks": {"Stop": [{"hooks": [{"command": "true"}]}]}},
            ".mcp.json": SERVERS,
        }
    )
    assert [found.type for found in project.artifacts] == ["agent", "command", "hook", "mcp", "skill"]
    assert {(found.namespace, found.version, found.target) for found in project.artifacts} == {
        ("plug", "1.2.0", "claude_code")
    }


def test_a_plugin_may_have_its_parts_in_other_places(read):
    project = read(
        {
            ".claude-plugin/plugin.json": {
                "name": "plug",
                "skills": ["./more/", "./one-skill"],
                "commands": "./special/cmd.md",
                "hooks": {"Stop": [{"hooks": [{"command": "true"}]}]},
                "mcpServers": {"github": {}},
            },
            "more/pdf/SKILL.md": PDF,
            "one-skill/SKILL.md": SKILL.format("one-skill"),
            "special/cmd.md": "Do.",
        }
    )
    assert [found.type for found in project.artifacts] == ["command", "hook", "mcp", "skill", "skill"]


def test_a_marketplace_has_a_namespace_for_each_plugin_in_it(read):
    project = read(
        {
            ".claude-plugin/marketplace.json": {
                "name": "team",
                "metadata": {"pluginRoot": "./plugins"},
                "plugins": [
                    {"name": "docs", "source": "./", "version": "2.0", "skills": ["./skills/pdf"]},
                    {"name": "fmt", "source": "fmt"},
                    {"name": "far", "source": {"source": "github", "repo": "acme/far"}},
                    {"name": "gone", "source": "./gone"},
                    "odd",
                ],
            },
            "skills/pdf/SKILL.md": PDF,
            "skills/loose/SKILL.md": SKILL.format("loose"),
            "plugins/fmt/.claude-plugin/plugin.json": {"name": "fmt", "version": "1.0"},
            "plugins/fmt/commands/fmt.md": "Format.",
        }
    )
    assert [(found.namespace, found.name, found.version) for found in project.artifacts] == [
        ("fmt", "fmt", "1.0"),
        ("docs", "pdf", "2.0"),
        ("", "loose", None),
    ]
    place = ".claude-plugin/marketplace.json"
    assert codes(project) == [(place, "plugin_elsewhere"), (place, "missing_plugin"), (place, "bad_plugin")]


def test_an_empty_marketplace_beside_a_plugin_changes_nothing(read):
    project = read(
        {
            ".claude-plugin/marketplace.json": {"name": "m", "plugins": []},
            ".claude-plugin/plugin.json": {"name": "p", "version": "1.2.0"},
            "skills/x/SKILL.md": SKILL.format("x"),
        }
    )
    assert (only(project).namespace, only(project).version) == ("p", "1.2.0")


def test_plugins_that_are_switched_on_are_read_where_they_are(read):
    project = read(
        {
            ".claude/settings.json": {"enabledPlugins": {"fmt@team": True, "off@team": False, "far@x": True}},
            ".claude/plugins/installed_plugins.json": {
                "version": 2,
                "plugins": {
                    "fmt@team": [
                        {"scope": "user", "version": "1.2.0", "installPath": ".claude/plugins/cache/fmt"}
                    ],
                    "off@team": [{"scope": "user", "installPath": ".claude/plugins/cache/fmt"}],
                    "other@team": [{"scope": "project", "installPath": "/x"}, {"scope": "user"}],
                },
            },
            ".claude/plugins/cache/fmt/commands/fmt.md": "Format.",
        }
    )
    assert (only(project).namespace, only(project).version) == ("fmt", "1.2.0")
    assert codes(project) == [
        (".claude/plugins/installed_plugins.json", "bad_plugin"),
        (".claude", "plugin_elsewhere"),
    ]


def test_plugins_of_the_marketplace_in_the_same_repository_are_no_problem(read):
    project = read(
        {
            ".claude/settings.json": {"enabledPlugins": {"fmt@team": True}},
            ".claude-plugin/marketplace.json": {
                "name": "team",
                "plugins": [{"name": "fmt", "source": "./fmt"}],
            },
            "fmt/commands/fmt.md": "Format.",
        }
    )
    assert only(project).namespace == "fmt"
    assert project.problems == []


def test_a_repository_may_be_a_skill_or_a_collection_of_skills(read):
    project = read({"SKILL.md": SKILL.format("whole"), "skills/pdf/SKILL.md": PDF})
    assert names(project) == [("default", "skill", "pdf"), ("default", "skill", "whole")]
    assert all(artifact.is_offered for artifact in project.artifacts)
