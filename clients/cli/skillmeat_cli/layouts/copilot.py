"""GitHub Copilot: ``.github``, and the MCP servers of ``.vscode``."""

from __future__ import annotations

from collections.abc import Iterator

from skillmeat_cli.artifacts import Artifact
from skillmeat_cli.files import Files
from skillmeat_cli.layouts.base import Layout
from skillmeat_cli.parts import agent_folder
from skillmeat_cli.settings_parts import mcp_servers


class Copilot(Layout):
    """Skills, agents, prompts and MCP servers of GitHub Copilot."""

    target = "copilot"
    folder = ".github"
    markers = (".github", ".vscode")

    def read(self, files: Files) -> Iterator[Artifact]:
        """What Copilot has here."""
        yield from agent_folder(
            files, self.folder, ("agent", "agents", ".md"), ("command", "prompts", ".prompt.md")
        )
        path = files.folder / ".vscode" / "mcp.json"
        yield from mcp_servers(files, path, files.json(path), "servers", "mcpServers")
