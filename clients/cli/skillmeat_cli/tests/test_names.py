"""Names that tell artifacts apart, and values that stay as they are written."""

import unicodedata

import pytest

from skillmeat_cli.tests.helpers import SKILL, codes, names, only

ENTRY = '[[deployed]]\nartifact_name = "pdf"\nartifact_type = "skill"\nartifact_path = "skills/pdf"\n'


def test_files_of_one_stem_in_different_folders_are_called_after_their_folders(read):
    project = read(
        {
            ".claude/commands/git/commit.md": "a",
            ".claude/commands/hg/commit.md": "b",
            ".claude/commands/commit.md": "c",
            ".claude/commands/hg/diff.md": "d",
        }
    )
    assert [(found.name, found.group) for found in project.artifacts] == [
        ("commit", None),
        ("diff", "hg"),
        ("git:commit", "git"),
        ("hg:commit", "hg"),
    ]


def test_skills_that_claim_one_name_are_called_after_their_folders(read):
    project = read(
        {".claude/skills/a/SKILL.md": SKILL.format("pdf"), ".claude/skills/b/SKILL.md": SKILL.format("pdf")}
    )
    assert [found.name for found in project.artifacts] == ["a", "b"]


def test_a_name_that_is_taken_after_all_goes_to_the_folder_of_that_name(read):
    project = read(
        {
            ".claude/skills/x/SKILL.md": SKILL.format("pdf"),
            ".claude/skills/pdf/SKILL.md": SKILL.format("pdf"),
            ".claude/skills/z/SKILL.md": SKILL.format("x"),
        }
    )
    assert [found.name for found in project.artifacts] == ["pdf", "x", "z"]


def test_equal_skills_of_two_packages_are_called_after_their_paths(read):
    project = read(
        {"a/.claude/skills/y/SKILL.md": SKILL.format("y"), "b/.claude/skills/y/SKILL.md": SKILL.format("y")}
    )
    assert [found.name for found in project.artifacts] == ["a/.claude/skills/y", "b/.claude/skills/y"]


def test_the_name_in_front_matter_wins(read):
    assert only(read({".claude/skills/old/SKILL.md": SKILL.format("new")})).name == "new"


def test_names_are_compared_composed(read):
    decomposed = unicodedata.normalize("NFD", "éclair")
    project = read(
        {
            f".claude/agents/{decomposed}.md": "---\ndescription: d\n---\n",
            ".claude/.skillmeat-deployed.toml": '[[deployed]]\nartifact_name = "\\u00e9clair"\n'
            'artifact_type = "agent"\nartifact_path = "agents/\\u00e9clair.md"\nversion = "1"\n',
        }
    )
    assert (only(project).name, only(project).version) == ("éclair", "1")
    assert project.problems == []


def test_names_that_differ_by_case_only_or_cannot_be_seen_are_reported(read):
    project = read({".mcp.json": {"mcpServers": {"github": {}, "GitHub": {}, "gi\u200bthub": {}}}})
    assert len(project.artifacts) == 3
    assert codes(project) == [(".mcp.json", "similar_names"), (".mcp.json", "invisible_characters")]


@pytest.mark.parametrize(
    "value", ["1.10", "010", "2.20", "on", "no", "0x1F", "12:30", "2026-01-05", "1e3", "1_000", "+1", "true"]
)
def test_a_version_of_front_matter_is_kept_as_it_is_written(read, value):
    project = read({".claude/skills/pdf/SKILL.md": f"---\nname: pdf\nversion: {value}\n---\n"})
    assert only(project).version == value
    assert project.problems == []


@pytest.mark.parametrize(
    "value", ["1.10", "2.20", "0x1F", "12:30:00", "2026-01-05", "1e3", "1_000", "+1", '"on"']
)
def test_a_version_of_toml_is_kept_as_it_is_written(read, value):
    project = read(
        {
            ".claude/skills/pdf/SKILL.md": SKILL.format("pdf"),
            ".claude/.skillmeat-deployed.toml": f"{ENTRY}version = {value}\n",
        }
    )
    assert only(project).version == value.strip('"')


@pytest.mark.parametrize("value", ["1.10", '"010"', "2e1"])
def test_a_version_of_json_is_kept_as_it_is_written(read, value):
    project = read(
        {
            ".claude-plugin/plugin.json": f'{{"name": "p", "version": {value}}}',
            "commands/c.md": "c",
        }
    )
    assert only(project).version == value.strip('"')


@pytest.mark.parametrize("value", ["", "~", "null"])
def test_no_version_is_none(read, value):
    assert only(read({".claude/skills/pdf/SKILL.md": f"---\nversion: {value}\n---\n"})).version is None


def test_the_version_in_metadata_counts_where_there_is_no_other(read):
    front_matter = '---\nname: {}\n{}metadata:\n  version: "3.1"\n---\n'
    project = read(
        {
            ".claude/skills/a/SKILL.md": front_matter.format("a", ""),
            ".claude/skills/b/SKILL.md": front_matter.format("b", "version: 2\n"),
        }
    )
    assert [found.version for found in project.artifacts] == ["3.1", "2"]


def test_an_empty_description_is_kept_and_a_missing_one_is_none(read):
    project = read(
        {
            ".claude/skills/a/SKILL.md": "---\nname: a\ndescription: ''\n---\n",
            ".claude/skills/b/SKILL.md": "---\nname: b\n---\n",
        }
    )
    assert [found.description for found in project.artifacts] == ["", None]


def test_all_are_in_the_collection_that_most_entries_name_or_in_that_of_the_project(read):
    files = {".claude/skills/pdf/SKILL.md": SKILL.format("pdf"), ".mcp.json": {"mcpServers": {"a": {}}}}
    assert {found.collection for found in read(files).artifacts} == {"web"}
    entry = '[[deployed]]\nartifact_name = "pdf"\nartifact_type = "skill"\nfrom_collection = "team"\n'
    files[".claude/.skillmeat-deployed.toml"] = entry
    assert {found.collection for found in read(files).artifacts} == {"team"}


def test_targets_are_those_with_artifacts_or_problems(read):
    project = read({".claude/commands/a.md": "a", ".cursor/mcp.json": "{"})
    assert names(project) == [("claude_code", "command", "a")]
    assert project.targets == ["claude_code", "cursor"]
    assert [problem.code for problem in project.problems_of("cursor")] == ["broken_file"]
    assert project.problems_of("claude_code") == []
