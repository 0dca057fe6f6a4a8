"""Plugins that are installed for Claude Code, as a user's home has them, or switched on in its settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from skillmeat_cli.artifacts import Artifact, printable
from skillmeat_cli.files import Files
from skillmeat_cli.layouts.base import Layout
from skillmeat_cli.layouts.marketplace import MARKETPLACE
from skillmeat_cli.plugins import plugin

INSTALLED = Path(".claude") / "plugins" / "installed_plugins.json"


class InstalledPlugins(Layout):
    """``installed_plugins.json``, and ``enabledPlugins`` of ``settings.json``, by names as ``fmt@team``."""

    target = "claude_code"
    markers = (".claude",)
    order = 1

    def read(self, files: Files) -> Iterator[Artifact]:
        """The parts of the plugins whose files are here. Those of others are only known where they are."""
        enabled = self._enabled(files)
        installed = self._installed(files)
        here = (files.json(files.folder / MARKETPLACE) or {}).get("name")
        for name in [*installed, *(name for name in enabled if name not in installed)]:
            if enabled.get(name) is False or name.partition("@")[2] == here:
                continue
            folder, version = installed.get(name, (None, None))
            if folder is not None and files.has_folder(folder):
                entry = {"name": name.partition("@")[0], "version": version}
                yield from plugin(files, folder, entry, files.folder / INSTALLED)
            else:
                where = INSTALLED if name in installed else Path(".claude")
                files.report(
                    files.folder / where,
                    "plugin_elsewhere",
                    f"The plugin {printable(name)!r} is used here, and its files are in another folder.",
                )

    def _enabled(self, files: Files) -> dict[str, Any]:
        enabled: dict[str, Any] = {}
        for name in ("settings.json", "settings.local.json"):
            path = files.folder / ".claude" / name
            plugins = (files.json(path) or {}).get("enabledPlugins", {})
            if isinstance(plugins, dict):
                enabled.update(plugins)
            else:
                files.report(path, "bad_plugins", "enabledPlugins is not an object.")
        return enabled

    def _installed(self, files: Files) -> dict[str, tuple[Path, str | None]]:
        """Folder and version of each plugin that is installed for the user."""
        path = files.folder / INSTALLED
        plugins = (files.json(path) or {}).get("plugins", {})
        installed: dict[str, tuple[Path, str | None]] = {}
        for name, entries in plugins.items() if isinstance(plugins, dict) else ():
            for entry in entries if isinstance(entries, list) else [entries]:
                place = entry.get("installPath") if isinstance(entry, dict) else None
                if not isinstance(place, str) or "\x00" in place:
                    files.report(path, "bad_plugin", f"The plugin {printable(name)!r} has no installPath.")
                elif entry.get("scope", "user") == "user":
                    installed[name] = (files.folder / place, entry.get("version"))
        return installed
