"""``manage.py import_project PATH``"""

import json
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from rest_framework.exceptions import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table
from skillmeat_cli.artifacts import Problem, printable
from skillmeat_cli.errors import Failure
from skillmeat_cli.projects import LocalProject, local_projects

from reports_app.services import Outcome
from skillmeat_site.db.models import NAME_MAX_LENGTH
from skillmeat_site.exceptions import DomainError
from skillmeat_site.importing.services import import_project

# More problems of a kind in one file would hide the others.
SHOWN_OF_A_KIND = 5


class Command(BaseCommand):
    """Imports a project, shows what is wrong with its files, and what was done."""

    help = (
        "Import the skills, agents, commands, hooks and MCP servers of a project: what the command "
        "`skillmeat report` would send. Run it again whenever the project has changed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What may follow the command's name."""
        parser.add_argument("path", type=Path, help="the project's folder")
        parser.add_argument("--name", help="of a project that is made; the folder's name when left out")
        parser.add_argument("--dry-run", action="store_true", help="show what would be done, and do nothing")

    def handle(self, *, path: Path, name: str | None, dry_run: bool, verbosity: int, **_: Any) -> None:
        """Import."""
        local = _read(path, name)
        problems = local.project.problems
        for line in _problem_lines(problems, in_full=verbosity > 1):
            self.stdout.write(line)
        outcomes = self._import(local, dry_run)
        if not outcomes:
            raise CommandError(f"Nothing was found in {path}. Name the folder of a project with artifacts.")
        console = Console(file=cast(IO[str], self.stdout._out))
        console.print(_table(outcomes, dry_run))
        if problems:
            console.print(_problems_table(problems))

    def _import(self, local: LocalProject, dry_run: bool) -> list[Outcome]:
        with Progress(console=Console(file=cast(IO[str], self.stderr._out)), transient=True) as progress:
            task = progress.add_task(escape(f"Importing {local.project.name}"), total=None)

            def show(done: int, total: int) -> None:
                progress.update(task, completed=done, total=total)

            try:
                return import_project(local, dry_run=dry_run, progress=show)
            except ValidationError as exc:
                raise CommandError(f"Nothing was imported: {json.dumps(exc.detail)}") from exc
            except DomainError as exc:
                raise CommandError(f"Nothing was imported: {exc}") from exc


def _read(path: Path, name: str | None) -> LocalProject:
    """The project in a folder.

    Raises:
        CommandError: there is no such folder, or it cannot have this name.
    """
    if name is not None:
        name = printable(name).strip()
        if not 0 < len(name) <= NAME_MAX_LENGTH:
            raise CommandError(f"A project has a name of 1 to {NAME_MAX_LENGTH} characters.")
    try:
        (local,) = local_projects([path], recursive=False, name=name)
    except Failure as exc:
        raise CommandError(f"{exc}. Name the folder of a project.") from exc
    return local


def _problem_lines(problems: Sequence[Problem], *, in_full: bool) -> Iterator[str]:
    """A line for each problem; for one that a file has over and over, its first and how many there are."""
    of_a_kind = attrgetter("path", "code")
    for (path, code), group in groupby(sorted(problems, key=of_a_kind), of_a_kind):
        shown = [printable(problem.detail) for problem in group]
        if len(shown) > SHOWN_OF_A_KIND and not in_full:
            shown = [f"{len(shown)} times, all with --verbosity 2; first: {shown[0]}"]
        yield from (f"{printable(path)}: {code}: {detail}" for detail in shown)


def _table(outcomes: Sequence[Outcome], dry_run: bool) -> Table:
    """How many artifacts and deployments of each target had which outcome."""
    table = Table(title="What would be done" if dry_run else "What was done", title_justify="left")
    table.add_column("")
    for outcome in outcomes:
        table.add_column(outcome.target, justify="right")
    for kind in ("artifacts", "deployments"):
        for name in getattr(outcomes[0], kind):
            table.add_row(f"{kind} {name}", *(str(getattr(outcome, kind)[name]) for outcome in outcomes))
    table.add_row("outdated", *(str(len(outcome.outdated)) for outcome in outcomes))
    return table


def _problems_table(problems: Sequence[Problem]) -> Table:
    table = Table(title="What was wrong", title_justify="left")
    table.add_column("")
    table.add_column("how often", justify="right")
    for code, count in Counter(problem.code for problem in problems).most_common():
        table.add_row(code, str(count))
    return table
