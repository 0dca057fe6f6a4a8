"""Addresses of git repositories, and what is known of the one that a folder is in."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

# user@host:path, as git takes it. One letter before the colon is a drive of Windows.
_SCP = re.compile(r"(?:[^@/\s]+@)?(\[[^\]]+\]|[^:/\s\[]{2,}):(?!//)(.+)$")
_SECONDS = 20
# Git sets them for its hooks; they would lead away from the folder that is asked about.
_OF_A_HOOK = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")


@dataclass(frozen=True)
class Repository:
    """The git repository that a folder is in.

    Args:
        top: its folder.
        remote: such as ``github.com/acme/web``; empty when it has none.
        commit: that is checked out; empty before the first one.
    """

    top: Path
    remote: str
    commit: str


def normalised_remote(url: str) -> str:
    """``host/path`` in lower case, the same for all ways to write it, and never with credentials.

    Returns:
        Such as ``github.com/acme/web``; empty when ``url`` leads to no other machine.
    """
    scp = _SCP.match(url.strip())
    if scp and "://" not in url:
        host, path = scp[1].strip("[]"), scp[2]
    else:
        try:
            parts = urlsplit(url.strip())
            host, path = parts.hostname or "", parts.path
        except ValueError:
            return ""
        if parts.scheme == "file":
            return ""
    path = re.sub(r"/{2,}", "/", path.split("?")[0].split("#")[0]).strip("/")
    path = path[: -len(".git")] if path.lower().endswith(".git") else path
    return f"{host}/{path}".lower() if host and path else ""


def repository_of(folder: Path) -> Repository | None:
    """The repository that ``folder`` is in; None when it is in none, or there is no git."""
    top = _git(folder, "rev-parse", "--show-toplevel")
    if not top:
        return None
    names = _git(folder, "remote").split()
    name = "origin" if "origin" in names or not names else names[0]
    remote = normalised_remote(_git(folder, "config", "--get", f"remote.{name}.url"))
    return Repository(Path(top), remote, _git(folder, "rev-parse", "--verify", "--quiet", "HEAD"))


def _git(folder: Path, *arguments: str) -> str:
    """What git prints; empty when it fails or is not there."""
    git = shutil.which("git")
    if git is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603  Nothing of it comes from the project.
            # In a container the folder often belongs to somebody else; nothing of it is executed.
            [git, "-C", str(folder), "-c", "safe.directory=*", *arguments],
            env={name: value for name, value in os.environ.items() if name not in _OF_A_HOOK},
            capture_output=True,
            check=False,
            encoding="utf-8",
            errors="replace",
            timeout=_SECONDS,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
