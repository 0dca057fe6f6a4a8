"""Codex: ``.codex``."""

from __future__ import annotations

from collections.abc import Iterator

from skillmeat_cli.artifacts import Artifact
from skillmeat_cli.files import Files
from skillmeat_cli.layouts.base import Layout
from skillmeat_cli.parts import agent_folder
from skillmeat_cli.settings_parts import mcp_servers


class Codex(Layout):
    """Skills and prompts of Codex, and the MCP servers of its ``config.toml``."""

    target = "codex"
    folder = ".codex"
    markers = (".codex",)

    def read(self, files: Files) -> Iterator[Artifact]:
        """What Codex has here."""
        yield from agent_folder(files, self.folder, ("command", "prompts", ".md"))
        path = files.folder / self.folder / "config.toml"
        yield from mcp_servers(files, path, files.toml(path), "mcp_servers")
