"""Digests are what docs/reporting.md says; whoever computes them elsewhere may use the same vectors."""

import json
import unicodedata
from pathlib import Path

import pytest

from skillmeat_cli.tests.helpers import SKILL, only

VECTORS = json.loads((Path(__file__).parent / "digests.json").read_text(encoding="utf-8"))


def of(kind):
    return pytest.mark.parametrize("vector", VECTORS[kind], ids=lambda vector: vector["about"])


@of("files")
def test_the_digest_of_a_file(read, vector):
    project = read({".claude/commands/plan.md": bytes.fromhex(vector["hex"])})
    assert only(project).digest == vector["digest"]


@of("folders")
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_the_digest_of_a_folder(read, vector, form):
    files = {
        f".claude/skills/pdf/{unicodedata.normalize(form, name)}": bytes.fromhex(content)
        for name, content in vector["files"].items()
    }
    assert only(read(files)).digest == vector["digest"]


@of("servers")
def test_the_digest_of_a_server(read, vector):
    project = read({".mcp.json": f'{{"mcpServers": {{"a": {vector["json"]}}}}}'})
    assert only(project).digest == vector["digest"]


@of("hooks")
def test_the_digest_of_a_hook(read, vector):
    project = read({".claude/settings.json": f'{{"hooks": {vector["json"]}}}'})
    assert only(project).digest == vector["digest"]


def test_servers_that_differ_in_secrets_only_have_one_digest(read):
    def digest(secret):
        server = {"url": "https://x", "env": [f"K={secret}"], "request": [{"http_headers": {"A": secret}}]}
        return only(read({".mcp.json": {"mcpServers": {"a": server}}})).digest

    assert digest("hunter2") == digest("hunter3")


def test_a_skill_has_the_same_digest_wherever_it_is(read):
    project = read(
        {
            ".claude/skills/pdf/SKILL.md": SKILL.format("pdf"),
            ".codex/skills/docs/other/SKILL.md": SKILL.format("pdf"),
        }
    )
    assert len({artifact.digest for artifact in project.artifacts}) == 1


def test_another_name_or_content_is_another_digest(read):
    skill = ".claude/skills/{}/"
    files = {skill.format(name) + "SKILL.md": SKILL.format("pdf") for name in "abc"}
    files[skill.format("b") + "more.txt"] = "x"
    files[skill.format("c") + "most.txt"] = "x"
    assert len({artifact.digest for artifact in read(files).artifacts}) == 3
