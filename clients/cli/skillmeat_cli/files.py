"""Reading a folder that may hold anything: what cannot be read is a problem, and never an exception."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skillmeat_cli.artifacts import Problem
from skillmeat_cli.formats import Malformed, parse_json, parse_toml

# A user's own .claude.json grows with everything that was ever said to the agent.
JSON_MAX = 32 * 1024 * 1024
# Its parser takes seconds for more.
TOML_MAX = 1024 * 1024
# Far more than any Markdown file has.
TEXT_MAX = 4 * 1024 * 1024
# Far deeper than any tree of skills, and below what paths may have.
DEPTH_MAX = 40


@dataclass
class Files:
    """The files of one folder, as one layout reads them.

    Args:
        folder: that is read.
        root: the folder that paths are relative to: ``folder``, or one around it.
        boundary: symbolic links are followed inside this folder only: the repository, or the root.
        target: the agent that is read for; problems carry it.
    """

    folder: Path
    root: Path
    boundary: Path
    target: str = ""
    problems: list[Problem] = field(default_factory=list)

    def report(self, path: Path, code: str, detail: str, target: str | None = None) -> None:
        """Note a problem with the file at ``path``; ``target`` is the agent, if it is another one."""
        problem = Problem(self.relative(path), code, detail, self.target if target is None else target)
        if problem not in self.problems:
            self.problems.append(problem)

    def relative(self, path: Path) -> str:
        """``path`` below the root; see `relative_path`."""
        return relative_path(path, self.root)

    def has_folder(self, path: Path) -> bool:
        """Whether there is such a folder inside the boundary; it is no problem when there is none."""
        return os.path.isdir(path) and _is_below(Path(os.path.realpath(path)), self.boundary)

    def bytes(self, path: Path, limit: int) -> bytes | None:
        """The content of the file; None when there is none, or it is no file, or larger than ``limit``."""
        try:
            if not self.is_usable(path):
                return None
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                self.report(path, "not_a_file", "A file is expected here.")
            elif status.st_size > limit:
                self.report(path, "too_large", f"It is larger than {limit // 1024} KiB and was not read.")
            else:
                return path.read_bytes()
        except (OSError, ValueError) as exc:
            self._report_unreadable(path, exc)
        return None

    def text(self, path: Path, limit: int = TEXT_MAX) -> str | None:
        """The text of the file, with line ends of LF and no byte order mark; None as `bytes` has it."""
        content = self.bytes(path, limit)
        if content is None:
            return None
        try:
            return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            self.report(path, "not_utf8", "It is not UTF-8, so only its name was read.")
            return None

    def json(self, path: Path) -> dict[str, Any] | None:
        """The object of a JSON file; None when there is none."""
        return self._parsed(path, parse_json, JSON_MAX)

    def toml(self, path: Path) -> dict[str, Any] | None:
        """The tables of a TOML file; None when there is none."""
        return self._parsed(path, parse_toml, TOML_MAX)

    def _parsed(self, path: Path, parse: Callable[[str], Any], limit: int) -> dict[str, Any] | None:
        text = self.text(path, limit)
        if text is None:
            return None
        try:
            value = parse(text)
            if not isinstance(value, dict):
                raise Malformed("not an object")
        except Malformed as exc:
            self.report(path, "broken_file", f"It is {exc}, so nothing of it was read.")
            return None
        return value

    def walk(self, top: Path) -> Iterator[tuple[Path, list[Path], list[Path]]]:
        """As `os.walk`: ``(folder, folders, files)``, top-down. Folders that the caller removes are left out.

        Sorted, without what is hidden, and each real folder once.
        """
        seen: set[str] = set()
        waiting = [(top, 0)] if self.is_usable(top) and os.path.isdir(top) else []
        while waiting:
            folder, depth = waiting.pop()
            real = os.path.realpath(folder)
            if real in seen:
                continue
            seen.add(real)
            if depth > DEPTH_MAX:
                self.report(folder, "too_deep", f"It is more than {DEPTH_MAX} folders deep and was not read.")
                continue
            folders, files = self._listed(folder)
            yield folder, folders, files
            waiting.extend((path, depth + 1) for path in reversed(folders))

    def _listed(self, folder: Path) -> tuple[list[Path], list[Path]]:
        folders: list[Path] = []
        files: list[Path] = []
        try:
            names = [name for name in os.listdir(folder) if not is_hidden(name)]
        except OSError as exc:
            self._report_unreadable(folder, exc)
            names = []
        for name in sorted(names, key=lambda name: (unicodedata.normalize("NFC", name), name)):
            path = folder / name
            if self.is_usable(path):
                (folders if os.path.isdir(path) else files).append(path)
        return folders, files

    def is_usable(self, path: Path) -> bool:
        """Whether there is something that may be read; links that may not be followed are reported."""
        if not os.path.lexists(path):
            return False
        real = Path(os.path.realpath(path))
        if not os.path.exists(path):
            self.report(path, "broken_link", "It is a symbolic link to nothing, or to itself.")
        elif not _is_below(real, self.boundary):
            self.report(path, "link_outside", "It leads out of the project and was not followed.")
        elif os.path.isdir(real) and _is_below(Path(os.path.realpath(path.parent)), real):
            self.report(path, "link_loop", "It is a symbolic link to a folder that it is in.")
        else:
            return True
        return False

    def _report_unreadable(self, path: Path, exc: Exception) -> None:
        reason = exc.strerror if isinstance(exc, OSError) and exc.strerror else "its path is no path"
        self.report(path, "unreadable", f"It cannot be read: {reason}.")


def relative_path(path: Path, top: Path) -> str:
    """``path`` below ``top``, with slashes, in NFC: the same on every system."""
    return unicodedata.normalize("NFC", Path(os.path.relpath(path, top)).as_posix())


def is_hidden(name: str) -> bool:
    """Whether files of this name are no part of an artifact: hidden ones, and what Python leaves behind."""
    return name.startswith(".") or name == "__pycache__"


def boundary_of(root: Path) -> Path:
    """The repository that ``root`` is in, or ``root`` itself."""
    return next((folder for folder in (root, *root.parents) if os.path.lexists(folder / ".git")), root)


def _is_below(path: Path, folder: Path) -> bool:
    return path == folder or folder in path.parents
