"""What every layout is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from skillmeat_cli.artifacts import Artifact
from skillmeat_cli.files import Files

LAYOUTS: list[type[Layout]] = []


class Layout(ABC):
    """A way in which folders hold artifacts. A subclass in a module of this package is used by being there.

    Args:
        target: the agent that reads these files, such as ``claude_code``.
        folder: the agent's own folder, if it has one.
        markers: names in a folder, one of which is there when the layout may be.
        is_source: a repository of this layout offers its artifacts to others; looked for at the root only.
        order: layouts with a smaller one come first; what one of them has found, later ones leave out.
    """

    target: ClassVar[str]
    folder: ClassVar[str] = ""
    markers: ClassVar[tuple[str, ...]]
    is_source: ClassVar[bool] = False
    order: ClassVar[int] = 0

    def __init_subclass__(cls) -> None:
        LAYOUTS.append(cls)

    @abstractmethod
    def read(self, files: Files) -> Iterator[Artifact]:
        """The artifacts of the folder ``files.folder``."""
