"""``.agents``, which several agents share."""

from __future__ import annotations

from collections.abc import Iterator

from skillmeat_cli.artifacts import Artifact
from skillmeat_cli.files import Files
from skillmeat_cli.layouts.base import Layout
from skillmeat_cli.parts import agent_folder


class SharedAgents(Layout):
    """``.agents/skills``."""

    target = "agents"
    folder = ".agents"
    markers = (".agents",)

    def read(self, files: Files) -> Iterator[Artifact]:
        """The shared skills."""
        return agent_folder(files, self.folder)
