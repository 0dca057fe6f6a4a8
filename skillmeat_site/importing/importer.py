"""Brings the database up to date with a project's folder, by the services of all domains."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter
from typing import Any

from django.db import IntegrityError, transaction

from collections_app.models import Artifact, Collection
from collections_app.services import add_artifacts, create_artifact, create_collection, update_artifact
from deployments_app.models import Deployment, Project
from deployments_app.services import create_deployment, create_project
from groups_app.models import Group
from groups_app.services import create_group, place_artifacts
from skillmeat_site.db.transactions import in_transaction, locked
from skillmeat_site.importing.reader import DeployedEntry, FoundArtifact, ProjectFolder

CREATED, UPDATED, UNCHANGED = "created", "updated", "unchanged"


@dataclass
class Importer:
    """One import. It is all or nothing, and a second one of the same folder changes nothing.

    Others may import at the same time: those of the same project wait for each other.

    Args:
        folder: what was read.
        project_name: of the project that the deployments belong to.
        report: called after each step with the number of steps done; see `steps`.
    """

    folder: ProjectFolder
    project_name: str
    report: Callable[[int], Any] = lambda done: None
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    done: int = 0

    @property
    def steps(self) -> int:
        """How many steps `run` takes."""
        return len(self.folder.artifacts) + len(self.folder.entries)

    def run(self, *, dry_run: bool = False) -> Counter[tuple[str, str]]:
        """Import everything.

        Args:
            dry_run: do all the work and then undo it.

        Returns:
            How many rows of each kind (such as ``artifacts``) had each outcome (`CREATED`, …).
        """
        return in_transaction(partial(self._run, dry_run))

    # Inside the transaction that may be run again, since a dry run undoes only this one.
    @transaction.atomic
    def _run(self, dry_run: bool) -> Counter[tuple[str, str]]:
        self.counts.clear()
        self.done = 0
        project = self._counted("projects", Project, create_project, name=self.project_name)
        # Or two imports of the project would both find that a deployment is missing.
        locked(Project, project.pk)
        # What several imports lock they lock in the same order, or they could block each other.
        in_lock_order = sorted(self.folder.artifacts, key=attrgetter("type", "name"))
        locked_by_path = {found.path: self._artifact(found) for found in in_lock_order}
        by_path = {found.path: locked_by_path[found.path] for found in self.folder.artifacts}
        by_entry = [(entry, self._deployed_artifact(entry, by_path)) for entry in self.folder.entries]
        self._organise(by_path, by_entry)
        for entry, artifact in by_entry:
            self._deployment(project, artifact, entry)
        transaction.set_rollback(dry_run)
        return self.counts

    def _artifact(self, found: FoundArtifact) -> Artifact:
        """What the file says; what it does not say stays as it is."""
        said = {"description": found.description, "latest_version": found.version}
        fields = {name: value for name, value in said.items() if value is not None}
        artifact, created = _get_or_create(
            Artifact, create_artifact, fields, type=found.type, name=found.name
        )
        if created:
            outcome = CREATED
        else:
            stale = any(getattr(artifact, name) != value for name, value in fields.items())
            artifact = update_artifact(id=artifact.pk, **fields)
            outcome = UPDATED if stale else UNCHANGED
        self.counts["artifacts", outcome] += 1
        self._step()
        return artifact

    def _deployed_artifact(self, entry: DeployedEntry, by_path: dict[str, Artifact]) -> Artifact:
        """The artifact whose file the entry names, else the one of its name, else a new one."""
        for path in (entry.path, f"{entry.path}/SKILL.md"):
            if path in by_path:
                return by_path[path]
        artifact, created = _get_or_create(Artifact, create_artifact, {}, type=entry.type, name=entry.name)
        if created:
            self.counts["artifacts", CREATED] += 1
        return artifact

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
        for name, category_of in sorted(members.items()):
            self._fill_collection(name, category_of)

    def _fill_collection(self, name: str, category_of: dict[str, str | None]) -> None:
        collection = self._counted("collections", Collection, create_collection, name=name)
        for member in add_artifacts(collection_id=collection.pk, artifact_ids=list(category_of)):
            self.counts["artifacts in collections", CREATED if member.created else UNCHANGED] += 1
        for category in sorted({category for category in category_of.values() if category}):
            ids = [id for id, own in category_of.items() if own == category]
            group = self._counted("groups", Group, create_group, collection_id=collection.pk, name=category)
            for place in place_artifacts(group_id=group.pk, artifact_ids=ids):
                self.counts["artifacts in groups", CREATED if place.created else UNCHANGED] += 1

    def _deployment(self, project: Project, artifact: Artifact, entry: DeployedEntry) -> None:
        key: dict[str, Any] = {"artifact_id": artifact.pk, "project_id": project.pk}
        key["deployed_version"] = entry.version
        if entry.deployed_at:
            key["deployed_at"] = entry.deployed_at
        exists = Deployment.objects.filter(**key).exists()
        if not exists:
            create_deployment(**key)
        self.counts["deployments", UNCHANGED if exists else CREATED] += 1
        self._step()

    def _counted(self, kind: str, model: Any, create: Callable[..., Any], **key: Any) -> Any:
        row, created = _get_or_create(model, create, {}, **key)
        self.counts[kind, CREATED if created else UNCHANGED] += 1
        return row

    def _step(self) -> None:
        self.done += 1
        self.report(self.done)


def _get_or_create(
    model: Any, create: Callable[..., Any], defaults: dict[str, Any], **key: Any
) -> tuple[Any, bool]:
    """As the ORM's, but a service creates: the row, and whether it is new."""
    row = model.objects.filter(**key).first()
    if row is not None:
        return row, False
    try:
        return create(**key, **defaults), True
    except IntegrityError:
        # Another import was faster, and has committed.
        return model.objects.get(**key), False
