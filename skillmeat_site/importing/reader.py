"""Reads a project's ``.claude`` folder. Knows files and malformed input, and no database.

Nothing that is wrong with a file stops the reading: it becomes a `Problem` and whatever can be
told from the file's name is used instead.
"""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import frontmatter
import yaml

from collections_app.models import ArtifactType
from skillmeat_site.db.models import DESCRIPTION_MAX_LENGTH, NAME_MAX_LENGTH, VERSION_MAX_LENGTH

DEPLOYED_FILE = ".skillmeat-deployed.toml"
MCP_FILE = ".mcp.json"

# Where each kind of artifact lives below `.claude`.
PATTERNS = {
    ArtifactType.SKILL: "skills/*/SKILL.md",
    ArtifactType.AGENT: "agents/**/*.md",
    ArtifactType.COMMAND: "commands/**/*.md",
}
# A deployment without a version is told apart by the beginning of its content's hash.
HASH_LENGTH = 12


@dataclass(frozen=True)
class Problem:
    """Something that is wrong with a file: which file, what kind of wrong, and the details."""

    path: str
    kind: str
    detail: str


@dataclass(frozen=True)
class FoundArtifact:
    """An artifact as its file describes it; None is what the file does not say."""

    type: ArtifactType
    name: str
    path: str
    description: str | None = None
    version: str | None = None
    category: str | None = None


@dataclass(frozen=True)
class DeployedEntry:
    """One ``[[deployed]]`` table."""

    type: ArtifactType
    name: str
    path: str
    collection: str
    version: str | None
    deployed_at: datetime | None


@dataclass
class ProjectFolder:
    """What a project's folder says."""

    root: Path
    artifacts: list[FoundArtifact] = field(default_factory=list)
    entries: list[DeployedEntry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def claude(self) -> Path:
        """The folder that the tool keeps."""
        return self.root / ".claude"

    def report(self, path: Path, kind: str, detail: str) -> None:
        """Note a problem with a file of this project."""
        self.problems.append(Problem(str(path.relative_to(self.root)), kind, detail))


def read_project(path: Path) -> ProjectFolder:
    """Read the project at ``path``, which may also be its ``.claude`` folder.

    Raises:
        FileNotFoundError: there is no ``.claude`` folder.
    """
    root = path.resolve()
    folder = ProjectFolder(root.parent if root.name == ".claude" else root)
    if not folder.claude.is_dir():
        raise FileNotFoundError(f"There is no .claude folder in {folder.root}")
    folder.artifacts = _with_own_names(folder, [*_file_artifacts(folder), *_mcp_servers(folder)])
    folder.entries = sorted(
        _entries(folder), key=lambda entry: entry.deployed_at or datetime.min.replace(tzinfo=UTC)
    )
    return folder


def _file_artifacts(folder: ProjectFolder) -> Iterator[FoundArtifact]:
    for type, pattern in PATTERNS.items():
        for path in sorted(folder.claude.glob(pattern)):
            yield _file_artifact(folder, type, path)


def _file_artifact(folder: ProjectFolder, type: ArtifactType, path: Path) -> FoundArtifact:
    metadata = _front_matter(folder, path)
    places = path.relative_to(folder.claude).parts
    return FoundArtifact(
        type=type,
        name=_text(folder, path, metadata, "name", NAME_MAX_LENGTH) or _own_name(type, path),
        path=str(path.relative_to(folder.claude)),
        description=_text(folder, path, metadata, "description", DESCRIPTION_MAX_LENGTH),
        version=_text(folder, path, metadata, "version", VERSION_MAX_LENGTH),
        category=_clean(places[1]) if type != ArtifactType.SKILL and len(places) > 2 else None,
    )


def _own_name(type: ArtifactType, path: Path) -> str:
    return _clean(path.parent.name if type == ArtifactType.SKILL else path.stem)


def _front_matter(folder: ProjectFolder, path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        if not frontmatter.checks(text):
            folder.report(path, "no front matter", "named after its file, without description")
            return {}
        return frontmatter.loads(text).metadata
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as exc:
        folder.report(path, "broken front matter", f"named after its file: {_one_line(exc)}")
        return {}


def _text(folder: ProjectFolder, path: Path, metadata: dict[str, Any], key: str, limit: int) -> str | None:
    value = metadata.get(key)
    if value is None or isinstance(value, dict | list):
        if value is not None:
            folder.report(path, f"bad {key}", "not a text, left out")
        return None
    text = _clean(str(value))
    if len(text) > limit:
        folder.report(path, f"long {key}", f"cut to {limit} characters")
    return text[:limit] or None


def _with_own_names(folder: ProjectFolder, found: list[FoundArtifact]) -> list[FoundArtifact]:
    """``found`` with a name each: of two files that claim one, the other gets its file's name."""
    owners: dict[tuple[str, str], FoundArtifact] = {}
    for artifact in sorted(found, key=lambda artifact: artifact.name != _file_name(artifact)):
        path = folder.claude / artifact.path
        owner = owners.setdefault((artifact.type, artifact.name), artifact)
        if owner is not artifact:
            own_name = _file_name(artifact)
            folder.report(
                path, "name taken", f"{artifact.name!r} is {owner.path}; named {own_name!r} after its file"
            )
            artifact = FoundArtifact(**{**vars(artifact), "name": own_name})
            owners[artifact.type, own_name] = artifact
        if " " in artifact.name:
            folder.report(path, "name with spaces", f"{artifact.name!r} is kept as it is")
    return sorted(owners.values(), key=lambda artifact: artifact.path)


def _file_name(artifact: FoundArtifact) -> str:
    return (
        artifact.name if artifact.type == ArtifactType.MCP else _own_name(artifact.type, Path(artifact.path))
    )


def _mcp_servers(folder: ProjectFolder) -> Iterator[FoundArtifact]:
    path = folder.root / MCP_FILE
    if not path.is_file():
        return
    try:
        servers = json.loads(path.read_bytes())["mcpServers"]
        names = sorted(servers)
    except (ValueError, KeyError, TypeError) as exc:
        folder.report(path, "broken file", f"no MCP servers read: {_one_line(exc)}")
        return
    for name in names:
        yield FoundArtifact(type=ArtifactType.MCP, name=name[:NAME_MAX_LENGTH], path=f"../{MCP_FILE}")


def _entries(folder: ProjectFolder) -> Iterator[DeployedEntry]:
    path = folder.claude / DEPLOYED_FILE
    if not path.is_file():
        return
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))["deployed"]
    except (ValueError, KeyError) as exc:
        folder.report(path, "broken file", f"no deployments read: {_one_line(exc)}")
        return
    for number, table in enumerate(tables, start=1):
        entry = _entry(folder, path, number, table)
        if entry:
            yield entry


def _entry(folder: ProjectFolder, path: Path, number: int, table: dict[str, Any]) -> DeployedEntry | None:
    name, type, collection = (table.get(key) for key in ("artifact_name", "artifact_type", "from_collection"))
    where = f"entry {number} ({name})"
    texts = all(
        isinstance(text, str) and 0 < len(text.strip()) <= NAME_MAX_LENGTH for text in (name, collection)
    )
    if not texts or type not in ArtifactType.values:
        folder.report(
            path, "bad entry", f"{where} skipped: needs artifact_name, artifact_type, from_collection"
        )
        return None
    version = str(table.get("version") or str(table.get("content_hash") or "")[:HASH_LENGTH])
    entry = DeployedEntry(
        type=ArtifactType(type),
        name=str(name).strip(),
        path=str(table.get("artifact_path") or ""),
        collection=str(collection).strip(),
        version=version[:VERSION_MAX_LENGTH] or None,
        deployed_at=_time(folder, path, where, table.get("deployed_at")),
    )
    if " " in entry.name:
        folder.report(path, "name with spaces", f"{where}: {entry.name!r} is kept as it is")
    if not entry.path or not (folder.claude / entry.path).exists():
        folder.report(path, "entry without a file", f"{where}: there is no {entry.path or 'artifact_path'}")
    return entry


def _time(folder: ProjectFolder, path: Path, where: str, value: Any) -> datetime | None:
    try:
        time = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        folder.report(path, "bad time", f"{where}: {value!r} is no time; taken as now")
        return None
    if time.tzinfo is None:
        folder.report(path, "naive time", f"{where}: {time.isoformat()} taken as UTC")
        return time.replace(tzinfo=UTC)
    return time


def _clean(text: str) -> str:
    """``text`` as databases take it: file names and YAML may hold what is no Unicode."""
    return text.strip().replace("\x00", "").encode("utf-8", "replace").decode()


def _one_line(exc: Exception) -> str:
    return " ".join(str(exc).split())
