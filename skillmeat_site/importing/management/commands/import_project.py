"""``manage.py import_project PATH``"""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from skillmeat_site.db.models import NAME_MAX_LENGTH
from skillmeat_site.importing.importer import CREATED, UNCHANGED, UPDATED, Importer
from skillmeat_site.importing.reader import ProjectFolder, read_project

# More problems of a kind in one file would hide the others.
SHOWN_OF_A_KIND = 5


class Command(BaseCommand):
    """Imports a project, shows what is wrong with its files, and what was done."""

    help = (
        "Import the skills, agents, commands, MCP servers and deployments of a project's .claude folder. "
        "Run it again whenever the project has changed: what is the same stays as it is."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What may follow the command's name."""
        parser.add_argument("path", type=Path, help="the project's folder, which contains .claude")
        parser.add_argument("--name", help="of the project; the folder's name when left out")
        parser.add_argument("--dry-run", action="store_true", help="show what would be done, and do nothing")

    def handle(self, *, path: Path, name: str | None, dry_run: bool, verbosity: int, **_: Any) -> None:
        """Import."""
        try:
            folder = read_project(path)
        except FileNotFoundError as exc:
            raise CommandError(f"{exc}. Name the folder of a project that has one.") from exc
        name = (name or folder.root.name).strip()
        if not 0 < len(name) <= NAME_MAX_LENGTH:
            raise CommandError(f"The project needs a name of 1 to {NAME_MAX_LENGTH} characters: use --name.")
        for line in _problem_lines(folder, in_full=verbosity > 1):
            self.stdout.write(line)
        counts = self._import(folder, name, dry_run)
        console = Console(file=cast(IO[str], self.stdout._out))
        console.print(_table(counts, dry_run))
        if folder.problems:
            console.print(_problems_table(folder))

    def _import(self, folder: ProjectFolder, name: str, dry_run: bool) -> Counter[tuple[str, str]]:
        importer = Importer(folder, name)
        with Progress(console=Console(file=cast(IO[str], self.stderr._out)), transient=True) as progress:
            task = progress.add_task(f"Importing {name}", total=importer.steps)
            importer.report = lambda done: progress.update(task, completed=done)
            return importer.run(dry_run=dry_run)


def _problem_lines(folder: ProjectFolder, *, in_full: bool) -> Iterator[str]:
    """A line for each problem; for one that a file has over and over, its first and how many there are."""
    of_a_kind = attrgetter("path", "kind")
    for (path, kind), group in groupby(sorted(folder.problems, key=of_a_kind), of_a_kind):
        problems = list(group)
        if len(problems) > SHOWN_OF_A_KIND and not in_full:
            count = f"{len(problems)} times, all with --verbosity 2"
            yield f"{path}: {kind}: {count}; first: {problems[0].detail}"
        else:
            yield from (f"{path}: {kind}: {problem.detail}" for problem in problems)


def _table(counts: Counter[tuple[str, str]], dry_run: bool) -> Table:
    table = Table(title="What would be done" if dry_run else "What was done", title_justify="left")
    outcomes = (CREATED, UPDATED, UNCHANGED)
    table.add_column("")
    for outcome in outcomes:
        table.add_column(outcome, justify="right")
    for kind in dict.fromkeys(kind for kind, _ in counts):
        table.add_row(kind, *(str(counts[kind, outcome]) for outcome in outcomes))
    return table


def _problems_table(folder: ProjectFolder) -> Table:
    table = Table(title="What was wrong", title_justify="left")
    table.add_column("")
    table.add_column("how often", justify="right")
    for kind, count in Counter(problem.kind for problem in folder.problems).most_common():
        table.add_row(kind, str(count))
    return table
