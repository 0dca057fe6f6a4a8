"""Which projects are in the folders that a person names, and how the service knows them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from skillmeat_cli.artifacts import NAME_MAX
from skillmeat_cli.errors import Failure
from skillmeat_cli.files import relative_path
from skillmeat_cli.reader import Project, folders_with_artifacts, read_project
from skillmeat_cli.remotes import repository_of


@dataclass(frozen=True)
class LocalProject:
    """A project in a folder.

    Args:
        key: that the service knows it by, such as ``github.com/acme/web``; empty when there is none.
        name: that a person gave it; None when the service is to make one.
        commit: of the repository that is checked out; empty when there is none.
        remote: of its repository, such as ``github.com/acme/web``; empty when it has none.
    """

    project: Project
    key: str
    name: str | None
    commit: str
    remote: str

    def required_key(self) -> str:
        """The key.

        Raises:
            Failure: there is none, or it is too long.
        """
        if not self.key:
            raise Failure(
                f"{self.project.root} has no git remote that tells which project it is. "
                "Say it with --key, such as --key github.com/acme/web."
            )
        if len(self.key) > NAME_MAX:
            raise Failure(f"The key of {self.project.root} is longer than {NAME_MAX} characters: use --key.")
        return self.key


def local_projects(
    paths: list[Path], *, recursive: bool, key: str | None = None, name: str | None = None
) -> Iterator[LocalProject]:
    """The projects in folders, each once.

    Args:
        recursive: every folder below that has something is a project, with its path in its key.
        key: instead of that of the git remote.
        name: of the project.

    Raises:
        Failure: there is no such folder.
    """
    seen: set[Path] = set()
    try:
        for path in paths:
            for folder in folders_with_artifacts(path) if recursive else [path]:
                found = read_project(folder, name=name, below=not recursive)
                if found.root not in seen and (found.targets or not recursive):
                    seen.add(found.root)
                    yield _local(found, path, key, name)
    except NotADirectoryError as exc:
        raise Failure(str(exc)) from exc


def _local(project: Project, top: Path, key: str | None, name: str | None) -> LocalProject:
    repository = repository_of(project.root)
    remote = repository.remote if repository else ""
    if key:
        given = _joined(key, project.root, Path(os.path.realpath(top)))
    elif repository and remote:
        given = _joined(remote, project.root, Path(os.path.realpath(repository.top)))
    else:
        given = ""
    return LocalProject(project, given, name, repository.commit if repository else "", remote)


def _joined(key: str, folder: Path, top: Path) -> str:
    """The key of a folder in a repository: that of the repository, and the path in it."""
    below = relative_path(folder, top)
    return key if below.split("/")[0] in (".", "..") else f"{key}/{below}"
