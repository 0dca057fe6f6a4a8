"""``skillmeat status``"""

from __future__ import annotations

from pathlib import Path

import click

from skillmeat_cli.commands import options
from skillmeat_cli.output import Output
from skillmeat_cli.projects import local_projects
from skillmeat_cli.sending import report_project
from skillmeat_cli.service import Service
from skillmeat_cli.settings import load_settings


@click.command()
@options.path
@options.key
@options.quiet
@options.as_json
def status(path: Path, key: str | None, quiet: bool, as_json: bool) -> None:
    """Compare the project in PATH with what the service knows of it. Changes nothing."""
    output = Output(quiet=quiet, as_json=as_json)
    (local,) = local_projects([path], recursive=False, key=key)
    answers = report_project(Service(load_settings(), tries=1), local, dry_run=True)
    if not answers:
        output.end_with_nothing()
    if answers[0].answer["project_id"] is None:
        output.say("The service does not know this project yet.")
    output.answers(local, answers, dry_run=True)
    modified = [found for found in local.project.artifacts if found.is_modified]
    rows = [(found.target, found.type, found.name, found.path) for found in modified]
    output.table("Modified here", ("target", "type", "name", "path"), rows)
    output.json(
        {
            "key": local.key,
            "targets": [answer.as_dict() for answer in answers],
            "modified": [found.as_dict() for found in modified],
        }
    )
