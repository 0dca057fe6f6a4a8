"""A repository that is a plugin of Claude Code."""

from __future__ import annotations

import os
from collections.abc import Iterator

from skillmeat_cli.artifacts import Artifact
from skillmeat_cli.files import Files
from skillmeat_cli.layouts.base import Layout
from skillmeat_cli.plugins import MANIFEST, plugin


class Plugin(Layout):
    """``.claude-plugin/plugin.json`` with skills, commands, agents, hooks and MCP servers."""

    target = "claude_code"
    markers = (".claude-plugin",)
    is_source = True
    order = -2

    def read(self, files: Files) -> Iterator[Artifact]:
        """The parts of the plugin."""
        path = files.folder / MANIFEST
        if os.path.isfile(path):
            yield from plugin(files, files.folder, {}, path)
