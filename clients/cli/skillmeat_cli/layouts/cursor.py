"""Cursor: ``.cursor``."""

from __future__ import annotations

from collections.abc import Iterator

from skillmeat_cli.artifacts import Artifact
from skillmeat_cli.files import Files
from skillmeat_cli.layouts.base import Layout
from skillmeat_cli.parts import agent_folder
from skillmeat_cli.settings_parts import mcp_servers


class Cursor(Layout):
    """Skills, agents, commands and MCP servers of Cursor."""

    target = "cursor"
    folder = ".cursor"
    markers = (".cursor",)

    def read(self, files: Files) -> Iterator[Artifact]:
        """What Cursor has here."""
        yield from agent_folder(
            files, self.folder, ("agent", "agents", ".md"), ("command", "commands", ".md")
        )
        path = files.folder / self.folder / "mcp.json"
        yield from mcp_servers(files, path, files.json(path), "mcpServers")
