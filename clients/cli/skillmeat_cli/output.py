"""What a person sees: tables on standard output, messages on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sized
from typing import Any, NoReturn, TypeVar

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from skillmeat_cli.artifacts import Problem, printable
from skillmeat_cli.projects import LocalProject
from skillmeat_cli.reader import Project
from skillmeat_cli.sending import Answer

# Exit status.
OUTDATED, FAILED, NOTHING_FOUND = 1, 2, 3

# Of a file or a pipe, which would otherwise get lines of 80 characters.
_WIDTH = 160
_DIGEST_SHOWN = 19

Item = TypeVar("Item")


class Output:
    """Where everything is shown.

    Args:
        quiet: nothing but errors is shown.
        as_json: tables and messages are not shown; `json` is.
    """

    def __init__(self, *, quiet: bool = False, as_json: bool = False) -> None:
        self.as_json = as_json
        self.console = _console(stderr=False, quiet=quiet or as_json)
        self.errors = _console(stderr=True, quiet=False)
        self.hides_progress = quiet or as_json or not self.errors.is_terminal

    def json(self, value: dict[str, Any]) -> None:
        """Show a value as JSON, when that is asked for."""
        if self.as_json:
            click.echo(json.dumps(value, ensure_ascii=False, indent=2))

    def end_with_nothing(self) -> NoReturn:
        """End the command, since there was nothing to do it with."""
        self.error("Nothing found: no artifacts of a layout that is known.")
        sys.exit(NOTHING_FOUND)

    def error(self, message: str) -> None:
        """Show what went wrong."""
        self.errors.print(Text(safe(message), style="red"), soft_wrap=True)

    def say(self, message: str) -> None:
        """Show a sentence."""
        self.console.print(Text(safe(message)), soft_wrap=True)

    def progress(self, items: list[Item], what: str) -> Iterator[Item]:
        """``items`` one by one, with a bar that shows how far it is."""
        if self.hides_progress:
            yield from items
            return
        with Progress(console=self.errors, transient=True) as progress:
            yield from progress.track(items, description=what)

    def table(self, title: str, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
        """Show a table, unless it has no rows."""
        table = Table(title=Text(safe(title)), title_justify="left")
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*(Text(safe(str(cell))) for cell in row))
        if table.row_count:
            self.console.print(table)

    def project(self, local: LocalProject) -> None:
        """Show what would be sent of a project."""
        found = local.project
        self.say(f"{found.root} ({local.key or 'no key: no git remote'})")
        rows = (
            (
                artifact.target,
                artifact.type,
                f"{artifact.namespace}: {artifact.name}" if artifact.namespace else artifact.name,
                artifact.version or "",
                (artifact.digest or "")[:_DIGEST_SHOWN] + (" modified" if artifact.is_modified else ""),
                artifact.path,
            )
            for artifact in found.artifacts
        )
        self.table("", ("target", "type", "name", "version", "digest", "path"), rows)
        self.problems(found.problems)
        self.say(summary(found))

    def problems(self, problems: list[Problem]) -> None:
        """Show what is wrong with files, a line for each."""
        for problem in problems:
            self.say(f"{problem.path}: {problem.code}: {problem.detail}")

    def answers(self, local: LocalProject, answers: list[Answer], *, dry_run: bool) -> None:
        """Show what the service did with the reports of a project, or would do."""
        title = f"{local.key}, {'what a report would do' if dry_run else 'reported'}"
        changes = ("created", "updated", "superseded", "retired", "unchanged")
        rows = (
            (answer.target, *(answer.answer["deployments"].get(change, 0) for change in changes))
            for answer in answers
        )
        self.table(title, ("target", *changes), rows)
        outdated = [row for answer in answers for row in answer.outdated]
        self.table("Outdated", ("target", "type", "name", "here", "latest"), map(_outdated_row, outdated))


def _outdated_row(row: dict[str, Any]) -> tuple[object, ...]:
    here, latest = row.get("deployed_version"), row.get("latest_version")
    if here is None or latest is None:
        here, latest = ((row.get(key) or "")[:_DIGEST_SHOWN] for key in ("deployed_digest", "latest_digest"))
    return row.get("target", ""), row["artifact_type"], row["artifact_name"], here, latest


def summary(project: Project) -> str:
    """How much was found, in a sentence."""
    targets = f" for {', '.join(project.targets)}" if project.targets else ""
    return f"{_count(project.artifacts, 'artifact')}{targets}, {_count(project.problems, 'problem')}"


def _count(items: Sized, noun: str) -> str:
    return f"{len(items)} {noun}" if len(items) == 1 else f"{len(items)} {noun}s"


def safe(text: str) -> str:
    """``text`` without what would steer a terminal."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in printable(text)
    )


def _console(*, stderr: bool, quiet: bool) -> Console:
    console = Console(stderr=stderr, quiet=quiet, highlight=False, soft_wrap=False)
    if not console.is_terminal:
        console.width = _WIDTH
    return console
