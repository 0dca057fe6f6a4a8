"""Symbolic links, and files that cannot be read."""

import json
import os
import socket
from pathlib import Path

import pytest

from skillmeat_cli import digests, files
from skillmeat_cli.reader import read_project
from skillmeat_cli.tests.helpers import SKILL, codes, names, only

PDF = SKILL.format("pdf")
SKILL_FILE = ".claude/skills/x/SKILL.md"


def test_folders_in_the_place_of_files_are_reported(read):
    project = read(
        {
            ".claude/skills/odd/SKILL.md/x": "y",
            ".claude/commands/folder.md/inner.md": "z",
            ".claude/.skillmeat-deployed.toml/x": "y",
            ".mcp.json/x": "y",
        }
    )
    assert names(project) == [("claude_code", "command", "inner")]
    assert sorted(codes(project)) == [
        (".claude/.skillmeat-deployed.toml", "not_a_file"),
        (".claude/skills/odd/SKILL.md", "not_a_file"),
        (".mcp.json", "not_a_file"),
    ]


def test_links_inside_the_project_are_followed_once(write):
    root = write(
        {
            "shared/agents/boss.md": SKILL.format("boss"),
            "shared/cmds/review.md": "r",
            "shared/sk/a/SKILL.md": SKILL.format("a"),
        }
    )
    claude = root / ".claude"
    (claude / "commands").mkdir(parents=True)
    (claude / "skills").mkdir()
    (claude / "agents").symlink_to("../shared/agents")
    (claude / "commands/team").symlink_to("../../shared/cmds")
    (claude / "commands/again").symlink_to("../../shared/cmds")
    (claude / "commands/single.md").symlink_to("../../shared/cmds/review.md")
    (claude / "skills/a").symlink_to(root / "shared/sk/a")
    project = read_project(root)
    assert names(project) == [
        ("claude_code", "agent", "boss"),
        ("claude_code", "command", "review"),
        ("claude_code", "command", "single"),
        ("claude_code", "skill", "a"),
    ]
    assert project.problems == []


def test_the_folder_of_an_agent_may_be_a_link(write):
    root = write({"real/skills/a/SKILL.md": SKILL.format("a")})
    (root / ".claude").symlink_to("real")
    project = read_project(root)
    assert only(project).path == ".claude/skills/a"
    assert read_project(root / ".claude") == project


def test_names_that_are_too_long_for_any_file_lead_nowhere(read):
    long = "x" * 900
    entry = '[[deployed]]\nartifact_name = "a"\nartifact_type = "{}"\nartifact_path = "{}"\n'
    project = read(
        {
            ".claude/.skillmeat-deployed.toml": entry.format("agent", long) + entry.format("skill", long),
            ".claude-plugin/plugin.json": {"skills": [long], "commands": [long], "hooks": long},
            ".claude-plugin/marketplace.json": {"plugins": [{"name": "a", "source": long}]},
            ".claude/plugins/installed_plugins.json": {"plugins": {"a@b": {"installPath": long}}},
        }
    )
    assert project.artifacts == []
    assert sorted({code for _, code in codes(project)}) == [
        "missing_file",
        "missing_plugin",
        "plugin_elsewhere",
    ]


def test_loops_dangling_links_and_links_out_of_the_project_are_reported(write, tmp_path):
    root = write({".claude/commands/ok.md": "ok", ".claude/skills/a/SKILL.md": SKILL.format("a")})
    (tmp_path / "secret.md").write_text("secret")
    (root / ".claude/commands/up").symlink_to("..")
    (root / ".claude/commands/self").symlink_to("self")
    (root / ".claude/commands/gone.md").symlink_to("nowhere.md")
    (root / ".claude/commands/out.md").symlink_to(tmp_path / "secret.md")
    (root / ".claude/skills/a/loop").symlink_to(".")
    project = read_project(root)
    assert names(project) == [("claude_code", "command", "ok"), ("claude_code", "skill", "a")]
    assert sorted(codes(project)) == [
        (".claude/commands/gone.md", "broken_link"),
        (".claude/commands/out.md", "link_outside"),
        (".claude/commands/self", "broken_link"),
        (".claude/commands/up", "link_loop"),
        (".claude/skills/a/loop", "link_loop"),
    ]
    assert project.artifacts[1].digest is None


def test_what_a_plugin_or_a_record_names_outside_of_the_project_is_reported_only(write, tmp_path):
    (tmp_path / "outside/skill").mkdir(parents=True)
    (tmp_path / "outside/c.md").write_text("c")
    (tmp_path / "outside/skill/SKILL.md").write_text(SKILL.format("x"))
    plugin = {"name": "p", "commands": ["../outside/c.md"], "skills": ["../outside/skill"]}
    root = write({".claude-plugin/plugin.json": plugin, ".claude/commands/ok.md": "ok"})
    project = read_project(root)
    assert names(project) == [("claude_code", "command", "ok")]
    assert [code for _, code in codes(project)] == ["link_outside", "link_outside"]


def test_links_inside_the_repository_around_a_project_are_followed(write):
    root = write(
        {
            ".git/HEAD": "",
            "shared/boss.md": SKILL.format("boss"),
            "web/.claude/agents/x.md": SKILL.format("x"),
        }
    )
    (root / "web/.claude/agents/boss.md").symlink_to("../../../shared/boss.md")
    assert len(read_project(root / "web").artifacts) == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_files_that_may_not_be_read_are_reported(write):
    root = write({SKILL_FILE: PDF, ".mcp.json": {}})
    (root / ".mcp.json").chmod(0)
    assert codes(read_project(root)) == [(".mcp.json", "unreadable")]


def test_a_file_that_fails_while_it_is_read_is_reported(read, monkeypatch):
    def fail(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", fail)
    project = read({SKILL_FILE: PDF})
    assert (only(project).name, only(project).digest) == ("x", None)
    assert codes(project) == [(SKILL_FILE, "unreadable")]


def test_a_folder_that_may_not_be_listed_is_reported(read, monkeypatch):
    def fail(folder: Path) -> list[str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(files.os, "listdir", fail)
    assert codes(read({SKILL_FILE: PDF})) == [(".claude/skills", "unreadable")]


def test_sockets_and_pipes_are_not_opened(write, tmp_path, monkeypatch):
    root = write({".claude/commands/ok.md": "ok"})
    os.mkfifo(root / ".claude/commands/pipe.md")
    monkeypatch.chdir(root / ".claude/commands")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.md")
        project = read_project(root)
    assert ("claude_code", "command", "ok") in names(project)
    assert {code for _, code in codes(project)} == {"not_a_file"}


def test_huge_files_are_not_read(read, monkeypatch):
    for module, limit in ((files, "JSON_MAX"), (files, "TOML_MAX"), (digests, "FILE_MAX")):
        monkeypatch.setattr(module, limit, 100)
    monkeypatch.setattr(files.Files.text, "__defaults__", (100,))
    long = " " * 200
    project = read({SKILL_FILE: PDF + long, ".mcp.json": "{}" + long, ".codex/config.toml": long})
    assert only(project).digest is None
    assert sorted(codes(project)) == [
        (path, "too_large") for path in (SKILL_FILE, ".codex/config.toml", ".mcp.json")
    ]


def test_a_skill_of_too_many_files_has_no_digest(read, monkeypatch):
    monkeypatch.setattr(digests, "FILES_MAX", 2)
    project = read({SKILL_FILE: PDF, ".claude/skills/x/a": "", ".claude/skills/x/b": ""})
    assert only(project).digest is None
    assert codes(project) == [(".claude/skills/x", "too_large")]


def test_deep_folders_are_reported(read):
    project = read({".claude/commands/" + "d/" * 50 + "x.md": "x", ".claude/commands/ok.md": "ok"})
    assert names(project) == [("claude_code", "command", "ok")]
    assert [code for _, code in codes(project)] == ["too_deep"]


def test_file_names_that_are_no_utf_8_are_reported(write):
    root = write({".claude/commands/ok.md": "ok", SKILL_FILE: PDF})
    for folder, name in ((".claude/commands", b"b\xff.md"), (".claude/skills/x", b"b\xff.txt")):
        with open(os.path.join(os.fsencode(root / folder), name), "w") as file:
            file.write("x")
    project = read_project(root)
    assert names(project) == [("claude_code", "command", "ok"), ("claude_code", "skill", "pdf")]
    assert [(problem.as_dict()["path"], problem.code) for problem in project.problems] == [
        (".claude/commands/b?.md", "bad_name")
    ]
    json.dumps([problem.as_dict() for problem in project.problems], ensure_ascii=False).encode()


def test_a_folder_that_does_not_exist_is_the_only_error(tmp_path):
    with pytest.raises(NotADirectoryError):
        read_project(tmp_path / "nowhere")
