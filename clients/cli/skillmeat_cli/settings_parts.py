"""What settings files hold: MCP servers and hooks. Only their names and digests leave this module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from skillmeat_cli.artifacts import NAME_MAX, Artifact, printable
from skillmeat_cli.digests import value_digest
from skillmeat_cli.files import Files
from skillmeat_cli.text import Unusable, as_name

# What tells a server where the file has no key around its servers.
_SERVER_KEYS = {"command", "url", "httpUrl", "serverUrl", "type"}


def mcp_servers(files: Files, path: Path, settings: dict[str, Any] | None, *keys: str) -> Iterator[Artifact]:
    """The MCP servers of a settings file.

    Args:
        settings: what is in the file; None when there is none.
        keys: the first of them that is there has the servers by name; when none is, there are none.
    """
    key = next((key for key in keys if key in (settings or {})), None)
    if settings is not None and key is not None:
        yield from _servers(files, path, settings[key])


def flat_mcp_servers(files: Files, path: Path, settings: dict[str, Any] | None) -> Iterator[Artifact]:
    """The MCP servers of a file that has nothing else, under ``mcpServers``, ``servers`` or no key at all."""
    if settings and not {"mcpServers", "servers"} & set(settings):
        wrong = [name for name, server in settings.items() if not _is_server(server)]
        if wrong:
            files.report(path, "bad_mcp_servers", f"Not MCP servers: {_names(wrong)}.")
        yield from _servers(files, path, {name: settings[name] for name in settings if name not in wrong})
    else:
        yield from mcp_servers(files, path, settings, "mcpServers", "servers")


def _is_server(value: Any) -> bool:
    return isinstance(value, dict) and bool(_SERVER_KEYS & set(value))


def _servers(files: Files, path: Path, servers: Any) -> Iterator[Artifact]:
    if not isinstance(servers, dict):
        files.report(path, "bad_mcp_servers", "Its MCP servers are not an object by name.")
        return
    wrong = [name for name, server in servers.items() if not isinstance(server, dict)]
    if wrong:
        files.report(path, "bad_mcp_servers", f"Not MCP servers: {_names(wrong)}.")
    for given, server in servers.items():
        if given not in wrong:
            yield from _artifact(files, path, "mcp", given, value_digest(server))


def hooks(files: Files, path: Path, settings: dict[str, Any] | None) -> Iterator[Artifact]:
    """The hooks of a settings file: ``{"hooks": {event: [{"matcher"?, "hooks": [hook, …]}]}}``.

    Each is named after its event, its matcher and the first eight digits of its digest.
    """
    events = (settings or {}).get("hooks", {})
    if not isinstance(events, dict):
        files.report(path, "bad_hooks", "Its hooks are not an object with a list for each event.")
        return
    for event, matchers in events.items():
        for matcher in matchers if isinstance(matchers, list) else [matchers]:
            yield from _matched(files, path, event, matcher)


def _matched(files: Files, path: Path, event: str, matcher: Any) -> Iterator[Artifact]:
    handlers = matcher.get("hooks") if isinstance(matcher, dict) else None
    pattern = matcher.get("matcher", "") if isinstance(matcher, dict) else None
    if not isinstance(handlers, list) or not isinstance(pattern, str):
        files.report(path, "bad_hooks", f"A hook of {_names([event])} is not of the right shape.")
        return
    for handler in handlers:
        if not isinstance(handler, dict):
            files.report(path, "bad_hooks", f"A hook of {_names([event])} is not an object.")
            continue
        digest = value_digest({"event": event, "matcher": pattern, "hook": handler})
        start = ":".join([event, pattern] if pattern else [event])
        short = digest[len("sha256:") :][:8]
        yield from _artifact(files, path, "hook", f"{start[: NAME_MAX - len(short) - 1]}:{short}", digest)


def _artifact(files: Files, path: Path, type: str, given: str, digest: str) -> Iterator[Artifact]:
    try:
        name = as_name(given)
    except Unusable as exc:
        files.report(path, "bad_name", f"The {type} {_names([given])} {exc}, so it was left out.")
        return
    yield Artifact(
        type=type,
        name=name,
        target=files.target,
        path=files.relative(path),
        qualified_name=name,
        digest=digest,
    )


def _names(names: list[str]) -> str:
    return ", ".join(repr(printable(name[:NAME_MAX])) for name in names)
