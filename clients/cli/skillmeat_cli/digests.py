r"""Digests that are the same on every system; docs/reporting.md shows how to compute them by hand.

A file's digest is the SHA-256 of its bytes, of a text with line ends of ``\n``. A folder's is the SHA-256 of
what ``sha256sum`` prints for its files, sorted by path. A server's or hook's is that of its canonical JSON.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from skillmeat_cli.files import Files, relative_path

# Of one artifact. What is larger has no digest.
FILE_MAX = 64 * 1024 * 1024
FILES_MAX = 10_000
# As git tells texts from other files.
_TEXT_SAMPLE = 8_000


def file_digest(files: Files, path: Path) -> str | None:
    """``sha256:…`` of a file; None when it cannot be read."""
    content = files.bytes(path, FILE_MAX)
    return None if content is None else f"sha256:{_content_hash(content)}"


def folder_digest(files: Files, folder: Path) -> str | None:
    """``sha256:…`` of a folder without what is hidden in it; None when something in it cannot be read."""
    # With problems of its own, which tell that something is missing.
    inside = Files(files.folder, files.root, files.boundary, files.target)
    lines: list[tuple[bytes, str]] = []
    for _, _, paths in inside.walk(folder):
        for path in paths:
            content = inside.bytes(path, FILE_MAX)
            name = relative_path(path, folder).encode("utf-8", "surrogateescape")
            lines.append((name, "" if content is None else _content_hash(content)))
        if len(lines) > FILES_MAX:
            inside.report(folder, "too_large", f"It has more than {FILES_MAX} files.")
            break
    files.problems.extend(problem for problem in inside.problems if problem not in files.problems)
    if inside.problems:
        return None
    return _sha256(b"".join(digest.encode() + b"  " + name + b"\n" for name, digest in sorted(lines)))


def value_digest(value: dict[str, Any]) -> str:
    """``sha256:…`` of a server or hook: its canonical JSON, with the names only of ``env`` and headers."""
    # With ASCII only, lone surrogates can be written too.
    text = json.dumps(without_secrets(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return _sha256(text.encode())


def without_secrets(value: Any) -> Any:
    """``value`` where everything below a key ``env`` or ``…headers`` is replaced by its sorted keys."""
    if isinstance(value, list):
        return [without_secrets(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _names(item) if _holds_secrets(key) else without_secrets(item) for key, item in value.items()
    }


def _names(value: Any) -> list[str] | None:
    return sorted(value) if isinstance(value, dict) else None


def _holds_secrets(key: str) -> bool:
    return key.lower() == "env" or key.lower().endswith("headers")


def _content_hash(content: bytes) -> str:
    if b"\x00" not in content[:_TEXT_SAMPLE]:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return hashlib.sha256(content).hexdigest()


def _sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
