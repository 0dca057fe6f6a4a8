"""``skillmeat publish``"""

from __future__ import annotations

from pathlib import Path

import click

from skillmeat_cli.bodies import catalog_body, offered
from skillmeat_cli.commands import options
from skillmeat_cli.errors import Failure
from skillmeat_cli.output import Output
from skillmeat_cli.projects import local_projects
from skillmeat_cli.service import Service
from skillmeat_cli.settings import load_settings

_CHANGES = ("created", "updated", "unchanged", "withdrawn")


@click.command()
@options.path
@click.option("--namespace", help="Of what belongs to no plugin. [default: the git remote without its host]")
@options.dry_run
@options.quiet
@options.as_json
def publish(path: Path, namespace: str | None, dry_run: bool, quiet: bool, as_json: bool) -> None:
    """Send what the repository in PATH offers to others: a catalogue for each namespace."""
    output = Output(quiet=quiet, as_json=as_json)
    (local,) = local_projects([path], recursive=False)
    output.problems(local.project.problems)
    namespace = namespace or local.remote.partition("/")[2]
    offers = {own or namespace: artifacts for own, artifacts in offered(local.project).items()}
    if not offers:
        output.end_with_nothing()
    if "" in offers:
        raise Failure("Nothing tells where these artifacts come from: use --namespace, such as acme/skills.")
    url = f"https://{local.remote}" if local.remote else ""
    bodies = [
        catalog_body(own, artifacts, url=url, commit=local.commit, dry_run=dry_run)
        for own, artifacts in offers.items()
    ]
    service = Service(load_settings())
    answers = [service.publish(body) for body in output.progress(bodies, "Publishing")]
    rows = [
        (answer["namespace"], *(answer["artifacts"][change] for change in _CHANGES), answer["newly_outdated"])
        for answer in answers
    ]
    title = "What would be published" if dry_run else "Published"
    output.table(title, ("namespace", *_CHANGES, "newly outdated"), rows)
    output.json({"catalogs": answers})
