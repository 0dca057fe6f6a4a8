"""A repository that is a collection of skills."""

from __future__ import annotations

from collections.abc import Iterator

from skillmeat_cli import parts
from skillmeat_cli.artifacts import Artifact
from skillmeat_cli.files import Files
from skillmeat_cli.layouts.base import Layout


class RootSkills(Layout):
    """``SKILL.md`` and ``skills/*/SKILL.md`` at the root, for no agent in particular."""

    target = "default"
    markers = ("skills", *parts.SKILL_FILES)
    is_source = True
    order = 2

    def read(self, files: Files) -> Iterator[Artifact]:
        """The skills that no plugin has."""
        skill_file = parts.skill_file_in(files.folder)
        if skill_file is not None:
            yield from parts.skill(files, skill_file, files.folder)
        yield from parts.skills(files, files.folder / "skills")
