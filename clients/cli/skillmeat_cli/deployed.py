"""``.skillmeat-deployed.toml``: what a tool noted when it put artifacts into an agent's folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from skillmeat_cli.artifacts import PATH_MAX, TYPES, printable
from skillmeat_cli.files import Files
from skillmeat_cli.text import Unusable, as_name, as_version

DEPLOYED_FILE = ".skillmeat-deployed.toml"

_TARGET = re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+)*$")
_TARGET_MAX = 50
_CONTENT = re.compile(r"cas-[0-9a-f]{8,}$")
# Shorter ones may be versions that a hash happens to begin with.
_HASH_MIN = 8


@dataclass(frozen=True)
class Entry:
    """One ``[[deployed]]`` table.

    Args:
        places: where its file may be, below the root.
        profile: the target that it names; empty when it names none.
        where: the file that it is in, which is in the folder of the agent ``agent``.
    """

    type: str
    name: str
    places: tuple[str, ...]
    profile: str
    version: str | None
    is_modified: bool
    collection: str | None
    deployed_at: datetime | None
    agent: str
    where: Path
    number: int


def read_entries(files: Files, agent_folder: Path) -> list[Entry]:
    """The usable entries of an agent's folder, from the oldest to the newest; the first have no time."""
    path = agent_folder / DEPLOYED_FILE
    tables = (files.toml(path) or {}).get("deployed", [])
    if isinstance(tables, dict):
        tables = [tables]
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        files.report(path, "bad_entries", "`deployed` is not an array of tables, so none was read.")
        return []
    entries = _entries(files, path, tables)
    oldest = datetime.min.replace(tzinfo=timezone.utc)
    return sorted(entries, key=lambda entry: entry.deployed_at or oldest)


def _entries(files: Files, path: Path, tables: list[dict[str, Any]]) -> Iterator[Entry]:
    for number, table in enumerate(tables, start=1):
        try:
            yield _entry(files, path, number, table)
        except Unusable as exc:
            files.report(path, "bad_entry", f"Entry {number} was left out: {exc}.")


def _entry(files: Files, path: Path, number: int, table: dict[str, Any]) -> Entry:
    type = table.get("artifact_type")
    if type not in TYPES:
        shown = printable(type[:50]) if isinstance(type, str) else "that it has"
        raise Unusable(f"the artifact_type {shown} is none of {', '.join(TYPES)}")
    versions = (_value(table, key, as_version) for key in ("version", "enterprise_version"))
    content_hash = _text(table, "content_hash")
    return Entry(
        type=type,
        name=_value(table, "artifact_name", as_name, required=True),
        places=tuple(_places(files, path.parent, table)),
        profile=_value(table, "deployment_profile_id", _profile) or "",
        version=next((text for text in versions if text and not _is_hash(text, content_hash)), None),
        is_modified=table.get("local_modifications") is True,
        collection=_value(table, "from_collection", as_name),
        deployed_at=_time(files, path, number, table.get("deployed_at")),
        agent=files.target,
        where=path,
        number=number,
    )


def _is_hash(version: str, content_hash: str) -> bool:
    """Whether what a tool noted as a version tells a content only, which has no order."""
    return bool(_CONTENT.match(version)) or (len(version) >= _HASH_MIN and content_hash.startswith(version))


def _value(table: dict[str, Any], key: str, convert: Any, *, required: bool = False) -> Any:
    value = table.get(key)
    if value in (None, "") and not required:
        return None
    try:
        return convert(value)
    except Unusable as exc:
        raise Unusable(f"its {key} {exc}") from exc


def _text(table: dict[str, Any], key: str, limit: int = PATH_MAX) -> str:
    value = table.get(key, "")
    if not isinstance(value, str) or len(value) > limit:
        raise Unusable(f"its {key} is not a text of at most {limit} characters")
    if "\x00" in value:
        raise Unusable(f"its {key} contains a NUL character")
    return value


def _profile(value: Any) -> str:
    name = as_name(value).lower()
    if not _TARGET.match(name) or len(name) > _TARGET_MAX:
        raise Unusable(f"is not of letters, digits, - and _, at most {_TARGET_MAX} of them")
    return name


def _places(files: Files, folder: Path, table: dict[str, Any]) -> Iterator[str]:
    path, profile_root = (
        _text(table, key).replace("\\", "/") for key in ("artifact_path", "profile_root_dir")
    )
    if path:
        for top in ([files.folder / profile_root] if profile_root else []) + [folder]:
            yield files.relative(top / path)


def _time(files: Files, path: Path, number: int, value: Any) -> datetime | None:
    """A time with a zone; UTC where none is given."""
    if value is None:
        return None
    try:
        # Python 3.9 knows no Z.
        time = datetime.fromisoformat(re.sub("[Zz]$", "+00:00", value))
        if time.tzinfo is None:
            time = time.replace(tzinfo=timezone.utc)
        return time.astimezone(timezone.utc)
    except (TypeError, ValueError, OverflowError):
        files.report(
            path, "bad_time", f"The deployed_at of entry {number} is not a time, so it was left out."
        )
        return None
