"""``skillmeat scan``"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from skillmeat_cli.bodies import report_body
from skillmeat_cli.commands import options
from skillmeat_cli.output import Output
from skillmeat_cli.projects import LocalProject, local_projects


@click.command()
@options.path
@options.recursive
@options.key
@options.name
@options.quiet
@options.as_json
def scan(path: Path, recursive: bool, quiet: bool, as_json: bool, **identity: str | None) -> None:
    """Show what would be reported of the project in PATH. Sends nothing."""
    output = Output(quiet=quiet, as_json=as_json)
    projects = list(local_projects([path], recursive=recursive, **identity))
    for local in projects:
        output.project(local)
    output.json({"projects": [_as_dict(local) for local in projects]})
    if not any(local.project.targets for local in projects):
        output.end_with_nothing()


def _as_dict(local: LocalProject) -> dict[str, Any]:
    reports = [
        report_body(local.project, target, key=local.key, name=local.name, commit=local.commit)
        for target in local.project.targets
    ]
    return {"path": str(local.project.root), "key": local.key, "reports": reports}
