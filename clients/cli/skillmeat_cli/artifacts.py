"""What a project has: artifacts, and the problems of the files that they were read from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

TYPES = ("skill", "command", "agent", "mcp", "hook")

# What the service accepts, in characters.
NAME_MAX = 255
DESCRIPTION_MAX = 10_000
PATH_MAX = 1_000
DETAIL_MAX = 1_000


@dataclass(frozen=True)
class Problem:
    """Something that is wrong with a file.

    Args:
        path: of the file, relative to what was read.
        code: which kind of wrong, such as ``broken_front_matter``.
        detail: a sentence that holds nothing of the file's content but names.
        target: the agent that the file belongs to; empty when it concerns all of them.
    """

    path: str
    code: str
    detail: str
    target: str = ""

    def as_dict(self) -> dict[str, str]:
        """``{"path", "code", "detail"}``, as a report holds it."""
        return {
            "path": printable(self.path)[:PATH_MAX],
            "code": self.code,
            "detail": printable(self.detail)[:DETAIL_MAX],
        }


@dataclass(frozen=True)
class Artifact:
    """One artifact that a project has for one agent.

    Args:
        target: the agent, such as ``claude_code``.
        path: of its file or folder, relative to what was read.
        qualified_name: its name together with the folders around it, for when the name alone is taken.
        group: the folder that it is sorted into below its layout's folder; None when it is not.
        is_offered: a repository offers it to others (a plugin, a root collection of skills).
    """

    type: str
    name: str
    target: str
    path: str
    qualified_name: str
    namespace: str = ""
    version: str | None = None
    digest: str | None = None
    is_modified: bool = False
    description: str | None = None
    collection: str | None = None
    group: str | None = None
    deployed_at: str | None = None
    is_offered: bool = False

    def as_dict(self) -> dict[str, Any]:
        """As a report holds it; what is unknown is left out.

        Returns:
            ``{"type", "name", "namespace"?, "version"?, "digest"?, "is_modified", "path",
            "description"?, "collection"?, "group"?, "deployed_at"?}``
        """
        namespace = {"namespace": self.namespace} if self.namespace else {}
        return {
            **self.as_offer(),
            **namespace,
            **self._only("deployed_at"),
            "is_modified": self.is_modified,
            "path": printable(self.path)[:PATH_MAX],
        }

    def as_offer(self) -> dict[str, Any]:
        """As a catalogue holds it; what is unknown is left out.

        Returns:
            ``{"type", "name", "version"?, "digest"?, "description"?, "collection"?, "group"?}``
        """
        return self._only("type", "name", "version", "digest", "description", "collection", "group")

    def _only(self, *fields: str) -> dict[str, Any]:
        return {field: getattr(self, field) for field in fields if getattr(self, field) is not None}


def printable(text: str) -> str:
    """``text`` as JSON and databases take it: lone surrogates and NUL are replaced."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\N{REPLACEMENT CHARACTER}")
