"""What notes beside the files say of artifacts: where they come from, and how they were deployed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

from skillmeat_cli import parts
from skillmeat_cli.artifacts import Artifact
from skillmeat_cli.deployed import Entry
from skillmeat_cli.files import Files
from skillmeat_cli.locked import LOCK_FILE


def with_namespaces(files: Files, artifacts: list[Artifact], namespaces: dict[str, str]) -> list[Artifact]:
    """``artifacts`` where locked skills have their namespace. What is locked and not there is reported.

    Args:
        namespaces: by the name of the skill, which its folder has too.
    """

    def locked_name(artifact: Artifact) -> str | None:
        if artifact.type != "skill" or artifact.namespace:
            return None
        names = (artifact.path.rpartition("/")[2], artifact.name)
        return next((name for name in names if name in namespaces), None)

    names = [locked_name(artifact) for artifact in artifacts]
    for name in namespaces:
        if name not in names:
            files.report(files.folder / LOCK_FILE, "missing_file", f"The locked skill {name!r} is not there.")
    return [
        replace(artifact, namespace=namespaces[name]) if name else artifact
        for artifact, name in zip(artifacts, names)
    ]


def with_entries(files: Files, artifacts: list[Artifact], entries: list[Entry]) -> list[Artifact]:
    """``artifacts`` as their entries say, one for each profile that has them.

    The version in a file is evidence, and that of an entry a note: the note counts where the file has none.

    Args:
        entries: from the oldest to the newest, which is the one that counts.
    """
    newest: dict[Artifact, dict[str, Entry]] = {artifact: {} for artifact in artifacts}
    for entry in entries:
        artifact = _artifact_of(files, list(newest), entry)
        if artifact is None:
            detail = f"Entry {entry.number}: the file of the {entry.type} {entry.name!r} is not there."
            files.report(entry.where, "missing_file", detail, entry.agent)
        else:
            newest.setdefault(artifact, {})[entry.profile or artifact.target] = entry
    return [found for artifact, targets in newest.items() for found in _deployed(artifact, targets)]


def _deployed(artifact: Artifact, targets: dict[str, Entry]) -> Iterator[Artifact]:
    if not targets:
        yield artifact
    for target, entry in targets.items():
        time = entry.deployed_at
        yield replace(
            artifact,
            target=target,
            version=artifact.version or entry.version,
            is_modified=entry.is_modified,
            collection=entry.collection,
            deployed_at=time.isoformat().replace("+00:00", "Z") if time else None,
        )


def _artifact_of(files: Files, artifacts: list[Artifact], entry: Entry) -> Artifact | None:
    """The artifact in the file that the entry names; else the only one of its name."""
    of_type = [artifact for artifact in artifacts if artifact.type == entry.type]
    for place in entry.places:
        for artifact in of_type:
            has_place = place == artifact.path or place.rpartition("/")[0] == artifact.path
            if has_place and (entry.type not in ("mcp", "hook") or artifact.name == entry.name):
                return artifact
    declared = next(_declared(files, entry), None)
    if declared is not None:
        return declared
    named = [artifact for artifact in of_type if artifact.name == entry.name]
    if len(named) != 1:
        return None
    if entry.places and entry.type not in ("mcp", "hook"):
        detail = f"Entry {entry.number}: the {entry.type} {entry.name!r} is now in {named[0].path}."
        files.report(entry.where, "moved_file", detail, entry.agent)
    return named[0]


def _declared(files: Files, entry: Entry) -> Iterator[Artifact]:
    """The artifact in a file that layouts leave out, such as a README: the entry says that it is one."""
    for path in (files.root / place for place in entry.places):
        if entry.type in ("agent", "command") and os.path.isfile(path):
            in_agent_folder = (parent for parent in path.parents if parent.parent == entry.where.parent)
            top = next(in_agent_folder, path.parent)
            # Layouts know the agent that a file is for; here it is the one whose folder has the entry.
            for artifact in parts.markdown_file(files, entry.type, path, top):
                yield replace(artifact, target=entry.agent)
