"""The parts of a Claude Code plugin, wherever its folder is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from skillmeat_cli import parts
from skillmeat_cli.artifacts import Artifact
from skillmeat_cli.files import Files
from skillmeat_cli.settings_parts import flat_mcp_servers, hooks, mcp_servers
from skillmeat_cli.text import Unusable, as_name, as_version

MANIFEST = Path(".claude-plugin") / "plugin.json"


def plugin(files: Files, folder: Path, entry: dict[str, Any], where: Path) -> Iterator[Artifact]:
    """The parts of the plugin in ``folder``: its name is their namespace, its version theirs.

    Args:
        entry: what a marketplace says of it: ``{"name"?, "version"?, "skills"?, "commands"?, "agents"?,
            "hooks"?, "mcpServers"?}``; parts that it lists replace the usual folders.
        where: the file that names the plugin, for problems.
    """
    own = files.json(folder / MANIFEST) or {}
    manifest = {**entry, **own}
    try:
        namespace = as_name(entry.get("name", own.get("name", folder.name)))
        version = as_version(manifest.get("version"))
    except Unusable as exc:
        files.report(where, "bad_plugin", f"The name or version of a plugin {exc}, so it was not read.")
        return
    for part in _parts(files, folder, manifest, set(entry)):
        yield replace(part, namespace=namespace, version=version or part.version)


def _parts(files: Files, folder: Path, manifest: dict[str, Any], replaced: set[str]) -> Iterator[Artifact]:
    def places(key: str, usual: str) -> list[Path]:
        listed = manifest.get(key)
        paths = [listed] if isinstance(listed, str) else listed if isinstance(listed, list) else []
        usual_paths = [] if key in replaced and paths else [usual]
        return [
            folder / path for path in [*usual_paths, *paths] if isinstance(path, str) and "\x00" not in path
        ]

    for path in places("skills", "skills"):
        yield from _skills(files, path)
    for type, key in (("command", "commands"), ("agent", "agents")):
        for path in places(key, key):
            yield from _markdown(files, type, path)
    for path in places("hooks", "hooks/hooks.json"):
        yield from hooks(files, path, files.json(path))
    for path in places("mcpServers", ".mcp.json"):
        yield from flat_mcp_servers(files, path, files.json(path))
    yield from _inline(files, folder / MANIFEST, manifest)


def _skills(files: Files, path: Path) -> Iterator[Artifact]:
    """A plugin lists folders of skills as well as the folders of single ones."""
    skill_file = parts.skill_file_in(path)
    if skill_file is None:
        yield from parts.skills(files, path)
    else:
        yield from parts.skill(files, skill_file, path.parent)


def _markdown(files: Files, type: str, path: Path) -> Iterator[Artifact]:
    if os.path.isfile(path):
        yield from parts.markdown_file(files, type, path, path.parent)
    else:
        yield from parts.markdown(files, type, path)


def _inline(files: Files, path: Path, manifest: dict[str, Any]) -> Iterator[Artifact]:
    """Hooks and servers that are written into the manifest itself."""
    inline_hooks = manifest.get("hooks")
    if isinstance(inline_hooks, dict):
        yield from hooks(files, path, inline_hooks if "hooks" in inline_hooks else {"hooks": inline_hooks})
    if isinstance(manifest.get("mcpServers"), dict):
        yield from mcp_servers(files, path, manifest, "mcpServers")
