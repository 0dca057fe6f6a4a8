"""Brings the database up to date with a project's folder, by the services of all domains."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from collections_app.models import Artifact, Collection
from collections_app.services import add_artifacts, create_artifact, create_collection, update_artifact
from deployments_app.models import Deployment, Project
from deployments_app.services import create_deployment, create_project
from groups_app.models import Group
from groups_app.services import create_group, place_artifacts
from skillmeat_site.importing.reader import DeployedEntry, FoundArtifact, ProjectFolder

CREATED, UPDATED, UNCHANGED = "created", "updated", "unchanged"


@dataclass
class Importer:
    """One import. It is all or nothing, and a second one of the same folder changes nothing.

    Args:
        folder: what was read.
        project_name: of the project that the deployments belong to.
        advance: called after each step, with nothing; see `steps`.
    """

    folder: ProjectFolder
    project_name: str
    advance: Callable[[], Any] = lambda: None
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def steps(self) -> int:
        """How often `run` calls ``advance``."""
        return len(self.folder.artifacts) + len(self.folder.entries)

    @transaction.atomic
    def run(self, *, dry_run: bool = False) -> Counter[tuple[str, str]]:
        """Import everything.

        Args:
            dry_run: do all the work and then undo it.

        Returns:
            How many rows of each kind (such as ``artifacts``) had each outcome (`CREATED`, …).
        """
        project = self._get_or_create("projects", Project, create_project, name=self.project_name)
        by_path = {found.path: self._artifact(found) for found in self.folder.artifacts}
        by_entry = [(entry, self._deployed_artifact(entry, by_path)) for entry in self.folder.entries]
        self._organise(by_path, by_entry)
        for entry, artifact in by_entry:
            self._deployment(project, artifact, entry)
        transaction.set_rollback(dry_run)
        return self.counts

    def _artifact(self, found: FoundArtifact) -> Artifact:
        """What the file says; what it does not say stays as it is."""
        artifact = Artifact.objects.filter(type=found.type, name=found.name).first()
        said = {"description": found.description, "latest_version": found.version}
        fields = {name: value for name, value in said.items() if value is not None}
        if artifact is None:
            artifact = self._count(
                "artifacts", CREATED, create_artifact(type=found.type, name=found.name, **fields)
            )
        else:
            stale = any(getattr(artifact, name) != value for name, value in fields.items())
            artifact = update_artifact(id=artifact.pk, **fields)
            self._count("artifacts", UPDATED if stale else UNCHANGED)
        self.advance()
        return artifact

    def _deployed_artifact(self, entry: DeployedEntry, by_path: dict[str, Artifact]) -> Artifact:
        """The artifact whose file the entry names, else the one of its name, else a new one."""
        for path in (entry.path, f"{entry.path}/SKILL.md"):
            if path in by_path:
                return by_path[path]
        found = {"type": entry.type, "name": entry.name}
        artifact = Artifact.objects.filter(**found).first()
        return artifact or self._count("artifacts", CREATED, create_artifact(**found))

    def _organise(self, by_path: dict[str, Artifact], by_entry: list[tuple[DeployedEntry, Artifact]]) -> None:
        """Put every artifact into its collection, and into the group of its category there.

        What was not deployed belongs to the collection that most entries come from.
        """
        collection_names = {artifact.pk: entry.collection for entry, artifact in by_entry}
        common = Counter(collection_names.values()).most_common(1)
        default = common[0][0] if common else self.project_name
        categories = {by_path[found.path].pk: found.category for found in self.folder.artifacts}
        artifacts = [*by_path.values(), *(artifact for _, artifact in by_entry)]
        members: dict[str, dict[str, str | None]] = {}
        for artifact in artifacts:
            name = collection_names.get(artifact.pk, default)
            members.setdefault(name, {})[artifact.pk] = categories.get(artifact.pk)
        for name, category_of in members.items():
            self._fill_collection(name, category_of)

    def _fill_collection(self, name: str, category_of: dict[str, str | None]) -> None:
        collection = self._get_or_create("collections", Collection, create_collection, name=name)
        for member in add_artifacts(collection_id=collection.pk, artifact_ids=list(category_of)):
            self._count("artifacts in collections", CREATED if member.created else UNCHANGED)
        for category in sorted({category for category in category_of.values() if category}):
            ids = [id for id, own in category_of.items() if own == category]
            group = self._get_or_create(
                "groups", Group, create_group, collection_id=collection.pk, name=category
            )
            for place in place_artifacts(group_id=group.pk, artifact_ids=ids):
                self._count("artifacts in groups", CREATED if place.created else UNCHANGED)

    def _deployment(self, project: Project, artifact: Artifact, entry: DeployedEntry) -> None:
        key: dict[str, Any] = {"artifact_id": artifact.pk, "project_id": project.pk}
        key["deployed_version"] = entry.version
        if entry.deployed_at:
            key["deployed_at"] = entry.deployed_at
        if Deployment.objects.filter(**key).exists():
            self._count("deployments", UNCHANGED)
        else:
            self._count("deployments", CREATED, create_deployment(**key))
        self.advance()

    def _get_or_create(self, kind: str, model: Any, create: Callable[..., Any], **fields: Any) -> Any:
        row = model.objects.filter(**fields).first()
        if row is not None:
            return self._count(kind, UNCHANGED, row)
        return self._count(kind, CREATED, create(**fields))

    def _count(self, kind: str, outcome: str, row: Any = None) -> Any:
        self.counts[kind, outcome] += 1
        return row
