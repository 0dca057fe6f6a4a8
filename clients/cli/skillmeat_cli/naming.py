"""Names that tell artifacts apart, since a report has each only once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace

from skillmeat_cli.artifacts import NAME_MAX, Artifact, Problem
from skillmeat_cli.text import has_invisible

# What an artifact is called while others of its kind have the same name: always the next one of these.
_NAMES: tuple[Callable[[Artifact], str], ...] = (
    lambda artifact: artifact.name,
    lambda artifact: artifact.qualified_name,
    lambda artifact: artifact.path if _has_own_file(artifact) else f"{artifact.path}:{artifact.name}",
)


def with_own_names(artifacts: Iterable[Artifact]) -> tuple[list[Artifact], list[Problem]]:
    """``artifacts`` with names that are unique for their target, namespace and type.

    Those that claim one name are all called after their folders too: ``git:commit``, ``hg:commit``.
    The same hook or server in two files is one.
    """
    found = list(artifacts)
    levels = [0] * len(found)
    while True:
        taken: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for index, artifact in enumerate(found):
            key = (artifact.target, artifact.namespace, artifact.type, _NAMES[levels[index]](artifact))
            taken[key].append(index)
        clashing = [index for indexes in taken.values() for index in _first_to_rename(indexes, levels)]
        if not clashing:
            return _checked([replace(found[key[0]], name=name[-1]) for name, key in taken.items()])
        for index in clashing:
            levels[index] += 1


def _first_to_rename(indexes: list[int], levels: list[int]) -> list[int]:
    """Of those that have one name, the ones to rename: whose name says least of their folders."""
    lowest = min(levels[index] for index in indexes)
    if len(indexes) == 1 or lowest == len(_NAMES) - 1:
        return []
    return [index for index in indexes if levels[index] == lowest]


def without_copies(artifacts: Iterable[Artifact]) -> list[Artifact]:
    """``artifacts`` where a hook or server that two files have the same is only there once."""
    unique: dict[tuple[str | None, ...], Artifact] = {}
    for artifact in artifacts:
        path = artifact.path if _has_own_file(artifact) else ""
        key = (artifact.target, artifact.namespace, artifact.type, artifact.name, artifact.digest, path)
        unique.setdefault(key, artifact)
    return list(unique.values())


def _has_own_file(artifact: Artifact) -> bool:
    return artifact.type not in ("mcp", "hook")


def _checked(artifacts: list[Artifact]) -> tuple[list[Artifact], list[Problem]]:
    kept = [artifact for artifact in artifacts if len(artifact.name) <= NAME_MAX]
    problems = [
        _problem(artifact, "bad_name", "Others have its name, and its path is too long for one.")
        for artifact in artifacts
        if artifact not in kept
    ]
    by_folded_name: dict[tuple[str, ...], Artifact] = {}
    for artifact in kept:
        if has_invisible(artifact.name):
            detail = f"The name {artifact.name!r} has characters that cannot be seen."
            problems.append(_problem(artifact, "invisible_characters", detail))
        key = (artifact.target, artifact.namespace, artifact.type, artifact.name.casefold())
        other = by_folded_name.setdefault(key, artifact)
        if other is not artifact:
            detail = f"{artifact.name!r} differs from {other.name!r} by upper and lower case only."
            problems.append(_problem(artifact, "similar_names", detail))
    return kept, problems


def _problem(artifact: Artifact, code: str, detail: str) -> Problem:
    return Problem(artifact.path, code, detail, artifact.target)
