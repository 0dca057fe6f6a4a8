"""No content whatsoever stops the reader, and what it makes of it can be sent."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillmeat_cli.artifacts import DESCRIPTION_MAX, NAME_MAX
from skillmeat_cli.bodies import catalog_body, encoded, offered, report_body
from skillmeat_cli.reader import read_project
from skillmeat_cli.tests.helpers import SKILL

PLACES = [
    ".claude/skills/x/SKILL.md",
    ".claude/commands/x.md",
    ".claude/settings.json",
    ".claude/.skillmeat-deployed.toml",
    ".claude/plugins/installed_plugins.json",
    ".mcp.json",
    ".codex/config.toml",
    ".claude-plugin/plugin.json",
    ".claude-plugin/marketplace.json",
    "skills-lock.json",
]
TEXTS = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("\x00\u200b-:[]{}\n\t\"'#&*"), max_size=40
)
WORDS = [
    "mcpServers",
    "servers",
    "hooks",
    "Stop",
    "matcher",
    "skills",
    "source",
    "plugins",
    "name",
    "version",
    "agents",
    "enabledPlugins",
    "installPath",
    "scope",
    "metadata",
    "pluginRoot",
    "command",
    "env",
    "a@b",
    "./x",
    "..",
    "",
]
KEYS = st.sampled_from(WORDS) | TEXTS
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | KEYS,
    lambda values: st.lists(values, max_size=3) | st.dictionaries(KEYS, values, max_size=4),
    max_leaves=12,
)
ENTRY_KEYS = ["artifact_name", "artifact_type", "artifact_path", "version", "deployed_at", "from_collection"]
FRONT_MATTER_KEYS = ["name", "description", "version", "metadata", "x"]


def lines(pattern, keys, values):
    pairs = st.lists(st.tuples(st.sampled_from(keys), values), max_size=4)
    return pairs.map(lambda found: "".join(pattern.format(*pair) for pair in dict(found).items()))


ENTRIES = lines("{} = {}\n", ENTRY_KEYS, VALUES.map(json.dumps)).map(
    lambda text: f'[[deployed]]\nartifact_type = "skill"\n{text}'
)
FRONT_MATTER = lines("{}: {}\n", FRONT_MATTER_KEYS, TEXTS | VALUES.map(json.dumps)).map(
    lambda text: f"---\n{text}---\nbody"
)


@given(
    contents=st.dictionaries(
        st.sampled_from(PLACES),
        st.binary(max_size=60)
        | (TEXTS | VALUES.map(json.dumps) | ENTRIES | FRONT_MATTER).map(
            lambda text: text.encode("utf-8", "replace")
        ),
        min_size=1,
        max_size=4,
    )
)
@settings(max_examples=150, deadline=None)
def test_no_content_whatsoever_stops_the_reader(contents):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "web"
        for place, content in {".agents/skills/ok/SKILL.md": SKILL.format("ok").encode(), **contents}.items():
            (root / place).parent.mkdir(parents=True, exist_ok=True)
            (root / place).write_bytes(content)
        project = read_project(root)
    assert "ok" in {artifact.name for artifact in project.artifacts_of("agents")}
    for target in project.targets:
        body = report_body(project, target, key="k")
        assert json.loads(encoded(body)) == body
        keys = [(one.get("namespace"), one["type"], one["name"]) for one in body["artifacts"]]
        assert len(keys) == len(set(keys))
        for one in body["artifacts"]:
            assert 1 <= len(one["name"]) <= NAME_MAX
            assert len(one.get("description", "")) <= DESCRIPTION_MAX
    for namespace, artifacts in offered(project).items():
        encoded(catalog_body(namespace or "acme", artifacts))


@pytest.mark.parametrize("place", PLACES)
def test_no_single_byte_that_is_missing_stops_the_reader(read, place):
    whole = json.dumps({"mcpServers": {"a": {"command": "x"}}, "name": "p", "hooks": {"Stop": []}}).encode()
    for end in range(0, len(whole), 7):
        read({place: whole[:end]})
