"""Reports what a project's folder has, in process: as the command `skillmeat` does it over HTTP."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from skillmeat_cli.bodies import TOOL, report_body
from skillmeat_cli.projects import LocalProject

from deployments_app.models import Project
from deployments_app.services import create_project
from reports_app.models import Report
from reports_app.serializers import ReportCreateSerializer
from reports_app.services import Outcome, receive_report
from skillmeat_site.audit.trail import SYSTEM, records_inserted_together
from skillmeat_site.db.transactions import Stale, in_transaction
from skillmeat_site.exceptions import Conflict


def import_project(
    local: LocalProject, *, dry_run: bool = False, progress: Callable[[int, int], Any] = lambda done, of: None
) -> list[Outcome]:
    """Report every target of a project, and with nothing those that this tool reported before.

    It is all or nothing, and a second import of the same folder changes nothing.

    Args:
        dry_run: do all of it, and then undo it.
        progress: called after each target with how many are done, of how many.

    Returns:
        What came of each target; empty when there is nothing to report.

    Raises:
        ValidationError: the API would refuse what was read.
        Repeated: an artifact is named twice.
        Conflict: without a git remote the folder has the name of another project.
    """
    return in_transaction(partial(_import, local, dry_run, progress))


def _import(local: LocalProject, dry_run: bool, progress: Callable[[int, int], Any]) -> list[Outcome]:
    # A savepoint of its own, so that a dry run undoes its audit records too.
    with transaction.atomic(), records_inserted_together():
        known = Project.objects.filter(**_identity(local)).values_list("pk", flat=True).first()
        targets = list(local.project.targets)
        if known:
            gone = Report.objects.targets_last_reported_by(TOOL.split(" ")[0], known) - {*targets}
            targets += sorted(gone)
        outcomes = []
        for number, target in enumerate(targets, start=1):
            outcomes.append(receive_report(by=SYSTEM, **_content(local, target)))
            progress(number, len(targets))
    transaction.set_rollback(dry_run)
    return outcomes


def _identity(local: LocalProject) -> dict[str, str]:
    """What the project is looked up by: without a git remote, its name."""
    return {"key": local.key} if local.key else {"name": local.project.name}


def _content(local: LocalProject, target: str) -> Mapping[str, Any]:
    """The report of one target, as the API would take it."""
    body = report_body(local.project, target, key=local.key, name=local.name, commit=local.commit)
    if not local.key:
        body["project"] = {"id": _project_by_name(local).pk}
    serializer = ReportCreateSerializer(data=body)
    serializer.is_valid(raise_exception=True)
    content: Mapping[str, Any] = serializer.validated_data
    return content


def _project_by_name(local: LocalProject) -> Project:
    """The project of a folder without a git remote; a new one if there is none of its name."""
    name = local.project.name
    project = Project.objects.filter(name=name).first()
    if project and project.key and local.name is None:
        # Folders are called alike, and the other one's deployments would be retired.
        raise Conflict(
            f"The project '{name}' is {project.key}, and nothing says that this folder is too: use --name."
        )
    try:
        with transaction.atomic():
            return project or create_project(name=name)
    except IntegrityError as exc:
        raise Stale from exc
