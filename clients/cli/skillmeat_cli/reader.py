"""Reads a folder into what a report or a catalogue holds. Knows nothing of the service.

What is wrong with a file is a problem, and never an exception.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from skillmeat_cli.artifacts import NAME_MAX, Artifact, Problem, printable
from skillmeat_cli.deployed import Entry, read_entries
from skillmeat_cli.files import Files, boundary_of, is_hidden
from skillmeat_cli.layouts import layouts
from skillmeat_cli.locked import read_lock
from skillmeat_cli.naming import with_own_names, without_copies
from skillmeat_cli.records import with_entries, with_namespaces

# Where other people's files are, or what was built.
_SKIPPED_FOLDERS = {"node_modules", "venv", "vendor", "site-packages", "target", "dist", "build"}
# Of a monorepo. Whoever has more names the one to look into.
_FOLDERS_MAX = 50_000


@dataclass(frozen=True)
class Project:
    """What a folder holds.

    Args:
        root: the folder.
        name: of the project.
        artifacts: by target, type, namespace and name; of these four no two have the same.
        problems: what was wrong, each once.
    """

    root: Path
    name: str
    artifacts: list[Artifact]
    problems: list[Problem]

    @property
    def targets(self) -> list[str]:
        """The agents that have something here: artifacts, or malformed files."""
        of_problems = {problem.target for problem in self.problems if problem.target}
        return sorted(of_problems | {artifact.target for artifact in self.artifacts})

    def artifacts_of(self, target: str) -> list[Artifact]:
        """What one agent has."""
        return [artifact for artifact in self.artifacts if artifact.target == target]

    def problems_of(self, target: str) -> list[Problem]:
        """The problems of one agent's files, and those that concern all agents."""
        return [problem for problem in self.problems if problem.target in (target, "")]


def read_project(path: Path | str, *, name: str | None = None, below: bool = True) -> Project:
    """Read the project in the folder ``path``, which may also be its ``.claude``.

    Args:
        below: a folder that has nothing of its own is read through the folders below it.
        name: of the project; the folder's name when left out. Artifacts that no record puts into a
            collection are in the one that most records name, else in that of the project's name.

    Raises:
        NotADirectoryError: there is no such folder.
    """
    root = _root(path)
    boundary = boundary_of(root)
    artifacts, problems = _read_folder(root, root, boundary)
    if below and not artifacts:
        for folder in folders_with_artifacts(root):
            if folder != root:
                more_artifacts, more_problems = _read_folder(folder, root, boundary)
                artifacts += more_artifacts
                problems += more_problems
    artifacts, name_problems = with_own_names(without_copies(artifacts))
    name = name or printable(root.name)[:NAME_MAX].strip() or "root"
    ordered = sorted(
        _with_collections(artifacts, name),
        key=lambda found: (found.target, found.type, found.namespace, found.name),
    )
    return Project(root, name, ordered, list(dict.fromkeys([*problems, *name_problems])))


def folders_with_artifacts(root: Path | str) -> Iterator[Path]:
    """The folder itself and those below that may be projects; see `Layout.markers`.

    Raises:
        NotADirectoryError: there is no such folder.
    """
    markers = {marker for layout in layouts() if not layout.is_source for marker in layout.markers}
    for count, (folder, names, files) in enumerate(os.walk(_root(root))):
        if markers & {*names, *files} or count == 0:
            yield Path(folder)
        names[:] = sorted(name for name in names if not is_hidden(name) and name not in _SKIPPED_FOLDERS)
        if count == _FOLDERS_MAX:
            return


def _root(path: Path | str) -> Path:
    if not os.path.isdir(path):
        raise NotADirectoryError(f"There is no folder {printable(str(path))}")
    # Before links are followed: the folder of the agent may be one.
    given = Path(os.path.abspath(path))
    return Path(os.path.realpath(given.parent if given.name == ".claude" else given))


def _read_folder(folder: Path, root: Path, boundary: Path) -> tuple[list[Artifact], list[Problem]]:
    """What the layouts and records of one folder say."""
    found: dict[tuple[str, str, str], Artifact] = {}
    problems: list[Problem] = []
    entries: list[Entry] = []
    for layout in layouts():
        if layout.is_source and folder != root:
            continue
        files = Files(folder, root, boundary, layout.target)
        for artifact in layout.read(files):
            # What an earlier layout has taken is left out.
            key = (artifact.type, artifact.path, artifact.name)
            found.setdefault(key, replace(artifact, is_offered=layout.is_source))
        if layout.folder:
            entries += read_entries(files, folder / layout.folder)
        problems += files.problems
    files = Files(folder, root, boundary)
    artifacts = with_namespaces(files, list(found.values()), read_lock(files))
    artifacts = with_entries(files, artifacts, entries)
    return artifacts, problems + files.problems


def _with_collections(artifacts: list[Artifact], name: str) -> list[Artifact]:
    """``artifacts`` with a collection each: the one that most records name, else the project's."""
    named = Counter(artifact.collection for artifact in artifacts if artifact.collection)
    common = named.most_common(1)[0][0] if named else name
    return [replace(artifact, collection=artifact.collection or common) for artifact in artifacts]
