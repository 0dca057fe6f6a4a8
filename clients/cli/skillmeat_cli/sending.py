"""Reports of local projects, one for each target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from skillmeat_cli.bodies import TOOL, report_body
from skillmeat_cli.projects import LocalProject
from skillmeat_cli.service import Service, ServiceError


@dataclass(frozen=True)
class Answer:
    """What the service says to the report of one target."""

    target: str
    body: dict[str, Any]
    answer: dict[str, Any]

    @property
    def outdated(self) -> list[dict[str, Any]]:
        """The deployments that are outdated, as the service shows them."""
        rows: list[dict[str, Any]] = self.answer["outdated"]
        return rows

    def as_dict(self) -> dict[str, Any]:
        """``{"target", "answer"}``"""
        return {"target": self.target, "answer": self.answer}


def report_project(service: Service, local: LocalProject, *, dry_run: bool) -> list[Answer]:
    """Report a project: every target that has something, and with nothing those that had before.

    Returns:
        The answers; none when there is nothing to report.

    Raises:
        Failure: the project has no key.
        ServiceError: the service refused a report, or cannot be reached.
    """
    key = local.required_key()
    answers = [_send(service, local, key, target, dry_run) for target in local.project.targets]
    project_id = answers[0].answer["project_id"] if answers else _project_id(service, local, key)
    if project_id:
        # What other tools report is theirs to take back.
        reported = service.reported_targets(project_id, TOOL.split(" ")[0])
        gone = sorted(reported - set(local.project.targets))
        answers += [_send(service, local, key, target, dry_run) for target in gone]
    return answers


def _send(service: Service, local: LocalProject, key: str, target: str, dry_run: bool) -> Answer:
    body = report_body(local.project, target, key=key, name=local.name, commit=local.commit, dry_run=dry_run)
    return Answer(target, body, service.report(body))


def _project_id(service: Service, local: LocalProject, key: str) -> str | None:
    """The service's id of a project that has nothing here; None when it was never reported."""
    try:
        probe = report_body(local.project, "default", key=key, dry_run=True, create=False)
        project_id: str | None = service.report(probe)["project_id"]
    except ServiceError as exc:
        if exc.status == 404:
            return None
        raise
    return project_id
