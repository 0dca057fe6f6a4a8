"""Malformed input: a problem with the file's path, and everything else is read."""

import json
import unicodedata

import pytest

from skillmeat_cli.frontmatter import read_front_matter
from skillmeat_cli.tests.helpers import SKILL, codes, names, only

PDF = SKILL.format("pdf")
SKILL_FILE = ".claude/skills/x/SKILL.md"


@pytest.mark.parametrize(
    ("text", "name", "description", "problems"),
    [
        ("---\nname: a\ndescription: hi\nupdated: 2026-02-30\n---\n", "a", "hi", []),
        (
            "---\nname: open\ndescription: never closed\n\n# Body: x\n",
            "open",
            "never closed",
            ["broken_front_matter"],
        ),
        ("---\nname: dots\ndescription: d\n...\n# Body\n", "dots", "d", ["broken_front_matter"]),
        ("---\njust a sentence\n---\n", "x", None, ["broken_front_matter"]),
        ("---\n- a\n- b\n---\n", "x", None, ["broken_front_matter"]),
        ("---\n---\n", "x", None, []),
        ("", "x", None, ["no_front_matter"]),
        ("{\n  json\n}\n", "x", None, ["no_front_matter"]),
        ("+++\nname = 'no'\n+++\n", "x", None, ["no_front_matter"]),
        (
            "---\nname: [a, b]\ndescription: {x: 1}\nversion: [1]\n---\n",
            "x",
            None,
            ["bad_name", "bad_version", "bad_description"],
        ),
        ("---\nname: '  '\ndescription: ''\n---\n", "x", "", []),
        ("---\nname:\tTab\n\tdescription: d\n---\n", "Tab", "d", ["broken_front_matter"]),
        (
            "---\nname: a\ndescription: two axes: style and safety\n---\n",
            "a",
            "two axes: style and safety",
            ["broken_front_matter"],
        ),
        (
            "---\nname: a\nhint: [a] [--b: c]\ndescription: >-\n  two\n  lines\n---\n",
            "a",
            "two lines",
            ["broken_front_matter"],
        ),
        ('---\nname: a\ndescription: "quoted"\nhint: a: b\n---\n', "a", "quoted", ["broken_front_matter"]),
        (
            "---\nname: a\ndescription: " + "[" * 3000 + "]" * 3000 + "\n---\n",
            "a",
            None,
            ["broken_front_matter"],
        ),
        ("---\nname: a\nbig: " + "x" * 70_000 + "\n---\n", "a", None, ["broken_front_matter"]),
        ("---\nname: a\nhint: &a [*a]\n---\n", "a", None, ["broken_front_matter"]),
        ("---\nname: a\ndescription: " + "x" * 12_000 + "\n---\n", "a", "x" * 10_000, ["long_description"]),
        (f"---\nname: {'n' * 300}\nversion: {'1' * 300}\n---\n", "x", None, ["bad_name", "bad_version"]),
        ("---\nname: a\nname: b\n---\n", "b", None, []),
        ("---\nname: a\x00b\nx: y: z\n---\n", "x", None, ["broken_front_matter", "bad_name"]),
    ],
)
def test_front_matter_is_read_as_far_as_it_can_be(read, text, name, description, problems):
    project = read({SKILL_FILE: text, ".claude/skills/ok/SKILL.md": SKILL.format("ok")})
    found = next(artifact for artifact in project.artifacts if artifact.path == ".claude/skills/x")
    assert (found.name, found.description) == (name, description)
    assert sorted(codes(project)) == sorted((SKILL_FILE, code) for code in problems)
    assert len(project.artifacts) == 2


def test_lines_are_read_with_metadata_and_blocks():
    text = "---\nx: y: z\nversion: '1.0'\nmetadata:\n  version: 2\nabout: |\n  a\n  b\nlong: c\n  d\n---\n"
    values = read_front_matter(text).values
    assert values["metadata"] == {"version": "2"}
    assert (values["version"], values["about"], values["long"]) == ("1.0", "a\nb", "c d")


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf---\nname: a\ndescription: d\n---\n",
        b"\xef\xbb\xbf---\r\nname: a\r\ndescription: d\r\n---",
        b"---\rname: a\rdescription: d\r---\r",
        b"---\r\nname: a\r\ndescription: >-\r\n  d\r\n---\r\n",
    ],
)
def test_line_ends_and_byte_order_marks_do_not_matter(read, content):
    project = read({SKILL_FILE: content})
    assert (only(project).name, only(project).description, project.problems) == ("a", "d", [])


def test_toml_and_json_may_begin_with_a_byte_order_mark(read):
    project = read(
        {
            ".codex/config.toml": b'\xef\xbb\xbf[mcp_servers.a]\r\ncommand = "x"\r\n',
            ".mcp.json": b'\xef\xbb\xbf{"mcpServers": {"b": {}}}',
        }
    )
    assert names(project) == [("claude_code", "mcp", "b"), ("codex", "mcp", "a")]


@pytest.mark.parametrize("content", ["---\nname: a\n---\n".encode("utf-16"), b"---\nname: \xff\xfe\n---\n"])
def test_what_is_no_utf_8_is_named_after_its_file(read, content):
    project = read({SKILL_FILE: content})
    assert only(project).name == "x"
    assert only(project).digest
    assert codes(project) == [(SKILL_FILE, "not_utf8")]


@pytest.mark.parametrize(
    ("text", "found", "code"),
    [
        ('{"mcpServers": [{"name": "a"}]}', [], "bad_mcp_servers"),
        ('{"mcpServers": ["a", "b"]}', [], "bad_mcp_servers"),
        ('{"mcpServers": null}', [], "bad_mcp_servers"),
        ('{"mcpServers": {"type": "http", "url": "https://x"}}', [], "bad_mcp_servers"),
        ('{"type": "http", "url": "https://x"}', [], "bad_mcp_servers"),
        ('{"other": {"a": {"command": "x"}}}', [], "bad_mcp_servers"),
        ('{"mcpServers": {"": {}, " spaced ": {}}}', ["spaced"], "bad_name"),
        ('{"mcpServers": {"bad\\ud800": {}, "a": {}}}', ["a"], "bad_name"),
        ('{"mcpServers": {"a\\u0000b": {}, "a": {}}}', ["a"], "bad_name"),
        ('{"mcpServers": {"' + "s" * 256 + '": {}, "a": {}}}', ["a"], "bad_name"),
        ('["a"]', [], "broken_file"),
        ("", [], "broken_file"),
        ('{"mcpServers": ', [], "broken_file"),
        ('{"mcpServers": ' + '{"a":' * 5000 + "1" + "}" * 5001, [], "broken_file"),
        ("[" * 100_000, [], "broken_file"),
        ('"' + '\\"' * 500_000 + "\\", [], "broken_file"),
        ("/*" * 500_000, [], "broken_file"),
        ("," + " " * 500_000, [], "broken_file"),
        ('{"mcpServers": {"a": {"n": ' + "9" * 10_000 + "}}}", ["a"], None),
    ],
)
def test_no_servers_are_made_of_wrong_shapes(read, text, found, code):
    project = read({".mcp.json": text, SKILL_FILE: PDF})
    assert [artifact.name for artifact in project.artifacts if artifact.type == "mcp"] == found
    assert codes(project) == ([(".mcp.json", code)] if code else [])
    assert ("claude_code", "skill", "pdf") in names(project)


@pytest.mark.parametrize(
    "hooks",
    [
        [],
        "x",
        {"Stop": "x"},
        {"Stop": [{"hooks": "x"}]},
        {"Stop": [{"hooks": ["x"]}]},
        {"Stop": [{"matcher": ["x"], "hooks": []}]},
    ],
)
def test_no_hooks_are_made_of_wrong_shapes(read, hooks):
    project = read({".claude/settings.json": {"hooks": hooks}})
    assert project.artifacts == []
    assert set(codes(project)) == {(".claude/settings.json", "bad_hooks")}


@pytest.mark.parametrize(
    ("place", "content", "code"),
    [
        (".codex/config.toml", "a = [", "broken_file"),
        (".codex/config.toml", "a = " + "[" * 5000, "broken_file"),
        (".codex/config.toml", "mcp_servers = 1", "bad_mcp_servers"),
        ("skills-lock.json", {"skills": []}, "bad_lock"),
        ("skills-lock.json", {"skills": {"a\x00": {"source": "a/b"}}}, "bad_lock"),
        (".claude-plugin/plugin.json", {"name": ["x"]}, "bad_plugin"),
        (".claude-plugin/plugin.json", {"name": "x", "version": {}}, "bad_plugin"),
        (".claude-plugin/marketplace.json", {"plugins": {}}, "bad_marketplace"),
        (".claude-plugin/marketplace.json", {"plugins": [{"name": "x", "source": "\x00"}]}, "bad_plugin"),
        (".claude/settings.json", {"enabledPlugins": []}, "bad_plugins"),
        (".claude/plugins/installed_plugins.json", {"plugins": {"x": 1}}, "bad_plugin"),
    ],
)
def test_wrong_shapes_are_reported(read, place, content, code):
    project = read({place: content, ".agents/skills/x/SKILL.md": PDF})
    assert (place, code) in codes(project)
    assert names(project) == [("agents", "skill", "pdf")]


def test_nothing_that_is_reported_quotes_a_file(read):
    secret = "hunter2"
    project = read(
        {
            SKILL_FILE: f"---\nname: x\nhint: {secret}: [\n---\n{secret}",
            ".mcp.json": {"mcpServers": {"a": {"env": {"K": secret}, "args": [secret]}, "b": secret}},
            ".codex/config.toml": f"a = {secret}",
            ".claude/settings.json": {"hooks": {"Stop": [{"hooks": [{"command": secret}, secret]}]}},
            ".claude/.skillmeat-deployed.toml": f'deployed = "{secret}"',
            ".gemini/settings.json": f'{{"mcpServers": {secret}}}',
        }
    )
    assert (len(project.artifacts), len(project.problems)) == (3, 6)
    shown = json.dumps([found.as_dict() for found in [*project.artifacts, *project.problems]])
    assert secret not in shown


def test_paths_are_shown_composed(read):
    decomposed = unicodedata.normalize("NFD", "café")
    assert only(read({f".claude/commands/{decomposed}.md": "x"})).path == ".claude/commands/café.md"


def test_a_folder_without_a_name_to_show_is_no_group(read):
    project = read({".claude/skills/ /pdf/SKILL.md": PDF, ".claude/commands/\u3000/a.md": "a"})
    assert [(found.name, found.group) for found in project.artifacts] == [("a", None), ("pdf", None)]
    assert [code for _, code in codes(project)] == ["bad_group", "bad_group"]
