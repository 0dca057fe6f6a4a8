"""Claude Code: ``.claude``, ``.mcp.json``, and in a home ``.claude.json``."""

from __future__ import annotations

from collections.abc import Iterator

from skillmeat_cli.artifacts import Artifact
from skillmeat_cli.files import Files
from skillmeat_cli.layouts.base import Layout
from skillmeat_cli.parts import agent_folder
from skillmeat_cli.settings_parts import flat_mcp_servers, hooks, mcp_servers


class Claude(Layout):
    """Skills, agents, commands, hooks and MCP servers of Claude Code."""

    target = "claude_code"
    folder = ".claude"
    markers = (".claude", ".mcp.json", ".claude.json")

    def read(self, files: Files) -> Iterator[Artifact]:
        """What Claude Code has here."""
        yield from agent_folder(
            files, self.folder, ("agent", "agents", ".md"), ("command", "commands", ".md")
        )
        for name in ("settings.json", "settings.local.json"):
            path = files.folder / self.folder / name
            yield from hooks(files, path, files.json(path))
        path = files.folder / ".mcp.json"
        yield from flat_mcp_servers(files, path, files.json(path))
        path = files.folder / ".claude.json"
        yield from mcp_servers(files, path, files.json(path), "mcpServers")
