"""A repository that is a marketplace of plugins for Claude Code."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from skillmeat_cli.artifacts import Artifact, printable
from skillmeat_cli.files import Files
from skillmeat_cli.layouts.base import Layout
from skillmeat_cli.plugins import plugin

MARKETPLACE = Path(".claude-plugin") / "marketplace.json"


class Marketplace(Layout):
    """``.claude-plugin/marketplace.json``: the plugins that are in the same repository."""

    target = "claude_code"
    markers = (".claude-plugin",)
    is_source = True
    order = -1

    def read(self, files: Files) -> Iterator[Artifact]:
        """The parts of all plugins; each plugin is a namespace."""
        path = files.folder / MARKETPLACE
        marketplace = files.json(path) or {}
        plugins = marketplace.get("plugins", [])
        metadata = marketplace.get("metadata")
        base = metadata.get("pluginRoot", ".") if isinstance(metadata, dict) else "."
        if not isinstance(plugins, list) or not isinstance(base, str):
            files.report(path, "bad_marketplace", "Its plugins are not a list.")
            return
        for number, entry in enumerate(plugins, start=1):
            folder = self._folder(files, path, number, entry, base)
            if folder is not None:
                yield from plugin(files, folder, entry, path)

    def _folder(self, files: Files, path: Path, number: int, entry: Any, base: str) -> Path | None:
        """The plugin's folder; None when it is not here."""
        name = entry.get("name") if isinstance(entry, dict) else None
        source = entry.get("source") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not isinstance(source, (str, dict)) or "\x00" in str(source) + base:
            files.report(path, "bad_plugin", f"Plugin {number} needs a name and a source.")
        elif isinstance(source, dict) or "://" in source:
            files.report(
                path, "plugin_elsewhere", f"The plugin {printable(name)!r} is in another repository."
            )
        else:
            # A source that begins with a dot says by itself where it is.
            folder = files.folder / source if source.startswith(".") else files.folder / base / source
            if os.path.isdir(folder):
                return folder
            files.report(path, "missing_plugin", f"The folder of the plugin {printable(name)!r} is missing.")
        return None
