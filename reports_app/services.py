"""What a report does, in one transaction."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson
from django.db import IntegrityError, transaction
from django.utils import timezone

from collections_app.models import Artifact
from deployments_app.models import DEFAULT_TARGET, Deployment, DeploymentQuerySet, Project
from deployments_app.services import lock_tallies
from reports_app.items import Item, find_artifacts, find_or_make, lock_artifacts, organise
from reports_app.models import KEPT, Report
from reports_app.states import CREATED, OUTCOMES, UNCHANGED, UPDATED, State
from reports_app.versions import greatest
from skillmeat_site.audit.trail import record_changed, records_inserted_together
from skillmeat_site.db.models import numbered, save_changes
from skillmeat_site.db.transactions import Stale, in_transaction, insert_missing, locked
from skillmeat_site.exceptions import NotFound

_LATEST = ["latest_version", "description", "updated_at"]


@dataclass
class Outcome:
    """What came of a report.

    Attributes:
        report: the one that was stored, or the one before, whose state it confirms; None where a dry run
            would store one.
        artifacts, deployments: how many had each outcome.
        made: the ids of rows that a dry run would have made.
    """

    project: Project
    target: str
    is_new_project: bool
    problems: list[dict[str, Any]]
    report: Report | None = None
    unchanged: bool = False
    artifacts: dict[str, int] = field(default_factory=dict)
    deployments: dict[str, int] = field(default_factory=dict)
    outdated: list[Deployment] = field(default_factory=list)
    made: set[str] = field(default_factory=set)


def receive_report(
    *,
    project: dict[str, Any],
    artifacts: Sequence[Item],
    by: str,
    target: str = DEFAULT_TARGET,
    create: bool = True,
    dry_run: bool = False,
    tool: str = "",
    commit: str = "",
    problems: Sequence[dict[str, Any]] = (),
) -> Outcome:
    """Let the deployments of one target of a project be what a report says.

    Args:
        project: ``id``, or ``key`` and perhaps ``name``.
        artifacts: all that the project has for the target; see `Item`.
        by: the name of the user who sends it.
        create: whether an unknown key makes a project.
        dry_run: do all of it, and then undo it.

    Raises:
        NotFound: there is no such project.
        Repeated: an artifact is named twice.
    """
    # In any order they are the same state.
    in_order = sorted(artifacts, key=lambda item: (item["type"], item["name"], item.get("namespace", "")))
    content = {"artifacts": in_order, "problems": problems, "tool": tool, "commit": commit}
    report = Report(target=target, tool=tool, commit=commit, by=by, problems=list(problems))
    report.content_digest = _digest(content)
    return in_transaction(partial(_receive, project, create, report, artifacts, dry_run))


def _receive(
    named: dict[str, Any], create: bool, report: Report, items: Sequence[Item], dry_run: bool
) -> Outcome:
    # A savepoint of its own, so that a dry run undoes its audit records too.
    with transaction.atomic(), records_inserted_together():
        project, is_new = _find_project(named, create=create)
        outcome = Outcome(project, report.target, is_new, report.problems)
        before = Report.objects.of(project.pk, report.target).first()
        if before is not None and _is_the_same(report, before):
            _confirm(outcome, before, items)
        else:
            _carry_out(outcome, report, items)
        outdated = (
            _active(project.pk, report.target).with_details().outdated().order_by("artifact__name", "pk")
        )
        outcome.outdated = list(outdated)
    if dry_run:
        if not outcome.unchanged:
            outcome.report = None
        transaction.set_rollback(True)
    return outcome


def _carry_out(outcome: Outcome, report: Report, items: Sequence[Item]) -> None:
    artifacts, new = find_or_make(items, find_artifacts)
    organise(items, artifacts)
    state = State(outcome.project, outcome.target)
    rows = lock_artifacts(artifacts, beside=state.artifacts())
    artifacts = [rows[artifact.pk] for artifact in artifacts]
    changed = _raise_latest(outcome.project, items, artifacts)
    state.become(items, artifacts)
    updated = len({row.pk for row in changed} - new)
    outcome.artifacts = {CREATED: len(new), UPDATED: updated, UNCHANGED: len(items) - len(new) - updated}
    outcome.deployments = {name: state.counts[name] for name in OUTCOMES}
    outcome.made = {*new, *state.created, *([outcome.project.pk] if outcome.is_new_project else [])}
    outcome.report = _store(outcome, report)


def _confirm(outcome: Outcome, before: Report, items: Sequence[Item]) -> None:
    """Write down no more than that the state of the report before was seen again."""
    State(outcome.project, outcome.target).touch()
    outcome.report, outcome.unchanged = before, True
    outcome.artifacts = {CREATED: 0, UPDATED: 0, UNCHANGED: len(items)}
    outcome.deployments = {**dict.fromkeys(OUTCOMES, 0), UNCHANGED: len(items)}


def _find_project(named: dict[str, Any], *, create: bool) -> tuple[Project, bool]:
    """The project, locked, and whether it was made."""
    if "id" in named:
        return locked(Project, named["id"], attr="project.id"), False
    key = named["key"]
    known = _known_project(key)
    if known is not None:
        return known
    if not create:
        raise NotFound(f"Project with the key '{key}' not found", attr="project.key")
    parts = [part.strip() for part in key.split("/")]
    name = named.get("name") or next((part for part in reversed(parts) if part), key)
    return insert_missing(lambda: _known_project(key) or _take_over(name, key) or _make_project(name, key))


def _known_project(key: str) -> tuple[Project, bool] | None:
    project = Project.objects.filter(key=key).select_for_update(no_key=True).first()
    return None if project is None else (project, False)


def _take_over(name: str, key: str) -> tuple[Project, bool] | None:
    """The project of that name, if nobody knows its key and it was never reported."""
    free = Project.objects.filter(name=name, key=None, last_reported_at=None)
    project = free.select_for_update(no_key=True).first()
    if project is None:
        return None
    save_changes(project, {"key": key})
    return project, False


def _make_project(name: str, key: str) -> tuple[Project, bool]:
    taken = set(Project.objects.filter(name__startswith=name[:200]).values_list("name", flat=True))
    return Project.objects.create(name=numbered(name, taken), key=key), True


def _raise_latest(project: Project, items: Sequence[Item], artifacts: Sequence[Artifact]) -> list[Artifact]:
    """Learn newer versions, and descriptions where there are none, of what no catalogue has; saves them."""
    changed = []
    for item, artifact in zip(items, artifacts, strict=True):
        if artifact.catalogued_at is not None:
            continue
        latest = greatest(artifact.latest_version, item.get("version"))
        description = item.get("description") if artifact.description is None else artifact.description
        if (latest, description) != (artifact.latest_version, artifact.description):
            if latest != artifact.latest_version:
                artifact.latest_digest = None
            artifact.latest_version, artifact.description = latest, description
            changed.append(artifact)
    save_artifacts(changed, [*_LATEST, "latest_digest"], project.pk)
    return changed


def save_artifacts(artifacts: Sequence[Artifact], fields: Sequence[str], *projects: str) -> None:
    """Save and record ``fields`` of locked artifacts.

    Args:
        projects: whose deployments the transaction changes afterwards.

    Raises:
        Stale: somebody else has made an artifact that one of them becomes.
    """
    if not artifacts:
        return
    lock_tallies(projects=projects, artifacts=artifacts)
    for artifact in artifacts:
        artifact.updated_at = timezone.now()
    try:
        Artifact.objects.bulk_update(artifacts, fields, batch_size=500)
    except IntegrityError as exc:
        raise Stale from exc
    record_changed(artifacts)


def _store(outcome: Outcome, report: Report) -> Report:
    report.project = outcome.project
    # Under the lock on the project: the newest report is the one whose state it has.
    report.reported_at = timezone.now()
    report.counts = {"artifacts": outcome.artifacts, "deployments": outcome.deployments}
    report.state_digest = _state_digest(outcome.project.pk, outcome.target)
    report.save(force_insert=True)
    kept = Report.objects.of(outcome.project.pk, outcome.target).values("pk")
    Report.objects.filter(pk__in=list(kept[KEPT:].values_list("pk", flat=True))).delete()
    return report


def _is_the_same(report: Report, before: Report) -> bool:
    """Whether it says what the one before said, and nobody has changed anything of it since."""
    if report.content_digest != before.content_digest:
        return False
    return before.state_digest == _state_digest(before.project_id, before.target)


def _active(project_id: str, target: str) -> DeploymentQuerySet:
    return Deployment.objects.active().filter(project=project_id, target=target)


def _state_digest(project_id: str, target: str) -> str:
    """A digest of what is active. Costs one query."""
    shown = ("artifact", "deployed_version", "deployed_digest", "is_modified", "evidence")
    return _digest(list(_active(project_id, target).order_by("artifact").values_list(*shown)))


def _digest(value: Any) -> str:
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()
