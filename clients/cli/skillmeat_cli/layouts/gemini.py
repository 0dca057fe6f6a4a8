"""Gemini CLI: ``.gemini``."""

from __future__ import annotations

from collections.abc import Iterator

from skillmeat_cli.artifacts import Artifact
from skillmeat_cli.files import Files
from skillmeat_cli.layouts.base import Layout
from skillmeat_cli.parts import agent_folder
from skillmeat_cli.settings_parts import mcp_servers


class Gemini(Layout):
    """Skills of Gemini CLI, and the MCP servers of its ``settings.json``."""

    target = "gemini"
    folder = ".gemini"
    markers = (".gemini",)

    def read(self, files: Files) -> Iterator[Artifact]:
        """What Gemini CLI has here."""
        yield from agent_folder(files, self.folder)
        path = files.folder / self.folder / "settings.json"
        yield from mcp_servers(files, path, files.json(path), "mcpServers")
