"""``.skillmeat-deployed.toml``: what it says of artifacts, and what it cannot say."""

import os
from pathlib import Path

import pytest

from skillmeat_cli.reader import read_project
from skillmeat_cli.tests.helpers import SKILL, codes, names, only

FILE = ".claude/.skillmeat-deployed.toml"
PDF = {".claude/skills/pdf/SKILL.md": SKILL.format("pdf")}
# A real project's folder, where there is one beside the repository.
REAL_PROJECT = Path(
    os.environ.get("REAL_PROJECT", f"{__file__}/../../../../../../shared/data/skillmeat-project")
).resolve()


def entry(**values):
    values = {"artifact_name": "pdf", "artifact_type": "skill", "artifact_path": "skills/pdf", **values}
    lines = (
        f"{key} = {value if key.startswith('_') else repr(value)}" for key, value in values.items() if value
    )
    return "[[deployed]]\n" + "\n".join(line.replace("True", "true").lstrip("_") for line in lines) + "\n"


def test_an_entry_says_collection_time_version_and_whether_it_was_modified(read):
    text = entry(
        from_collection="team",
        deployed_at="2026-01-05T15:07:49.157370",
        enterprise_version="1.1.0",
        content_hash="d" * 24,
        local_modifications=True,
    )
    found = only(read({**PDF, FILE: text}))
    assert (found.collection, found.deployed_at) == ("team", "2026-01-05T15:07:49.157370Z")
    assert (found.version, found.is_modified) == ("1.1.0", True)
    assert found.digest.startswith("sha256:")


def test_the_version_in_the_file_comes_before_that_of_its_entry(read):
    skill = {".claude/skills/pdf/SKILL.md": "---\nname: pdf\nversion: 2.0.0\n---\n"}
    assert only(read({**skill, FILE: entry(version="1.0.0")})).version == "2.0.0"


@pytest.mark.parametrize(
    "versions", [{}, {"version": "a" * 64}, {"version": "a" * 12}, {"enterprise_version": "cas-bc7909f37bb7"}]
)
def test_a_content_hash_is_no_version(read, versions):
    assert only(read({**PDF, FILE: entry(content_hash="a" * 64, **versions)})).version is None


def test_the_newest_entry_counts_and_one_without_a_time_is_the_oldest(read):
    text = "".join(
        entry(version=version, deployed_at=time, from_collection=version)
        for version, time in (
            ("c", "yesterday"),
            ("a", "2026-03-29T02:30:00+01:00"),
            ("b", "2026-10-25T02:30:00"),
            ("a", "2026-10-25T02:30:00+02:00"),
        )
    )
    project = read({**PDF, FILE: text})
    assert (only(project).version, only(project).collection) == ("b", "b")
    assert codes(project) == [(FILE, "bad_time")]


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "2026-02-30", "", "x"])
def test_an_impossible_time_is_left_out(read, time):
    project = read({**PDF, FILE: entry(version="1").rstrip() + f"\ndeployed_at = '{time}'\n"})
    assert (only(project).version, only(project).deployed_at) == ("1", None)
    assert codes(project) == [(FILE, "bad_time")]


def test_a_date_of_toml_is_a_time(read):
    project = read({**PDF, FILE: entry(_deployed_at="2026-01-05")})
    assert only(project).deployed_at == "2026-01-05T00:00:00Z"


def test_each_profile_is_a_target(read):
    text = entry(deployment_profile_id="claude_code") + entry(
        deployment_profile_id="Codex", profile_root_dir=".codex", deployed_at="2026-01-05T15:07:50Z"
    )
    project = read({**PDF, FILE: text})
    assert names(project) == [("claude_code", "skill", "pdf"), ("codex", "skill", "pdf")]
    assert project.problems == []


def test_the_file_in_the_folder_of_the_profile_is_preferred(read):
    files = {**PDF, ".codex/skills/pdf/SKILL.md": SKILL.format("pdf")}
    project = read(
        {**files, FILE: entry(deployment_profile_id="codex", profile_root_dir=".codex", version="1")}
    )
    assert [(found.target, found.version) for found in project.artifacts] == [
        ("claude_code", None),
        ("codex", "1"),
    ]


@pytest.mark.parametrize("path", ["skills/pdf", "skills/pdf/SKILL.md", "./skills/pdf/", "skills\\pdf", ""])
def test_a_path_is_understood_however_it_is_written(read, path):
    project = read({**PDF, FILE: entry(artifact_path=path, version="1")})
    assert only(project).version == "1"
    assert project.problems == []


def test_an_entry_is_for_the_server_that_it_names(read):
    text = entry(artifact_name="github", artifact_type="mcp", artifact_path="../.mcp.json", version="1")
    project = read({".mcp.json": {"mcpServers": {"github": {}, "slack": {}}}, FILE: text})
    assert [(found.name, found.version) for found in project.artifacts] == [("github", "1"), ("slack", None)]


def test_a_file_that_was_moved_is_found_by_its_name_and_reported(read):
    files = {".claude/skills/docs/pdf/SKILL.md": SKILL.format("pdf")}
    project = read({**files, FILE: entry(version="1")})
    assert only(project).version == "1"
    assert codes(project) == [(FILE, "moved_file")]


def test_an_entry_without_a_file_is_reported_for_its_agent(read):
    project = read({FILE: entry()})
    assert project.artifacts == []
    assert codes(project) == [(FILE, "missing_file")]
    assert project.targets == ["claude_code"]


def test_an_entry_may_say_that_a_readme_is_an_artifact(read):
    text = entry(artifact_name="README", artifact_type="command", artifact_path="commands/docs/README.md")
    found = only(read({".claude/commands/docs/README.md": "# Docs", FILE: text}))
    assert (found.name, found.group, found.target) == ("README", "docs", "claude_code")


@pytest.mark.parametrize(
    "wrong",
    [
        '[[deployed]]\nartifact_name = "p\\u0000"\nartifact_type = "skill"',
        '[[deployed]]\nartifact_name = "pdf"\nartifact_type = "skill"\nartifact_path = "skills/\\u0000"',
        '[[deployed]]\nartifact_name = "pdf"\nartifact_type = "skill"\nversion = "1\\u0000"',
        '[[deployed]]\nartifact_name = "pdf"\nartifact_type = "skill"\nversion = true',
        '[[deployed]]\nartifact_name = "pdf"\nartifact_type = "skill"\nversion = [1]',
        '[[deployed]]\nartifact_name = "pdf"\nartifact_type = "skill"\ncontent_hash = {a = 1}',
        '[[deployed]]\nartifact_name = "pdf"\nartifact_type = "skill"\ndeployment_profile_id = "a b!"',
        '[[deployed]]\nartifact_name = "pdf"\nartifact_type = ["skill"]',
        '[[deployed]]\nartifact_name = "pdf"\nartifact_type = "rule_file"',
        '[[deployed]]\nartifact_type = "skill"',
        entry(artifact_path="x" * 2000),
        entry(from_collection="x" * 300),
    ],
)
def test_values_that_cannot_be_are_reported(read, wrong):
    project = read({**PDF, FILE: wrong + "\n" + entry(version="1")})
    assert only(project).version == "1"
    assert codes(project) == [(FILE, "bad_entry")]


def test_empty_texts_say_nothing(read):
    text = entry(version="1") + "from_collection = ''\ndeployment_profile_id = ''\nenterprise_version = ''\n"
    project = read({**PDF, FILE: text})
    assert (only(project).version, only(project).target, only(project).collection) == (
        "1",
        "claude_code",
        "web",
    )
    assert project.problems == []


def test_a_single_table_is_one_entry(read):
    assert only(read({**PDF, FILE: entry(version="1").replace("[[deployed]]", "[deployed]")})).version == "1"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('deployed = "none"', "bad_entries"),
        ("deployed = [1, 2]", "bad_entries"),
        ("[[deployed", "broken_file"),
    ],
)
def test_anything_else_than_tables_is_reported(read, text, code):
    project = read({**PDF, FILE: text})
    assert only(project).name == "pdf"
    assert codes(project) == [(FILE, code)]


@pytest.mark.skipif(not REAL_PROJECT.is_dir(), reason="needs a real project beside the repository")
def test_every_entry_of_a_real_project_is_accounted_for():
    project = read_project(REAL_PROJECT)
    deployed = [artifact for artifact in project.artifacts if artifact.deployed_at]
    missing = [problem for problem in project.problems if problem.code == "missing_file"]
    assert (len(deployed), len(missing)) == (130, 2)
    assert [problem.code for problem in project.problems if problem.code == "moved_file"] == [
        "moved_file"
    ] * 2
    assert len(project.artifacts) == 146
    assert all(artifact.digest and not artifact.is_modified for artifact in project.artifacts)
