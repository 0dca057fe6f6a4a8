"""What layouts have in common: folders of skills, folders of Markdown files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from skillmeat_cli.artifacts import DESCRIPTION_MAX, Artifact, printable
from skillmeat_cli.digests import file_digest, folder_digest
from skillmeat_cli.files import Files, relative_path
from skillmeat_cli.frontmatter import read_front_matter
from skillmeat_cli.text import NULLS, Unusable, as_name, as_version

SKILL_FILES = ("SKILL.md", "skill.md", "Skill.md")


def agent_folder(files: Files, folder: str, *markdown_folders: tuple[str, str, str]) -> Iterator[Artifact]:
    """The artifacts of an agent's folder, such as ``.claude``.

    Args:
        folder: its name; skills are in its ``skills``.
        markdown_folders: ``(type, folder, suffix)`` for each type that is kept in Markdown files.
    """
    top = files.folder / folder
    yield from skills(files, top / "skills")
    for type, name, suffix in markdown_folders:
        yield from markdown(files, type, top / name, suffix)


def skills(files: Files, top: Path) -> Iterator[Artifact]:
    """The skills below ``top``, in categories or not. What a skill's own folder holds is part of it."""
    for folder, folders, paths in files.walk(top):
        skill_file = next((path for path in paths if path.name in SKILL_FILES), None)
        for path in folders:
            if path.name in SKILL_FILES:
                files.report(path, "not_a_file", "A file is expected here, and not a folder.")
        if skill_file is not None and folder != top:
            folders.clear()
            yield from skill(files, skill_file, top)


def skill_file_in(folder: Path) -> Path | None:
    """The file that makes a folder a skill; None when it is none."""
    return next((folder / name for name in SKILL_FILES if os.path.isfile(folder / name)), None)


def skill(files: Files, path: Path, top: Path) -> Iterator[Artifact]:
    """The skill whose ``SKILL.md`` is at ``path``, somewhere below ``top``; none if it has no name."""
    folder = path.parent
    found = _artifact(files, "skill", path, relative_path(folder, top))
    if found is not None:
        yield replace(found, path=files.relative(folder), digest=folder_digest(files, folder))


def markdown(files: Files, type: str, top: Path, suffix: str = ".md") -> Iterator[Artifact]:
    """The agents or commands below ``top``: every Markdown file but READMEs."""
    for _, _, paths in files.walk(top):
        for path in paths:
            if path.name.endswith(suffix) and path.name.lower() != "readme.md":
                yield from markdown_file(files, type, path, top, suffix)


def markdown_file(files: Files, type: str, path: Path, top: Path, suffix: str = ".md") -> Iterator[Artifact]:
    """The agent or command in the file at ``path`` somewhere below ``top``; none if it has no name."""
    place = relative_path(path, top)
    found = _artifact(files, type, path, place[: -len(suffix)] if place.endswith(suffix) else place)
    if found is not None:
        yield replace(found, path=files.relative(path), digest=file_digest(files, path))


def _artifact(files: Files, type: str, path: Path, place: str) -> Artifact | None:
    """What the front matter of the file says; ``place`` is the artifact's path below its layout's folder."""
    if not files.is_usable(path):
        return None
    values = _front_matter(files, type, path)
    if place == ".":
        place = path.parent.name
    group, _, own_name = place.rpartition("/")
    try:
        qualified_name = as_name(place.replace("/", ":"))
        name = _field(files, path, values, "name", as_name) or as_name(own_name)
    except Unusable as exc:
        files.report(path, "bad_name", f"The name {printable(place)!r} {exc}.")
        return None
    return Artifact(
        type=type,
        name=name,
        target=files.target,
        path="",
        qualified_name=qualified_name,
        version=_field(files, path, values, "version", as_version),
        description=_description(files, path, values),
        group=_group(files, path, group),
    )


def _group(files: Files, path: Path, folder: str) -> str | None:
    """The group that the folder between a layout's own and the artifact makes."""
    try:
        return as_name(folder) if folder else None
    except Unusable as exc:
        files.report(path, "bad_group", f"Its folder's name {exc}, so it is in no group.")
        return None


def _front_matter(files: Files, type: str, path: Path) -> dict[str, Any]:
    text = files.text(path)
    if text is None:
        return {}
    found = read_front_matter(text)
    if found.problem:
        files.report(path, "broken_front_matter", f"Its front matter is malformed: {found.problem}.")
    elif not found.is_present and type != "command":
        files.report(path, "no_front_matter", "It has no front matter, so it is named after its file.")
    values = found.values
    metadata = values.get("metadata")
    if "version" not in values and isinstance(metadata, dict) and "version" in metadata:
        return {**values, "version": metadata["version"]}
    return values


def _field(files: Files, path: Path, values: dict[str, Any], key: str, convert: Any) -> str | None:
    value = values.get(key)
    if value is None or (isinstance(value, str) and value.strip() in NULLS):
        return None
    try:
        text: str | None = convert(value)
    except Unusable as exc:
        files.report(path, f"bad_{key}", f"Its {key} {exc}, so it was left out.")
        return None
    return text


def _description(files: Files, path: Path, values: dict[str, Any]) -> str | None:
    value = values.get("description")
    if value is None or (value in NULLS and value != ""):
        return None
    if not isinstance(value, str):
        files.report(path, "bad_description", "Its description is not a text, so it was left out.")
        return None
    text = printable(value.strip())
    if len(text) > DESCRIPTION_MAX:
        files.report(path, "long_description", f"Its description is cut to {DESCRIPTION_MAX} characters.")
    return text[:DESCRIPTION_MAX]
