"""``skills-lock.json``: which repository each installed skill comes from."""

from __future__ import annotations

import re
from typing import Any

from skillmeat_cli.artifacts import printable
from skillmeat_cli.files import Files
from skillmeat_cli.remotes import normalised_remote
from skillmeat_cli.text import Unusable, as_name

LOCK_FILE = "skills-lock.json"

_OWNER_AND_NAME = re.compile(r"[\w.-]+/[\w.-]+$")


def read_lock(files: Files) -> dict[str, str]:
    """The namespace of each locked skill by its name; empty where the source is a folder.

    Args:
        files: of the folder that the lock is in: ``{"skills": {name: {"source"}}}``.
    """
    path = files.folder / LOCK_FILE
    skills = (files.json(path) or {}).get("skills", {})
    if not isinstance(skills, dict):
        files.report(path, "bad_lock", "Its skills are not an object with an entry for each name.")
        return {}
    namespaces: dict[str, str] = {}
    for given, entry in skills.items():
        try:
            namespaces[as_name(given)] = _namespace(entry)
        except Unusable as exc:
            files.report(path, "bad_lock", f"The skill {printable(given)!r} {exc}.")
    return namespaces


def _namespace(entry: Any) -> str:
    source = entry.get("source") if isinstance(entry, dict) else None
    if not isinstance(source, str):
        raise Unusable("has no source")
    if _OWNER_AND_NAME.match(source) and not source.startswith("."):
        return as_name(source)
    remote = normalised_remote(source)
    return (
        as_name(remote[len("github.com/") :] if remote.startswith("github.com/") else remote)
        if remote
        else ""
    )
