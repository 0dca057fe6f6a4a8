"""``skillmeat report``"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from skillmeat_cli.commands import options
from skillmeat_cli.errors import Failure
from skillmeat_cli.output import FAILED, OUTDATED, Output
from skillmeat_cli.projects import LocalProject, local_projects
from skillmeat_cli.sending import Answer, report_project
from skillmeat_cli.service import Service
from skillmeat_cli.settings import load_settings


@click.command()
@click.argument("paths", type=options.PATH, nargs=-1)
@options.recursive
@options.key
@options.name
@options.dry_run
@click.option("--fail-on-outdated", is_flag=True, help="Exit with status 1 when something is outdated.")
@options.quiet
@options.as_json
def report(
    paths: tuple[Path, ...],
    recursive: bool,
    dry_run: bool,
    fail_on_outdated: bool,
    quiet: bool,
    as_json: bool,
    **identity: str | None,
) -> None:
    """Report what the projects in PATHS have, or the one in this folder: once for each agent."""
    if identity["key"] and len(paths) > 1:
        raise Failure("One key cannot be that of several projects: report them one by one.")
    output = Output(quiet=quiet, as_json=as_json)
    projects = list(local_projects(list(paths) or [Path()], recursive=recursive, **identity))
    reported, failed = _report(output, projects, dry_run)
    for local, answers in reported:
        output.problems(local.project.problems)
        output.answers(local, answers, dry_run=dry_run)
    output.json({"projects": [_as_dict(local, answers) for local, answers in reported]})
    if failed:
        sys.exit(FAILED)
    if not any(answers for _, answers in reported):
        output.end_with_nothing()
    if fail_on_outdated and any(answer.outdated for _, answers in reported for answer in answers):
        sys.exit(OUTDATED)


def _report(
    output: Output, projects: list[LocalProject], dry_run: bool
) -> tuple[list[tuple[LocalProject, list[Answer]]], bool]:
    """The answers for each project, and whether one failed, which does not keep the others."""
    service = Service(load_settings())
    reported = []
    failed = False
    for local in output.progress(projects, "Reporting"):
        try:
            answers = report_project(service, local, dry_run=dry_run)
        except Failure as exc:
            output.error(str(exc))
            failed = True
        else:
            reported.append((local, answers))
    return reported, failed


def _as_dict(local: LocalProject, answers: list[Answer]) -> dict[str, object]:
    return {
        "path": str(local.project.root),
        "key": local.key,
        "targets": [answer.as_dict() for answer in answers],
    }
